//! Minting end to end, on both databases: what a department asks for, gets, and is refused.

mod common;

use common::authority::{self, BUSINESS_LICENCE, Choices, actor, face, request, services, services_with};
use elicence::{
    cms::algorithm::SignatureAlgorithm,
    code::{Token, cose_from_text, status_list::StatusListToken},
    domain::{
        actor::{Actor, Role},
        digest::Digest,
        face::FaceInput,
        licence::LicenceState,
        payload::{FieldValue, Party},
        verdict::Verdict,
    },
    seal::signer::{SignError, Signer},
    services::{MintRequest, Refusal, Services, Settings},
};
use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

fn set(mut face: FaceInput, code: &str, value: &str) -> FaceInput {
    face.fields.insert(code.into(), FieldValue::Text(value.into()));
    face
}

fn with_number(number: &str, key: &str) -> MintRequest {
    let mut request = request(BUSINESS_LICENCE, 0, Some(key));
    request.face = set(request.face, "ZZBH", number);
    request
}

async fn licences(services: &Services) -> Vec<(LicenceState, i64)> {
    services.statistics().await.unwrap().licences
}

#[tokio::test(flavor = "multi_thread")]
async fn a_licence_of_every_type_is_minted_read_and_verified() {
    assert_eq!(authority::type_codes().len(), 5);
    for place in common::places().await {
        let services = services(&place).await;
        for code in authority::type_codes() {
            let minted = services.mint_licence(&actor("a"), request(&code, 0, None)).await.unwrap();
            assert_eq!(Digest::of(&minted.document), minted.file_digest);
            let download = services.download_licence(&actor("a"), &minted.identifier).await.unwrap();
            assert_eq!(download.bytes, minted.document);
            let view = services.read_licence(&actor("a"), &minted.identifier).await.unwrap();
            assert_eq!((view.number.as_str(), view.qr_text.as_str()), (minted.number.as_str(), minted.qr_text.as_str()));
            let report = services.verify_document(minted.document, None).await.unwrap();
            assert_eq!(report.verdict, Verdict::Valid, "{code}: {:?}", report.reasons);
            let report = services.verify_code(&minted.qr_text, true, None).await.unwrap();
            assert_eq!(report.verdict, Verdict::Valid, "{code}: {:?}", report.reasons);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_stored_mint_is_drawn_to_the_same_bytes() {
    let place = common::Place::sqlite();
    let first = services(&place).await;
    let minted = first.mint_licence(&actor("a"), request(BUSINESS_LICENCE, 0, None)).await.unwrap();
    let again = services(&place).await.render_again(&actor("a"), &minted.identifier).await.unwrap();
    assert_eq!(again, first.render_again(&actor("a"), &minted.identifier).await.unwrap());
    assert!(minted.document.starts_with(&again), "the sealed document begins with the unsealed one");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_and_request_give_the_same_licence() {
    for place in common::places().await {
        let services = services(&place).await;
        let first = services.mint_licence(&actor("a"), request(BUSINESS_LICENCE, 0, Some("k1"))).await.unwrap();
        let again = services.mint_licence(&actor("a"), request(BUSINESS_LICENCE, 0, Some("k1"))).await.unwrap();
        assert!(again.repeated && !first.repeated);
        assert_eq!((again.licence_id, again.document == first.document), (first.licence_id, true));
        assert_eq!((again.identifier, again.qr_text), (first.identifier, first.qr_text));

        let other = services.mint_licence(&actor("a"), request(BUSINESS_LICENCE, 1, Some("k1"))).await;
        assert!(matches!(other, Err(Refusal::KeyReused)));
        let somebody_else = services.mint_licence(&actor("b"), request(BUSINESS_LICENCE, 0, Some("k1"))).await.unwrap();
        assert_ne!(somebody_else.licence_id, first.licence_id, "a key belongs to its caller");
        for key in ["", "a b", "中", &"x".repeat(201)] {
            let refused = services.mint_licence(&actor("a"), request(BUSINESS_LICENCE, 0, Some(key))).await;
            assert!(matches!(refused, Err(Refusal::BadKey)), "{key}");
        }
        assert_eq!(licences(&services).await, [(LicenceState::Active, 2)]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_many_simultaneous_requests_with_one_key_mints() {
    for place in common::places().await {
        let both = [services(&place).await, services(&place).await];
        let tasks: Vec<_> = (0..12)
            .map(|n| {
                let services = both[n % 2].clone();
                tokio::spawn(async move { services.mint_licence(&actor("a"), request(BUSINESS_LICENCE, 0, Some("k"))).await })
            })
            .collect();
        let mut minted = BTreeSet::new();
        for task in tasks {
            match task.await.unwrap() {
                Ok(licence) => _ = minted.insert(licence.licence_id),
                Err(Refusal::InProgress { .. }) => {}
                Err(other) => panic!("{other:?}"),
            }
        }
        assert_eq!(minted.len(), 1);
        assert_eq!(licences(&both[0]).await, [(LicenceState::Active, 1)]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_of_the_department_is_taken_once_whatever_the_key() {
    for place in common::places().await {
        let services = services(&place).await;
        let minted = services.mint_licence(&actor("a"), with_number("2026000001", "k1")).await.unwrap();
        assert_eq!(minted.number, "2026000001");
        for (who, key) in [("a", "k2"), ("b", "k1"), ("b", "k3")] {
            let refused = services.mint_licence(&actor(who), with_number("2026000001", key)).await;
            assert!(matches!(refused, Err(Refusal::NumberTaken)), "{refused:?}");
        }
        let tasks: Vec<_> = (0..8)
            .map(|n| {
                let services = services.clone();
                tokio::spawn(async move { services.mint_licence(&actor("a"), with_number("X1", &format!("x{n}"))).await.is_ok() })
            })
            .collect();
        let mut ok = 0;
        for task in tasks {
            ok += usize::from(task.await.unwrap());
        }
        assert_eq!(ok, 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn assigned_numbers_and_status_indices_are_unique_between_processes() {
    for place in common::places().await {
        let both = [services(&place).await, services(&place).await];
        // A number that the pattern would give next but one is given by hand.
        let year_pattern = both[0].mint_licence(&actor("a"), request(BUSINESS_LICENCE, 0, None)).await.unwrap().number;
        let taken: u64 = year_pattern.parse::<u64>().unwrap() + 2;
        both[0].mint_licence(&actor("a"), with_number(&taken.to_string(), "by-hand")).await.unwrap();

        let tasks: Vec<_> = (0..24)
            .map(|n| {
                let services = both[n % 2].clone();
                tokio::spawn(async move { services.mint_licence(&actor("a"), request(BUSINESS_LICENCE, 0, None)).await.unwrap() })
            })
            .collect();
        let (mut numbers, mut places, mut identifiers) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for task in tasks {
            let minted = task.await.unwrap();
            let token = Token::parse(&cose_from_text(&minted.qr_text).unwrap()).unwrap();
            assert!(places.insert((token.claims.status.list, token.claims.status.index)));
            assert!(numbers.insert(minted.number.parse::<u64>().unwrap()), "a number twice");
            assert!(identifiers.insert(minted.identifier));
        }
        assert!(!numbers.contains(&taken));
        // Without a gap, but for the number that was given by hand.
        let (first, last) = (numbers.first().unwrap(), numbers.last().unwrap());
        assert_eq!(last - first, 24);
        assert_eq!(licences(&both[1]).await, [(LicenceState::Active, 26)]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_requests_are_refused_with_their_own_reason_and_leave_nothing() {
    for place in common::places().await {
        let services = services(&place).await;
        let good = || face(BUSINESS_LICENCE, 0);
        let ask = |face: FaceInput| MintRequest { type_code: BUSINESS_LICENCE.into(), face, idempotency_key: Some("k".into()) };
        let cases: [(&str, MintRequest); 8] = [
            ("UNKNOWN_TYPE", MintRequest { type_code: "11100000MB0143028R999".into(), ..ask(good()) }),
            ("BAD_FIELDS", ask(set(good(), "KZ_FDDBR", ""))),
            ("BAD_FIELDS", ask(set(good(), "KZ_ZCZB", &"九".repeat(500)))),
            ("BAD_FIELDS", ask(set(good(), "KZ_CLRQ", "2026-02-30"))),
            ("BAD_FIELDS", ask(set(good(), "CZZTDM", "91999900MA8K1T2X7C"))),
            ("BAD_FIELDS", ask(set(good(), "ZZBFJG", "某某局"))),
            ("CANNOT_PRINT", ask(set(good(), "KZ_FDDBR", "王\u{1f600}"))),
            ("CANNOT_PRINT", ask(set(good(), "CZZT", &"长".repeat(200)))),
        ];
        for (row, (code, request)) in cases.into_iter().enumerate() {
            let refused = services.mint_licence(&actor("a"), request).await.expect_err(&format!("case {row}"));
            assert_eq!(refused.code(), code, "case {row}: {refused}");
        }
        assert_eq!(licences(&services).await, []);
        services.mint_licence(&actor("a"), ask(good())).await.expect("a refused request has not used up its key");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_right_actor_mints_reads_and_revokes() {
    for place in common::places().await {
        let services = services(&place).await;
        let minted = services.mint_licence(&actor("a"), request(BUSINESS_LICENCE, 0, None)).await.unwrap();
        let nobody = Actor { roles: vec![], ..actor("n") };
        let mint = services.mint_licence(&nobody, request(BUSINESS_LICENCE, 0, None)).await;
        assert!(matches!(mint, Err(Refusal::Forbidden(_))));
        assert!(matches!(services.read_licence(&nobody, &minted.identifier).await, Err(Refusal::Forbidden(_))));
        assert!(matches!(services.download_licence(&nobody, &minted.identifier).await, Err(Refusal::Forbidden(_))));
        assert!(matches!(services.revoke_licence(&nobody, &minted.identifier, "理由").await, Err(Refusal::Forbidden(_))));
        assert!(matches!(services.verify_audit(&nobody).await, Err(Refusal::Forbidden(_))));

        let elsewhere = Party { name: "另一局".into(), code: "11999999000000019M".into() };
        let other = Actor { id: "o".into(), department: elsewhere, roles: vec![Role::Issuer, Role::Approver] };
        assert!(matches!(services.mint_licence(&other, request(BUSINESS_LICENCE, 0, None)).await, Err(Refusal::NotYourType)));
        assert!(matches!(services.read_licence(&other, &minted.identifier).await, Err(Refusal::NotFound)));
        assert!(matches!(services.download_licence(&other, &minted.identifier).await, Err(Refusal::NotFound)));
        assert!(matches!(services.revoke_licence(&other, &minted.identifier, "理由").await, Err(Refusal::NotFound)));
        assert!(matches!(services.read_licence(&actor("a"), "1.2.156").await, Err(Refusal::NotFound)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_licence_is_invalid_everywhere_at_once() {
    for place in common::places().await {
        let services = services(&place).await;
        let minted = services.mint_licence(&actor("a"), request(BUSINESS_LICENCE, 0, None)).await.unwrap();
        let other = services.mint_licence(&actor("a"), request(BUSINESS_LICENCE, 1, None)).await.unwrap();
        let token = Token::parse(&cose_from_text(&minted.qr_text).unwrap()).unwrap();
        let status = token.claims.status;
        let list = |bytes: &[u8]| StatusListToken::parse(bytes).unwrap().list;
        let before = services.publish_status_list(status.list.into()).await.unwrap();
        assert_eq!(list(&before.bytes).get(status.index), Some(0));

        assert!(matches!(services.revoke_licence(&actor("a"), &minted.identifier, "x").await, Err(Refusal::BadNotes(_))));
        let view = services.revoke_licence(&actor("a"), &minted.identifier, "提供虚假材料").await.unwrap();
        assert_eq!((view.state, view.state_reason.as_deref()), (LicenceState::Revoked, Some("提供虚假材料")));
        let again = services.revoke_licence(&actor("a"), &minted.identifier, "再次").await;
        assert!(matches!(again, Err(Refusal::WrongState(LicenceState::Revoked))));

        let after = services.publish_status_list(status.list.into()).await.unwrap();
        assert_eq!(list(&after.bytes).get(status.index), Some(1));
        assert!(matches!(services.publish_status_list(99).await, Err(Refusal::NotFound)));
        let report = services.verify_document(minted.document, None).await.unwrap();
        assert_eq!((report.verdict, report.reasons[0].code.as_str()), (Verdict::Invalid, "REVOKED"));
        let report = services.verify_code(&minted.qr_text, true, None).await.unwrap();
        assert_eq!((report.verdict, report.reasons[0].code.as_str()), (Verdict::Invalid, "REVOKED"));
        assert_eq!(services.verify_document(other.document, None).await.unwrap().verdict, Verdict::Valid);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_stand_and_fall_alone() {
    let place = common::Place::sqlite();
    let services = services(&place).await;
    let mut rows: Vec<_> = (0..6).map(|row| request(BUSINESS_LICENCE, row, Some(&format!("row-{row}")))).collect();
    rows[2].face = set(rows[2].face.clone(), "KZ_CLRQ", "昨天");
    let mut answers = services.mint_many(&actor("a"), rows);
    let (mut good, mut bad) = (BTreeSet::new(), Vec::new());
    while let Some((row, answer)) = answers.recv().await {
        match answer {
            Ok(_) => _ = good.insert(row),
            Err(refusal) => bad.push((row, refusal.code())),
        }
    }
    assert_eq!((good.into_iter().collect::<Vec<_>>(), bad), (vec![0, 1, 3, 4, 5], vec![(2, "BAD_FIELDS")]));
}

/// A seal key that fails at its first signatures, as a key store without connection does.
struct Flaky {
    key: Arc<dyn Signer>,
    failures: AtomicUsize,
}

impl Signer for Flaky {
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

fn flaky(failures: usize) -> (Arc<elicence::ambient::FixedClock>, Choices) {
    let clock = Arc::new(elicence::ambient::FixedClock::at(time::OffsetDateTime::now_utc()));
    let seal = Flaky { key: authority::seal_key(), failures: AtomicUsize::new(failures) };
    let settings = Settings { most_attempts: 3, workers: 2, ..Settings::default() };
    (clock.clone(), Choices { clock, seal: Some(Arc::new(seal)), settings, ..Choices::default() })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mint_that_a_key_failed_is_finished_later() {
    for place in common::places().await {
        let (clock, choices) = flaky(2);
        let services = services_with(&place, choices).await;
        let a = actor("a");
        let ask = || services.mint_licence(&a, with_number("N1", "k"));
        let Err(Refusal::Halted { retry_after, .. }) = ask().await else { panic!("the key failed") };
        assert_eq!(licences(&services).await, [(LicenceState::Minting, 1)]);
        assert!(matches!(ask().await, Err(Refusal::InProgress { .. })), "not before its time");
        assert_eq!(services.recover_mints().await.unwrap(), Default::default());

        clock.advance(retry_after.try_into().unwrap());
        let recovered = services.recover_mints().await.unwrap();
        assert_eq!((recovered.finished, recovered.left), (0, 1), "the key still fails");
        clock.advance(time::Duration::seconds(10));
        assert_eq!(services.recover_mints().await.unwrap().finished, 1);

        let minted = ask().await.unwrap();
        assert!(minted.repeated && minted.number == "N1");
        assert_eq!(services.verify_document(minted.document, None).await.unwrap().verdict, Verdict::Valid);
        assert_eq!(licences(&services).await, [(LicenceState::Active, 1)]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_caller_who_asks_again_finishes_a_halted_mint() {
    for place in common::places().await {
        let (clock, choices) = flaky(1);
        let services = services_with(&place, choices).await;
        let Err(Refusal::Halted { .. }) = services.mint_licence(&actor("a"), with_number("N1", "k")).await else { panic!() };
        clock.advance(time::Duration::seconds(3));
        let minted = services.mint_licence(&actor("a"), with_number("N1", "k")).await.unwrap();
        assert_eq!(services.verify_document(minted.document, None).await.unwrap().verdict, Verdict::Valid);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mint_that_fails_too_often_is_void_and_its_number_stays_used() {
    for place in common::places().await {
        let (clock, choices) = flaky(99);
        let services = services_with(&place, choices).await;
        let a = actor("a");
        let ask = |key| services.mint_licence(&a, with_number("N1", key));
        assert!(matches!(ask("k").await, Err(Refusal::Halted { .. })));
        for voided in [0, 1] {
            clock.advance(time::Duration::seconds(60));
            assert_eq!(services.recover_mints().await.unwrap().voided, voided);
        }
        assert_eq!(licences(&services).await, [(LicenceState::Void, 1)]);
        assert!(matches!(ask("k").await, Err(Refusal::Voided)));
        assert!(matches!(ask("other").await, Err(Refusal::NumberTaken)));
        clock.advance(time::Duration::hours(1));
        assert_eq!(services.recover_mints().await.unwrap(), Default::default());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_our_own_verifier_refuses_is_not_handed_out() {
    let place = common::Place::sqlite();
    let services = services_with(&place, Choices { anchors: Some(vec![]), ..Choices::default() }).await;
    let refused = services.mint_licence(&actor("a"), request(BUSINESS_LICENCE, 0, None)).await;
    let Err(Refusal::Halted { reason, .. }) = refused else { panic!("{refused:?}") };
    assert_eq!(reason, "verifying the own document");
    assert_eq!(licences(&services).await, [(LicenceState::Minting, 1)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_live_mint_of_another_process_is_left_alone() {
    for place in common::places().await {
        let slow = services(&place).await;
        let quick = services(&place).await;
        let minting = tokio::spawn({
            let slow = slow.clone();
            async move { slow.mint_licence(&actor("a"), request(BUSINESS_LICENCE, 0, None)).await }
        });
        while !minting.is_finished() {
            assert_eq!(quick.recover_mints().await.unwrap(), Default::default());
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        minting.await.unwrap().unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn health_is_seen() {
    for place in common::places().await {
        let services = services(&place).await;
        assert!(services.health().await.ready());
        std::fs::remove_dir_all(place.path().join("documents")).unwrap();
        let health = services.health().await;
        assert!(health.database && !health.documents && !health.ready());
        let refused = services.mint_licence(&actor("a"), request(BUSINESS_LICENCE, 0, None)).await;
        assert!(matches!(refused, Err(Refusal::Halted { .. })), "{refused:?}");
    }
}
