//! The life of a licence end to end, on both databases: transitions, races, new versions, finding, information verification, reminders.

mod common;

use common::authority::{self, BUSINESS_LICENCE, Choices, DEPARTMENT, actor, face, request, services, services_with};
use elicence::{
    ambient::FixedClock,
    cms::algorithm::SignatureAlgorithm,
    code::{Token, cose_from_text, status_list::StatusListToken},
    domain::{
        actor::{Actor, Role},
        change_notes::{ChangeNotes, Inspection},
        date::LicenceDate,
        face::FaceInput,
        licence::LicenceState,
        life::Transition,
        outward_status::{InformationAnswer, ShareStatus},
        page::PageRequest,
        payload::{FieldValue, Party},
        verdict::Verdict,
    },
    seal::signer::{SignError, Signer},
    services::{InformationQuestion, LicenceSearch, Minted, Refusal, Services, Settings, VersionRequest},
};
use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

fn why() -> ChangeNotes {
    ChangeNotes { basis: Some("《行政许可法》第六十九条".into()), ..ChangeNotes::because("依职权处理") }
}

async fn step(services: &Services, identifier: &str, transition: Transition) -> Result<LicenceState, Refusal> {
    services.change_state(&actor("a"), identifier, transition, why()).await.map(|view| view.state)
}

async fn mint(services: &Arc<Services>, row: usize) -> Minted {
    services.mint_licence(&actor("a"), request(BUSINESS_LICENCE, row, None)).await.unwrap()
}

fn fields(pairs: &[(&str, &str)]) -> FaceInput {
    let fields = pairs.iter().map(|(code, value)| ((*code).to_owned(), FieldValue::Text((*value).to_owned()))).collect();
    FaceInput { fields, ..FaceInput::default() }
}

fn version(transition: Transition, face: FaceInput, key: Option<&str>) -> VersionRequest {
    VersionRequest { transition, face, notes: why(), idempotency_key: key.map(str::to_owned) }
}

async fn listed(services: &Services, minted: &Minted) -> Option<u8> {
    let status = Token::parse(&cose_from_text(&minted.qr_text).unwrap()).unwrap().claims.status;
    let list = services.publish_status_list(status.list.into()).await.unwrap();
    StatusListToken::parse(&list.bytes).unwrap().list.get(status.index)
}

