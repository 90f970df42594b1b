//! Electronic seals: what came from the settings, what is made here, who may use them, and that a suspended one stops at once.

mod common;

use common::{
    Place,
    authority::{self, BUSINESS_LICENCE, Choices, DEPARTMENT, actor, party, request, seal_key, services, services_with},
    places,
};
use elicence::{
    ambient::SystemEntropy,
    cms::algorithm::SignatureAlgorithm,
    domain::{
        actor::{Actor, Role},
        digest::Digest,
        page::PageRequest,
        payload::Party,
        seal_record::{SealChange, SealFace, SealGrant, SealId, SealKind, SealPng, SealState, SealUser},
        secret::Secret,
        verdict::Verdict,
    },
    keys::{FileKey, PkiPlan, make_pki},
    seal::signer::{SignError, Signer},
    services::{ApplicationView, Decision, Keyring, Refusal, SealRequest, SealView, Services, TimedKey},
    verify::Anchor,
};
use std::sync::{
    Arc, LazyLock, Mutex,
    mpsc::{Receiver, Sender, channel},
};
use time::OffsetDateTime;

/// Another department, which has no seal here.
fn stranger(id: &str) -> Actor {
    Actor {
        department: Party { name: "示例市民政局".into(), code: "11999999000000035B".into() },
        roles: vec![Role::Issuer, Role::SealKeeper],
        ..actor(id)
    }
}

async fn the_seal(services: &Services) -> SealView {
    services.record_seals().await.unwrap();
    let mut page = services.list_seals(&actor("keeper"), &PageRequest::first()).await.unwrap();
    assert_eq!((page.items.len(), page.next.is_none()), (1, true));
    page.items.remove(0)
}

async fn change(services: &Services, seal: &SealView, change: SealChange) -> Result<SealView, Refusal> {
    services.change_seal(&actor("keeper"), seal.seal, change, None, "按规定办理").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seal_of_the_settings_is_on_record_and_its_uses_are_logged() {
    for place in places().await {
        let services = services(&place).await;
        let seal = the_seal(&services).await;
        assert_eq!((seal.state, seal.version, seal.organisation.code.as_str()), (SealState::InUse, 1, DEPARTMENT));
        assert_eq!(seal.certificate, Some(Digest::of(&seal_key().chain()[0])));
        assert!(seal.grants.contains(&SealGrant { type_code: BUSINESS_LICENCE.into(), user: SealUser::Role(Role::Issuer) }));

        let mut minted = vec![];
        for row in 0..3 {
            minted.push(services.mint_licence(&actor("desk-1"), request(BUSINESS_LICENCE, row, None)).await.unwrap());
        }
        let first = services.seal_uses(&actor("keeper"), seal.seal, &PageRequest::new(Some(2), None).unwrap()).await.unwrap();
        let rest = services.seal_uses(&actor("keeper"), seal.seal, &PageRequest::new(Some(2), first.next.clone()).unwrap()).await.unwrap();
        let uses: Vec<_> = first.items.iter().chain(&rest.items).collect();
        assert_eq!((uses.len(), rest.next.is_none()), (3, true));
        assert!(uses.is_sorted_by(|a, b| a.at >= b.at));
        for licence in &minted {
            let used = uses.iter().find(|used| used.licence == licence.licence_id).unwrap();
            assert_eq!((used.digest, used.type_code.as_str(), used.actor.as_str()), (licence.signed_digest, BUSINESS_LICENCE, "desk-1"));
            assert_eq!(used.grant, "role:issuer");
        }
        // Another process, and another start, record nothing twice.
        let again = common::authority::services(&place).await;
        assert_eq!(the_seal(&again).await, seal);
        assert!(matches!(again.read_seal(&stranger("s"), seal.seal).await, Err(Refusal::NoSuchSeal)));
        assert!(matches!(again.change_seal(&stranger("s"), seal.seal, SealChange::Suspend, None, "越权").await, Err(Refusal::NoSuchSeal)));
        assert!(matches!(again.mint_licence(&stranger("s"), request(BUSINESS_LICENCE, 0, None)).await, Err(Refusal::NotYourType)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_seal_stops_minting_in_every_process_and_verification_in_none() {
    for place in places().await {
        let (here, there) = (services(&place).await, services(&place).await);
        let seal = the_seal(&here).await;
        let before = here.mint_licence(&actor("a"), request(BUSINESS_LICENCE, 0, None)).await.unwrap();

        let suspended = change(&here, &seal, SealChange::Suspend).await.unwrap();
        assert_eq!((suspended.state, suspended.state_version), (SealState::Suspended, 2));
        for services in [&here, &there] {
            let refused = services.mint_licence(&actor("a"), request(BUSINESS_LICENCE, 0, Some("k"))).await;
            assert!(matches!(refused, Err(Refusal::SealNotInUse(SealState::Suspended))), "{refused:?}");
            let report = services.verify_document(before.document.clone(), None).await.unwrap();
            assert_eq!(report.verdict, Verdict::Valid);
        }
        assert_eq!(here.statistics().await.unwrap().open_mints, 0, "nothing was reserved");

        for wrong in [SealChange::Suspend, SealChange::Make, SealChange::Record, SealChange::PutInUse] {
            assert!(matches!(change(&here, &seal, wrong).await, Err(Refusal::IllegalSealChange(_))), "{wrong:?}");
        }
        assert!(matches!(change(&here, &seal, SealChange::Renew).await, Err(Refusal::SealNeedsApplication)));
        let no_reason = here.change_seal(&actor("keeper"), seal.seal, SealChange::Resume, None, " ").await;
        assert!(matches!(no_reason, Err(Refusal::BadReason)));

        change(&there, &seal, SealChange::Resume).await.unwrap();
        here.mint_licence(&actor("a"), request(BUSINESS_LICENCE, 0, Some("k"))).await.unwrap();
        change(&here, &seal, SealChange::Destroy).await.unwrap();
        assert!(matches!(change(&here, &seal, SealChange::Resume).await, Err(Refusal::IllegalSealChange(_))));
        let refused = there.mint_licence(&actor("a"), request(BUSINESS_LICENCE, 1, None)).await;
        assert!(matches!(refused, Err(Refusal::SealNotInUse(SealState::Destroyed))), "{refused:?}");

        let log = here.seal_changes(&actor("auditor"), seal.seal).await.unwrap();
        let words: Vec<_> = log.iter().map(|line| (line.change, line.to, line.reason.as_str())).collect();
        assert_eq!(words[0].0, SealChange::PutInUse);
        assert_eq!(
            words[1..],
            [
                (SealChange::Suspend, SealState::Suspended, "按规定办理"),
                (SealChange::Resume, SealState::InUse, "按规定办理"),
                (SealChange::Destroy, SealState::Destroyed, "按规定办理"),
            ]
        );
        here.chain_audit().await.unwrap();
        assert_eq!(here.verify_audit(&actor("auditor")).await.unwrap().problems, Vec::<String>::new());
    }
}

/// A seal key that says when it was asked, and answers when it is told to.
struct SlowKey {
    inner: Arc<dyn Signer>,
    asked: Mutex<Sender<()>>,
    go_on: Mutex<Receiver<()>>,
}

impl Signer for SlowKey {
    fn algorithm(&self) -> SignatureAlgorithm {
        self.inner.algorithm()
    }

    fn chain(&self) -> &[Vec<u8>] {
        self.inner.chain()
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        let _ = self.asked.lock().unwrap().send(());
        let _ = self.go_on.lock().unwrap().recv();
        self.inner.sign(message)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mint_whose_key_signs_while_the_seal_is_suspended_hands_nothing_out_until_it_is_resumed() {
    for place in places().await {
        let ((asked, was_asked), (go, go_on)) = (channel(), channel());
        let slow = Arc::new(SlowKey { inner: seal_key(), asked: Mutex::new(asked), go_on: Mutex::new(go_on) });
        let here = services_with(&place, Choices { seal: Some(slow), ..Choices::default() }).await;
        let there = services(&place).await;
        let seal = the_seal(&there).await;
        let minting = tokio::spawn({
            let here = here.clone();
            async move { here.mint_licence(&actor("a"), request(BUSINESS_LICENCE, 0, Some("half-way"))).await }
        });
        tokio::task::spawn_blocking(move || was_asked.recv().unwrap()).await.unwrap();
        change(&there, &seal, SealChange::Suspend).await.unwrap();
        go.send(()).unwrap();
        let refused = minting.await.unwrap();
        assert!(matches!(refused, Err(Refusal::SealNotInUse(SealState::Suspended))), "{refused:?}");
        assert_eq!(there.statistics().await.unwrap().open_mints, 1, "it waits");
        change(&there, &seal, SealChange::Resume).await.unwrap();
        drop(go);
        // The key's answer was kept: the mint ends where it stood.
        let clock = std::time::Instant::now();
        let minted = loop {
            match there.mint_licence(&actor("a"), request(BUSINESS_LICENCE, 0, Some("half-way"))).await {
                Ok(minted) => break minted,
                Err(Refusal::InProgress { .. }) if clock.elapsed().as_secs() < 60 => {
                    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
                }
                Err(other) => panic!("{other:?}"),
            }
        };
        assert_eq!(there.verify_document(minted.document, None).await.unwrap().verdict, Verdict::Valid);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_use_is_recorded_after_a_suspension() {
    for place in places().await {
        let (here, there) = (services(&place).await, services(&place).await);
        let seal = the_seal(&here).await;
        let minting: Vec<_> = (0..4)
            .map(|desk| {
                let services = if desk % 2 == 0 { here.clone() } else { there.clone() };
                tokio::spawn(async move {
                    let mut minted = 0;
                    loop {
                        match services.mint_licence(&actor(&format!("d{desk}")), request(BUSINESS_LICENCE, desk, None)).await {
                            Ok(_) => minted += 1,
                            Err(Refusal::SealNotInUse(SealState::Suspended)) => return minted,
                            Err(Refusal::Busy { .. }) => {}
                            Err(other) => panic!("{other:?}"),
                        }
                    }
                })
            })
            .collect();
        tokio::time::sleep(std::time::Duration::from_secs(2)).await;
        change(&here, &seal, SealChange::Suspend).await.unwrap();
        let uses = all_uses(&there, &seal).await;
        for desk in minting {
            desk.await.unwrap();
        }
        assert_eq!(all_uses(&here, &seal).await, uses);
        assert!(uses > 0);
    }
}

async fn all_uses(services: &Services, seal: &SealView) -> usize {
    let (mut uses, mut after) = (0, None);
    loop {
        let page = services.seal_uses(&actor("keeper"), seal.seal, &PageRequest::new(Some(200), after).unwrap()).await.unwrap();
        uses += page.items.len();
        after = page.next;
        if after.is_none() {
            return uses;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_use_a_seal_for_what_is_said_by_its_keeper() {
    for place in places().await {
        let services = services(&place).await;
        let seal = the_seal(&services).await;
        let only_desk_2 = vec![SealGrant { type_code: BUSINESS_LICENCE.into(), user: SealUser::Actor("desk-2".into()) }];
        let granted = services.grant_seal(&actor("keeper"), seal.seal, only_desk_2.clone()).await.unwrap();
        assert_eq!(granted.grants, only_desk_2);
        let refused = services.mint_licence(&actor("desk-1"), request(BUSINESS_LICENCE, 0, None)).await;
        assert!(matches!(refused, Err(Refusal::SealNotPermitted)), "{refused:?}");
        services.mint_licence(&actor("desk-2"), request(BUSINESS_LICENCE, 0, None)).await.unwrap();

        let unknown = vec![SealGrant { type_code: "11999999000000027G999".into(), user: SealUser::Role(Role::Issuer) }];
        assert!(matches!(services.grant_seal(&actor("keeper"), seal.seal, unknown).await, Err(Refusal::UnknownType(_))));
        let clerk = Actor { id: "clerk".into(), department: party(), roles: vec![Role::Clerk, Role::Issuer] };
        assert!(matches!(services.grant_seal(&clerk, seal.seal, vec![]).await, Err(Refusal::Forbidden(_))));
        assert!(matches!(services.grant_seal(&stranger("s"), seal.seal, vec![]).await, Err(Refusal::NoSuchSeal)));
    }
}

/// Another seal key of the department, with another name in its certificate, and the root that it leads to.
static ANOTHER: LazyLock<(Arc<dyn Signer>, Vec<Anchor>)> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let passphrase = Secret::new("another".to_owned());
    let plan = PkiPlan::example().unwrap().only(&["root", "issuing-ca", "seal-p384"]).unwrap();
    make_pki(&plan, folder.path(), &passphrase, OffsetDateTime::now_utc(), &SystemEntropy::new()).unwrap();
    let path = |name: &str| folder.path().join(name);
    let key = FileKey::load(&path("seal-p384.key.pem"), &path("seal-p384.chain.pem"), &passphrase).unwrap();
    (Arc::new(key), Anchor::from_pem(&std::fs::read_to_string(path("root.pem")).unwrap()).unwrap())
});

fn with_another_key() -> Keyring {
    let mut keyring = authority::keyring(vec![seal_key().into()], None);
    let from = Some(OffsetDateTime::now_utc() - time::Duration::HOUR);
    keyring.authorities[0].seals.push(TimedKey { signer: ANOTHER.0.clone(), from, until: None });
    keyring.anchors.extend(ANOTHER.1.clone());
    keyring
}

fn wanted(name: &str) -> SealRequest {
    let grants = vec![SealGrant { type_code: BUSINESS_LICENCE.into(), user: SealUser::Role(Role::Issuer) }];
    let face = SealFace { name: name.into(), code: "4399990000002".into(), picture: None };
    SealRequest { kind: SealKind::Approval, face, valid_from: None, valid_until: None, grants }
}

async fn approved(services: &Services, application: &ApplicationView) -> SealView {
    services.review_application(&actor("reviewer"), application.application_id, Decision::Approve, None).await.unwrap();
    services.read_seal(&actor("keeper"), SealId::from_hex(&application.subject).unwrap()).await.unwrap()
}

fn sealed_by_another(document: &[u8]) -> bool {
    let certificate = hex::encode(&ANOTHER.0.chain()[0]);
    document.windows(certificate.len()).any(|window| window == certificate.as_bytes())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_seal_is_applied_for_approved_by_another_made_recorded_and_used() {
    for place in places().await {
        let services = services(&place).await;
        let first = the_seal(&services).await;
        services.replace_keyring(with_another_key()).unwrap();
        let mint = async || services.mint_licence(&actor("desk"), request(BUSINESS_LICENCE, 0, None)).await.unwrap().document;
        assert!(!sealed_by_another(&mint().await), "a key alone is no seal");

        let application = services.apply_for_seal(&actor("keeper"), wanted("示例市行政审批局行政审批专用章")).await.unwrap();
        let own = services.review_application(&actor("keeper"), application.application_id, Decision::Approve, None).await;
        assert!(matches!(own, Err(Refusal::OwnRequest)), "{own:?}");
        let seal = approved(&services, &application).await;
        assert_eq!((seal.state, seal.version, seal.certificate), (SealState::Approved, 1, None));

        let make = async |certificate: &[u8]| {
            services.change_seal(&actor("keeper"), seal.seal, SealChange::Make, Some(Digest::of(certificate)), "制章").await
        };
        assert!(matches!(make(b"nobody's").await, Err(Refusal::NoSuchSealKey)));
        assert!(matches!(make(&seal_key().chain()[0]).await, Err(Refusal::SealKeyTaken)));
        assert_eq!(services.read_seal(&actor("keeper"), seal.seal).await.unwrap().state, SealState::Approved, "nothing is half done");
        make(&ANOTHER.0.chain()[0]).await.unwrap();
        assert!(matches!(change(&services, &seal, SealChange::PutInUse).await, Err(Refusal::IllegalSealChange(_))));
        change(&services, &seal, SealChange::Record).await.unwrap();
        assert!(!sealed_by_another(&mint().await), "not in use yet");
        change(&services, &seal, SealChange::PutInUse).await.unwrap();
        let document = mint().await;
        assert!(sealed_by_another(&document));
        assert_eq!(services.verify_document(document, None).await.unwrap().verdict, Verdict::Valid);
        assert_eq!(all_uses(&services, &seal).await, 1);

        let renewal =
            services.apply_for_renewal(&actor("keeper"), seal.seal, Some(wanted("示例市行政审批局业务专用章").face)).await.unwrap();
        let renewed = approved(&services, &renewal).await;
        assert_eq!((renewed.state, renewed.version, renewed.name.as_str()), (SealState::Approved, 2, "示例市行政审批局业务专用章"));
        assert!(!sealed_by_another(&mint().await), "a seal that is being renewed does not seal");
        make(&ANOTHER.0.chain()[0]).await.unwrap();
        change(&services, &seal, SealChange::Record).await.unwrap();
        change(&services, &seal, SealChange::PutInUse).await.unwrap();
        assert!(sealed_by_another(&mint().await));
        change(&services, &seal, SealChange::Suspend).await.unwrap();
        change(&services, &first, SealChange::Suspend).await.unwrap();
        let refused = services.mint_licence(&actor("desk"), request(BUSINESS_LICENCE, 0, None)).await;
        assert!(matches!(refused, Err(Refusal::SealNotInUse(SealState::Suspended))), "{refused:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seal_out_of_its_time_and_a_seal_that_cannot_be_drawn_are_refused() {
    let place = Place::sqlite();
    let services = services(&place).await;
    let first = the_seal(&services).await;
    services.replace_keyring(with_another_key()).unwrap();
    let later = SealRequest {
        valid_from: Some(OffsetDateTime::now_utc() + time::Duration::DAY),
        ..wanted("示例市行政审批局行政审批专用章")
    };
    let application = services.apply_for_seal(&actor("keeper"), later).await.unwrap();
    let seal = approved(&services, &application).await;
    let certificate = Some(Digest::of(&ANOTHER.0.chain()[0]));
    services.change_seal(&actor("keeper"), seal.seal, SealChange::Make, certificate, "制章").await.unwrap();
    change(&services, &seal, SealChange::Record).await.unwrap();
    change(&services, &seal, SealChange::PutInUse).await.unwrap();
    change(&services, &first, SealChange::Suspend).await.unwrap();
    let refused = services.mint_licence(&actor("desk"), request(BUSINESS_LICENCE, 0, None)).await;
    assert!(matches!(refused, Err(Refusal::SealOutOfTime)), "{refused:?}");

    let picture = |png: &[u8]| SealFace { picture: Some(SealPng(png.to_vec())), ..wanted("示例章").face };
    for (face, code) in [
        (wanted("章").face, "BAD_SEAL"),
        (SealFace { code: "章".into(), ..wanted("示例章").face }, "BAD_SEAL"),
        (wanted("示例\u{1F600}章").face, "BAD_SEAL_PICTURE"),
        (picture(b"\x89PNG"), "BAD_SEAL_PICTURE"),
    ] {
        let refused = services.apply_for_seal(&actor("keeper"), SealRequest { face, ..wanted("") }).await.unwrap_err();
        assert_eq!(refused.code(), code);
    }
    let backwards =
        SealRequest { valid_until: Some(OffsetDateTime::UNIX_EPOCH), valid_from: Some(OffsetDateTime::now_utc()), ..wanted("示例章") };
    assert_eq!(services.apply_for_seal(&actor("keeper"), backwards).await.unwrap_err().code(), "BAD_SEAL");
}

/// Keys stay in their key store: no file and no table of the store holds one.
#[tokio::test(flavor = "multi_thread")]
async fn no_key_is_in_the_database() {
    let place = Place::sqlite();
    let services = services(&place).await;
    the_seal(&services).await;
    services.mint_licence(&actor("a"), request(BUSINESS_LICENCE, 0, None)).await.unwrap();
    let mut seen = 0;
    for entry in std::fs::read_dir(place.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.file_name().unwrap().to_string_lossy().starts_with("elicence.db") {
            let bytes = std::fs::read(&path).unwrap();
            seen += bytes.len();
            for mark in [&b"PRIVATE KEY"[..], "示例市行政审批局电子证照专用章".as_bytes()] {
                assert!(!bytes.windows(mark.len()).any(|window| window == mark), "{}", path.display());
            }
        }
    }
    assert!(seen > 100_000);
}