async fn verdict(services: &Services, minted: &Minted) -> (Verdict, Option<String>) {
    let report = services.verify_document(minted.document.clone(), None).await.unwrap();
    (report.verdict, report.reasons.first().map(|reason| reason.code.clone()))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_step_is_seen_at_once_and_written_down() {
    for place in common::places().await {
        let services = services(&place).await;
        let minted = mint(&services, 0).await;
        let id = &minted.identifier;
        let steps = [
            (Transition::Suspend, LicenceState::Suspended, 2),
            (Transition::Restrict, LicenceState::Restricted, 2),
            (Transition::Lift, LicenceState::Active, 0),
            (Transition::ReportLoss, LicenceState::Lost, 2),
            (Transition::Find, LicenceState::Active, 0),
            (Transition::Suspend, LicenceState::Suspended, 2),
            (Transition::Resume, LicenceState::Active, 0),
            (Transition::Annul, LicenceState::Revoked, 1),
            (Transition::Archive, LicenceState::Revoked, 1),
        ];
        for (transition, state, list) in steps {
            assert_eq!(step(&services, id, transition).await.unwrap(), state, "{transition:?}");
            assert_eq!(listed(&services, &minted).await, Some(list), "{transition:?}");
            let valid = verdict(&services, &minted).await.0 == Verdict::Valid;
            assert_eq!(valid, state == LicenceState::Active, "{transition:?}");
        }
        assert!(matches!(step(&services, id, Transition::Archive).await, Err(Refusal::WrongState(_))), "once");
        let view = services.read_licence(&actor("a"), id).await.unwrap();
        assert_eq!((view.standing.housing_code(), view.standing.share_status()), ("03", Some(ShareStatus::Lapsed)));
        assert!(view.archived_at.is_some());
        assert_eq!(view.state_reason.as_deref(), Some("依职权处理"));
        assert!(services.download_licence(&actor("a"), id).await.is_ok(), "the file is kept");

        let mut request = PageRequest::new(Some(4), None).unwrap();
        let mut log = Vec::new();
        loop {
            let page = services.list_changes(&actor("a"), id, &request).await.unwrap();
            assert!(page.items.len() <= 4);
            log.extend(page.items);
            let Some(next) = page.next else { break };
            request.after = Some(next);
        }
        let done: Vec<_> = log.iter().rev().map(|change| change.transition).collect();
        let expected: Vec<_> = [Transition::Release].into_iter().chain(steps.map(|(transition, ..)| transition)).collect();
        assert_eq!(done, expected);
        assert!(log.iter().all(|change| change.actor == "a" && change.department == DEPARTMENT));
        assert_eq!(log[0].notes.as_ref().unwrap().basis.as_deref(), Some("《行政许可法》第六十九条"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn illegal_steps_and_bad_notes_change_nothing() {
    let place = common::Place::sqlite();
    let services = services(&place).await;
    let minted = mint(&services, 0).await;
    let id = &minted.identifier;
    for transition in [Transition::Resume, Transition::Lift, Transition::Find, Transition::Archive, Transition::Release, Transition::Void] {
        assert!(matches!(step(&services, id, transition).await, Err(Refusal::WrongState(LicenceState::Active))), "{transition:?}");
    }
    assert!(matches!(step(&services, id, Transition::Change).await, Err(Refusal::WrongState(_))), "a version is made by its own door");
    for notes in [ChangeNotes::because("x"), ChangeNotes { note: Some("多余的话".into()), ..why() }] {
        let refused = services.change_state(&actor("a"), id, Transition::Suspend, notes).await;
        assert!(matches!(refused, Err(Refusal::BadNotes(_))), "{refused:?}");
    }
    let clerk = Actor { roles: vec![Role::Clerk], ..actor("c") };
    let refused = services.change_state(&clerk, id, Transition::Suspend, why()).await;
    assert!(matches!(refused, Err(Refusal::Forbidden(_))));
    let elsewhere = Party { name: "另一局".into(), code: "11100000000013338W".into() };
    let foreign = Actor { department: elsewhere, ..actor("f") };
    assert!(matches!(services.change_state(&foreign, id, Transition::Suspend, why()).await, Err(Refusal::NotFound)));
    let refused = services.change_licence(&foreign, id, version(Transition::Reissue, FaceInput::default(), None)).await;
    assert!(matches!(refused, Err(Refusal::NotFound)));
    let view = services.read_licence(&actor("a"), id).await.unwrap();
    assert_eq!((view.state, view.state_version), (LicenceState::Active, 2));
    services.change_state(&clerk, id, Transition::ReportLoss, why()).await.expect("a clerk takes the report at the counter");
}

#[tokio::test(flavor = "multi_thread")]
async fn notes_and_inspections_stand_beside_an_unchanged_state() {
    for place in common::places().await {
        let services = services(&place).await;
        let minted = mint(&services, 0).await;
        let day = |text| LicenceDate::parse(text).unwrap();
        let note = ChangeNotes { note: Some("门牌号变更为5号".into()), ..why() };
        services.change_state(&actor("a"), &minted.identifier, Transition::Annotate, note).await.unwrap();
        let inspection = |passed, from, until| ChangeNotes { inspection: Some(Inspection { passed, from, until }), ..why() };
        let passed = inspection(true, day("2025-01-01"), day("2025-12-31"));
        services.change_state(&actor("a"), &minted.identifier, Transition::Inspect, passed).await.unwrap();
        let failed = inspection(false, day("2026-01-01"), day("2026-12-31"));
        let view = services.change_state(&actor("a"), &minted.identifier, Transition::Inspect, failed).await.unwrap();
        assert_eq!((view.state, view.state_reason.as_deref()), (LicenceState::Active, None));
        assert_eq!(view.inspected_until, Some(day("2025-12-31")));
        assert_eq!(view.annotations.iter().map(|a| a.note.as_str()).collect::<Vec<_>>(), ["门牌号变更为5号"]);
        assert_eq!(verdict(&services, &minted).await.0, Verdict::Valid);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_transitions_at_once_one_wins() {
    for place in common::places().await {
        let both = [services(&place).await, services(&place).await];
        for round in 0..4 {
            let minted = mint(&both[0], round).await;
            let tasks: Vec<_> = [Transition::Suspend, Transition::Revoke, Transition::Cancel, Transition::ReportLoss]
                .into_iter()
                .enumerate()
                .map(|(n, transition)| {
                    let (services, id) = (both[n % 2].clone(), minted.identifier.clone());
                    tokio::spawn(async move { (transition, step(&services, &id, transition).await) })
                })
                .collect();
            let mut done = Vec::new();
            for task in tasks {
                match task.await.unwrap() {
                    (transition, Ok(state)) => done.push((transition, state)),
                    (_, Err(Refusal::ChangedMeanwhile(_) | Refusal::WrongState(_))) => {}
                    (_, Err(other)) => panic!("{other:?}"),
                }
            }
            // Those that won came one after another, each from the state that the one before had left.
            let log = both[1].list_changes(&actor("a"), &minted.identifier, &PageRequest::first()).await.unwrap().items;
            assert_eq!(log.len(), done.len() + 1, "every winner stands in the log once");
            assert!(log.windows(2).all(|pair| pair[1].to == pair[0].from));
            assert_eq!(log[0].to, both[0].read_licence(&actor("a"), &minted.identifier).await.unwrap().state);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_makes_version_002_and_supersedes_the_old_one() {
    for place in common::places().await {
        let services = services(&place).await;
        let old = mint(&services, 0).await;
        let change = |key| version(Transition::Change, fields(&[("KZ_FDDBR", "李四光")]), Some(key));
        let new = services.change_licence(&actor("a"), &old.identifier, change("k")).await.unwrap();
        assert_eq!(new.number, old.number);
        assert!(new.identifier.contains(".002.") && old.identifier.contains(".001."), "{}", new.identifier);
        assert_eq!(old.identifier.split(".001.").next(), new.identifier.split(".002.").next(), "the same serial");
        assert_eq!(verdict(&services, &new).await, (Verdict::Valid, None));
        assert_eq!(verdict(&services, &old).await, (Verdict::Invalid, Some("SUPERSEDED".into())));
        assert_eq!((listed(&services, &old).await, listed(&services, &new).await), (Some(3), Some(0)));

        let again = services.change_licence(&actor("a"), &old.identifier, change("k")).await.unwrap();
        assert!(again.repeated && again.licence_id == new.licence_id);
        let late = services.change_licence(&actor("a"), &old.identifier, change("other")).await;
        assert!(matches!(late, Err(Refusal::WrongState(LicenceState::Superseded))), "{late:?}");

        let was = services.read_licence(&actor("a"), &old.identifier).await.unwrap();
        let is = services.read_licence(&actor("a"), &new.identifier).await.unwrap();
        assert_eq!((was.replaced_by.as_deref(), is.replaces.as_deref()), (Some(&*new.identifier), Some(&*old.identifier)));
        assert_eq!(is.payload.fields["KZ_FDDBR"], FieldValue::Text("李四光".into()));
        let other = |payload: &elicence::domain::payload::Payload| {
            let mut fields = payload.fields.clone();
            fields.remove("KZ_FDDBR");
            (fields, payload.holders.clone(), payload.issued_on.clone(), payload.valid_until.clone())
        };
        assert_eq!(other(&was.payload), other(&is.payload), "everything else stays");
        let log = services.list_changes(&actor("a"), &old.identifier, &PageRequest::first()).await.unwrap().items;
        assert_eq!((log[0].transition, log[0].actor.as_str(), log[0].to), (Transition::Change, "a", LicenceState::Superseded));

        let unchanged = services.change_licence(&actor("a"), &new.identifier, change("again")).await;
        assert!(matches!(unchanged, Err(Refusal::NothingChanged)), "{unchanged:?}");
        let number = version(Transition::Change, fields(&[("ZZBH", "1")]), None);
        assert!(matches!(services.change_licence(&actor("a"), &new.identifier, number).await, Err(Refusal::BadFields(_))));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_licence_is_issued_again_and_a_renewed_one_ends_later() {
    let place = common::Place::sqlite();
    let services = services(&place).await;
    for code in authority::type_codes() {
        let old = services.mint_licence(&actor("a"), request(&code, 0, None)).await.unwrap();
        step(&services, &old.identifier, Transition::ReportLoss).await.unwrap();
        let change = version(Transition::Renew, fields(&[("ZZYXQJZRQ", "长期")]), None);
        let refused = services.change_licence(&actor("a"), &old.identifier, change).await;
        assert!(matches!(refused, Err(Refusal::WrongState(LicenceState::Lost))), "{refused:?}");
        let reissue = version(Transition::Reissue, FaceInput::default(), None);
        let new = services.change_licence(&actor("a"), &old.identifier, reissue).await.unwrap();
        assert_eq!(verdict(&services, &new).await.0, Verdict::Valid, "{code}");
        let was = services.read_licence(&actor("a"), &old.identifier).await.unwrap().payload;
        let is = services.read_licence(&actor("a"), &new.identifier).await.unwrap().payload;
        assert_eq!((was.fields, was.holders, was.number), (is.fields, is.holders, is.number), "{code}");

        let Some(FieldValue::Text(until)) = face(&code, 0).fields.get("ZZYXQJZRQ").cloned() else { continue };
        let Ok(until) = LicenceDate::parse(&until) else { continue };
        let sooner = fields(&[("ZZYXQJZRQ", &until.to_string())]);
        let refused = services.change_licence(&actor("a"), &new.identifier, version(Transition::Renew, sooner, None)).await;
        assert!(matches!(refused, Err(Refusal::BadFields(_))), "{refused:?}");
        let later = LicenceDate::from_days_since_epoch(until.days_since_epoch() + 365).unwrap().to_string();
        let renew = version(Transition::Renew, fields(&[("ZZYXQJZRQ", &later)]), None);
        let third = services.change_licence(&actor("a"), &new.identifier, renew).await.unwrap();
        assert!(third.identifier.contains(".003."));
        let holder = version(Transition::Renew, fields(&[("CZZT", "某某")]), None);
        assert!(matches!(services.change_licence(&actor("a"), &third.identifier, holder).await, Err(Refusal::BadFields(_))));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_changes_at_once_one_makes_a_version() {
    for place in common::places().await {
        let both = [services(&place).await, services(&place).await];
        let old = mint(&both[0], 0).await;
        let tasks: Vec<_> = (0..6)
            .map(|n| {
                let (services, id) = (both[n % 2].clone(), old.identifier.clone());
                let name = ["甲", "乙", "丙", "丁", "戊", "己"][n];
                tokio::spawn(async move {
                    let change = version(Transition::Change, fields(&[("KZ_FDDBR", name)]), None);
                    services.change_licence(&actor("a"), &id, change).await
                })
            })
            .collect();
        let mut made = 0;
        for task in tasks {
            match task.await.unwrap() {
                Ok(_) => made += 1,
                Err(Refusal::InProgress { .. } | Refusal::WrongState(LicenceState::Superseded)) => {}
                Err(other) => panic!("{other:?}"),
            }
        }
        assert_eq!(made, 1);
        let mut states = both[0].statistics().await.unwrap().licences;
        states.sort_by_key(|(state, _)| state.as_str());
        assert_eq!(states, [(LicenceState::Active, 1), (LicenceState::Superseded, 1)]);
    }
}

/// A seal key that fails while it is told to.
struct Failing {
    key: Arc<dyn Signer>,
    failures: Arc<AtomicUsize>,
}

impl Signer for Failing {
    fn algorithm(&self) -> SignatureAlgorithm {
        self.key.algorithm()
    }
    fn chain(&self) -> &[Vec<u8>] {
        self.key.chain()
    }
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        if self.failures.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)).is_ok() {
            return Err(SignError::Failed("the key store is away".into()));
        }
        self.key.sign(message)
    }
}

fn failing() -> (Arc<FixedClock>, Arc<AtomicUsize>, Choices) {
    let clock = Arc::new(FixedClock::at(time::OffsetDateTime::now_utc()));
    let failures = Arc::new(AtomicUsize::new(0));
    let seal = Failing { key: authority::seal_key(), failures: failures.clone() };
    let settings = Settings { most_attempts: 2, workers: 2, ..Settings::default() };
    (clock.clone(), failures, Choices { clock, seal: Some(Arc::new(seal)), settings, ..Choices::default() })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_version_leaves_the_old_one_active_and_the_next_try_takes_the_next_number() {
    for place in common::places().await {
        let (clock, failures, choices) = failing();
        let services = services_with(&place, choices).await;
        let old = mint(&services, 0).await;
        failures.store(99, Ordering::SeqCst);
        let change = || version(Transition::Change, fields(&[("KZ_FDDBR", "李四光")]), None);
        let halted = services.change_licence(&actor("a"), &old.identifier, change()).await;
        assert!(matches!(halted, Err(Refusal::Halted { .. })), "{halted:?}");
        assert_eq!(verdict(&services, &old).await.0, Verdict::Valid);
        let busy = services.change_licence(&actor("a"), &old.identifier, change()).await;
        assert!(matches!(busy, Err(Refusal::InProgress { .. })), "{busy:?}");
        clock.advance(time::Duration::seconds(60));
        assert_eq!(services.recover_mints().await.unwrap().voided, 1);
        assert_eq!(verdict(&services, &old).await.0, Verdict::Valid);
        failures.store(0, Ordering::SeqCst);
        let new = services.change_licence(&actor("a"), &old.identifier, change()).await.unwrap();
        assert!(new.identifier.contains(".003."), "a voided version's number stays used: {}", new.identifier);
        assert_eq!(verdict(&services, &old).await.1.as_deref(), Some("SUPERSEDED"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_is_being_made_is_given_up_when_the_old_one_is_revoked() {
    for place in common::places().await {
        let (clock, failures, choices) = failing();
        let services = services_with(&place, choices).await;
        let old = mint(&services, 0).await;
        let change = || version(Transition::Change, fields(&[("KZ_FDDBR", "李四光")]), Some("k"));
        failures.store(1, Ordering::SeqCst);
        assert!(matches!(services.change_licence(&actor("a"), &old.identifier, change()).await, Err(Refusal::Halted { .. })));
        // A note meanwhile does not matter, a suspension does.
        let note = ChangeNotes { note: Some("另有说明".into()), ..why() };
        services.change_state(&actor("a"), &old.identifier, Transition::Annotate, note).await.unwrap();
        step(&services, &old.identifier, Transition::Revoke).await.unwrap();
        clock.advance(time::Duration::seconds(60));
        let recovered = services.recover_mints().await.unwrap();
        assert_eq!((recovered.finished, recovered.voided), (0, 1));
        assert!(matches!(services.change_licence(&actor("a"), &old.identifier, change()).await, Err(Refusal::Voided)));
        assert_eq!(services.read_licence(&actor("a"), &old.identifier).await.unwrap().state, LicenceState::Revoked);
        assert_eq!(listed(&services, &old).await, Some(1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn licences_are_found_by_holder_number_and_in_pages() {
    for place in common::places().await {
        let services = services(&place).await;
        let mut minted = Vec::new();
        for row in 0..7 {
            minted.push(mint(&services, row % 2).await);
        }
        let Some(FieldValue::Text(code)) = face(BUSINESS_LICENCE, 0).fields.get("CZZTDM").cloned() else { panic!() };
        let holder = LicenceSearch::Holder { code_type: "001".into(), code };
        let all = |search: LicenceSearch| {
            let services = services.clone();
            async move {
                let mut request = PageRequest::new(Some(2), None).unwrap();
                let mut found = Vec::new();
                loop {
                    let page = services.find_licences(&actor("a"), DEPARTMENT, &search, &request).await.unwrap();
                    assert!(page.items.len() <= 2);
                    found.extend(page.items.into_iter().map(|item| item.identifier));
                    let Some(next) = page.next else { return found };
                    request.after = Some(next);
                }
            }
        };
        let even: BTreeSet<_> = minted.iter().step_by(2).map(|m| m.identifier.clone()).collect();
        assert_eq!(all(holder).await.into_iter().collect::<BTreeSet<_>>(), even);
        let number = LicenceSearch::Number { type_code: BUSINESS_LICENCE.into(), number: minted[3].number.clone() };
        assert_eq!(all(number).await, [minted[3].identifier.clone()]);

        step(&services, &minted[2].identifier, Transition::Suspend).await.unwrap();
        let list = |state, type_code: Option<&str>| LicenceSearch::List {
            type_code: type_code.map(str::to_owned),
            state,
            from: None,
            until: None,
        };
        let newest_first: Vec<_> = minted.iter().rev().map(|m| m.identifier.clone()).collect();
        assert_eq!(all(list(None, None)).await, newest_first);
        assert_eq!(all(list(None, Some(BUSINESS_LICENCE))).await, newest_first);
        assert_eq!(all(list(Some(LicenceState::Suspended), None)).await, [minted[2].identifier.clone()]);
        assert_eq!(all(list(Some(LicenceState::Active), Some(BUSINESS_LICENCE))).await.len(), 6);
        assert_eq!(all(list(None, Some("11100000MB0143028R999"))).await.len(), 0);

        let nobody = LicenceSearch::Holder { code_type: "001".into(), code: "1".into() };
        let refused = services.find_licences(&actor("a"), DEPARTMENT, &nobody, &PageRequest::first()).await;
        assert!(matches!(refused, Err(Refusal::BadSearch)));
        let foreign = services.find_licences(&actor("a"), "11100000000013338W", &list(None, None), &PageRequest::first()).await;
        assert!(matches!(foreign, Err(Refusal::NotYourOrganisation)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn information_is_answered_with_one_digit() {
    for place in common::places().await {
        let services = services(&place).await;
        let minted = mint(&services, 0).await;
        let payload = services.read_licence(&actor("a"), &minted.identifier).await.unwrap().payload;
        let Some(FieldValue::Text(person)) = payload.fields.get("KZ_FDDBR").cloned() else { panic!() };
        let good = InformationQuestion {
            type_code: BUSINESS_LICENCE.into(),
            number: Some(minted.number.clone()),
            holder_code: Some(payload.holders[0].code.clone()),
            holder_code_type: Some(payload.holders[0].code_type.clone()),
            holder: Some(payload.holders[0].name.clone()),
            fields: [("KZ_FDDBR".to_owned(), person), ("ZZBFRQ".to_owned(), payload.issued_on.replace('-', ""))].into(),
        };
        let ask = |question: InformationQuestion| {
            let services = services.clone();
            async move { services.verify_information(&actor("a"), &question).await.unwrap() }
        };
        assert_eq!(ask(good.clone()).await, InformationAnswer::Valid);
        assert_eq!(ask(InformationQuestion { number: None, ..good.clone() }).await, InformationAnswer::NotEnough);
        assert_eq!(ask(InformationQuestion { holder_code: Some(" ".into()), ..good.clone() }).await, InformationAnswer::NotEnough);
        assert_eq!(ask(InformationQuestion { number: Some("1".into()), ..good.clone() }).await, InformationAnswer::NoSuchLicence);
        let partly = InformationQuestion { holder: Some("别人".into()), ..good.clone() };
        assert_eq!(ask(partly).await, InformationAnswer::PartlyWrong);
        let wrong = [("KZ_FDDBR".to_owned(), "别人".to_owned())].into();
        let wrong = InformationQuestion { holder: Some("别人".into()), fields: wrong, ..good.clone() };
        assert_eq!(ask(wrong).await, InformationAnswer::Wrong);

        step(&services, &minted.identifier, Transition::Suspend).await.unwrap();
        assert_eq!(ask(good.clone()).await, InformationAnswer::Suspended);
        step(&services, &minted.identifier, Transition::Resume).await.unwrap();
        let change = version(Transition::Change, fields(&[("KZ_FDDBR", "李四光")]), None);
        services.change_licence(&actor("a"), &minted.identifier, change).await.unwrap();
        assert_eq!(ask(good.clone()).await, InformationAnswer::NoLongerValid, "right of the version before");
        let new = [("KZ_FDDBR".to_owned(), "李四光".to_owned())].into();
        assert_eq!(ask(InformationQuestion { fields: new, ..good.clone() }).await, InformationAnswer::Valid);

        let anybody = Actor { roles: vec![Role::Auditor], ..actor("x") };
        assert!(matches!(services.verify_information(&anybody, &good).await, Err(Refusal::Forbidden(_))));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_expires_soon_is_announced_once_for_each_threshold() {
    for place in common::places().await {
        let clock = Arc::new(FixedClock::at(time::OffsetDateTime::now_utc()));
        let services = services_with(&place, Choices { clock: clock.clone(), ..Choices::default() }).await;
        let code = authority::type_codes().into_iter().find(|code| {
            let until = face(code, 0).fields.get("ZZYXQJZRQ").cloned();
            matches!(until, Some(FieldValue::Text(until)) if LicenceDate::parse(&until).is_ok())
        });
        let code = code.expect("a type with an end of validity");
        let today = LicenceDate::in_china(time::OffsetDateTime::now_utc()).days_since_epoch();
        let day = |days: i64| LicenceDate::from_days_since_epoch(today + days).unwrap().to_string();
        let mut identifiers = Vec::new();
        for days in [0, 3, 20, 31, 200] {
            let mut request = request(&code, 0, None);
            request.face.fields.insert("ZZBFRQ".into(), FieldValue::Text(day(0)));
            request.face.fields.remove("ZZYXQQSRQ");
            request.face.fields.insert("ZZYXQJZRQ".into(), FieldValue::Text(day(days)));
            identifiers.push(services.mint_licence(&actor("a"), request).await.unwrap().identifier);
        }
        let remind = || services.remind_of_expiry();
        assert_eq!(remind().await.unwrap(), 3, "0, 3 and 20 days");
        assert_eq!(remind().await.unwrap(), 0);
        clock.advance(time::Duration::days(1));
        assert_eq!(remind().await.unwrap(), 1, "31 has become 30");
        step(&services, &identifiers[2], Transition::Cancel).await.unwrap();
        clock.advance(time::Duration::days(1));
        assert_eq!(remind().await.unwrap(), 1, "3 has become 1");
        clock.advance(time::Duration::days(20));
        assert_eq!(remind().await.unwrap(), 0, "the one of 20 days was cancelled, the one of 31 has 9 left");
        clock.advance(time::Duration::days(3));
        assert_eq!(remind().await.unwrap(), 1, "6 days are left");
        let view = services.read_licence(&actor("a"), &identifiers[0]).await.unwrap();
        assert_eq!((view.state, view.standing.share_status()), (LicenceState::Active, Some(ShareStatus::Expired)));
        let (from, until) = (LicenceDate::parse(&day(0)).unwrap(), LicenceDate::parse(&day(40)).unwrap());
        let expiring = LicenceSearch::Expiring { from, until };
        let found = services.find_licences(&actor("a"), DEPARTMENT, &expiring, &PageRequest::first()).await.unwrap().items;
        let found: Vec<_> = found.into_iter().map(|item| item.identifier).collect();
        assert_eq!(found, [identifiers[0].clone(), identifiers[1].clone(), identifiers[3].clone()]);
    }
}
