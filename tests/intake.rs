//! Intake on both databases: applications that another person approves, paper licences with their scans, decisions of approval systems.

mod common;

use common::authority::{self, BUSINESS_LICENCE, Choices, DEPARTMENT, actor, face, request, services, services_with};
use elicence::{
    ambient::FixedClock,
    cms::algorithm::SignatureAlgorithm,
    domain::{
        actor::{Actor, Role},
        application::Proposal,
        face::PhotoBytes,
        licence::LicenceState,
        licence_proposal::{BacklogProposal, LicenceProposal, Scan},
        page::PageRequest,
        payload::FieldValue,
        trust_grade::TrustGrade,
        verdict::Verdict,
    },
    seal::signer::{SignError, Signer},
    services::{Decision, DecisionRequest, LicenceSearch, Refusal, Services, Settings},
};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

fn with_role(id: &str, role: Role) -> Actor {
    Actor { roles: vec![role], ..actor(id) }
}

fn new_licence(row: usize) -> Proposal {
    Proposal::Licence(LicenceProposal { type_code: BUSINESS_LICENCE.into(), face: face(BUSINESS_LICENCE, row) })
}

async fn licences(services: &Services) -> Vec<(LicenceState, i64)> {
    services.statistics().await.unwrap().licences
}

#[tokio::test(flavor = "multi_thread")]
async fn a_licence_is_drafted_by_one_approved_by_another_and_minted_once() {
    for place in common::places().await {
        let both = [services(&place).await, services(&place).await];
        let (issuer, approver) = (with_role("issuer", Role::Issuer), with_role("approver", Role::Approver));
        let application = both[0].apply(&issuer, new_licence(0), true).await.unwrap();
        let id = application.application_id;
        assert!(matches!(both[0].issued_licence(&issuer, id).await, Err(Refusal::NotFound)), "not before the approval");
        assert!(matches!(both[0].review_application(&issuer, id, Decision::Approve, None).await, Err(Refusal::Forbidden(_))));
        let of_both_roles = Actor { roles: vec![Role::Issuer, Role::Approver], ..actor("issuer") };
        let own = both[0].review_application(&of_both_roles, id, Decision::Approve, None).await;
        assert!(matches!(own, Err(Refusal::OwnRequest)), "{own:?}");
        let foreign = Actor {
            department: elicence::domain::payload::Party { name: "x".into(), code: "11100000000013338W".into() },
            ..approver.clone()
        };
        assert!(both[0].review_application(&foreign, id, Decision::Approve, None).await.is_err());
        assert_eq!(licences(&both[0]).await, []);

        both[0].review_application(&approver, id, Decision::Approve, Some("材料齐全")).await.unwrap();
        assert_eq!(both[0].issued_licence(&issuer, id).await.unwrap().identifier, None, "approved, not yet minted");
        // Two processes keep house at once.
        let (first, second) = tokio::join!(both[0].mint_approved(), both[1].mint_approved());
        first.unwrap();
        second.unwrap();
        both[0].mint_approved().await.unwrap();
        assert_eq!(licences(&both[0]).await, [(LicenceState::Active, 1)]);
        let issued = both[0].issued_licence(&issuer, id).await.unwrap();
        let view = both[0].read_licence(&actor("a"), &issued.identifier.unwrap()).await.unwrap();
        assert_eq!((view.state, view.trust_grade), (LicenceState::Active, TrustGrade::A));

        let rejected = both[0].apply(&issuer, new_licence(1), true).await.unwrap().application_id;
        both[0].review_application(&approver, rejected, Decision::Reject, Some("缺少材料")).await.unwrap();
        both[0].mint_approved().await.unwrap();
        assert_eq!(licences(&both[0]).await, [(LicenceState::Active, 1)]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paper_licence_keeps_its_number_and_its_scan_is_compared() {
    for place in common::places().await {
        let services = services(&place).await;
        let (issuer, reviewer) = (with_role("issuer", Role::Issuer), with_role("reviewer", Role::Reviewer));
        let scan = |bytes: &[u8]| Some(Scan { media_type: "application/pdf".into(), bytes: PhotoBytes(bytes.to_vec()) });
        let backlog = |number: Option<&str>, scan| {
            let mut face = face(BUSINESS_LICENCE, 0);
            face.fields.extend(number.map(|number| ("ZZBH".to_owned(), FieldValue::Text(number.to_owned()))));
            Proposal::Backlog(BacklogProposal { type_code: BUSINESS_LICENCE.into(), face, scan })
        };
        let refused = services.apply(&issuer, backlog(None, None), true).await;
        assert!(matches!(refused, Err(Refusal::BadFields(_))), "{refused:?}");
        let refused = services.apply(&issuer, backlog(Some("OLD1"), scan(b"<html>")), true).await;
        assert!(matches!(refused, Err(Refusal::BadScan(_))), "{refused:?}");

        let id = services.apply(&issuer, backlog(Some("OLD1"), scan(b"%PDF-1.4 paper")), true).await.unwrap().application_id;
        let twin = services.apply(&issuer, backlog(Some("OLD1"), None), true).await.unwrap().application_id;
        let seen = services.read_application(&reviewer, id).await.unwrap().proposal;
        let Proposal::Backlog(seen) = seen else { panic!() };
        assert_eq!(seen.scan.unwrap().bytes.0, b"%PDF-1.4 paper");
        services.review_application(&reviewer, id, Decision::Approve, None).await.unwrap();
        services.review_application(&reviewer, twin, Decision::Approve, None).await.unwrap();
        services.mint_approved().await.unwrap();
        let issued = services.issued_licence(&issuer, id).await.unwrap();
        let view = services.read_licence(&actor("a"), &issued.identifier.unwrap()).await.unwrap();
        assert_eq!((view.number.as_str(), view.trust_grade), ("OLD1", TrustGrade::B));
        let lost = services.issued_licence(&issuer, twin).await.unwrap();
        assert_eq!((lost.identifier, lost.problem.as_deref()), (None, Some("NUMBER_TAKEN")), "a twin is refused visibly");

        let number = LicenceSearch::Number { type_code: BUSINESS_LICENCE.into(), number: "OLD1".into() };
        let found = services.find_licences(&actor("a"), DEPARTMENT, &number, &PageRequest::first()).await.unwrap();
        assert_eq!(found.items.len(), 1);
    }
}

/// A seal key that fails at first.
struct Failing {
    key: Arc<dyn Signer>,
    failures: AtomicUsize,
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

#[tokio::test(flavor = "multi_thread")]
async fn an_approved_licence_is_minted_later_when_the_key_is_away() {
    for place in common::places().await {
        let clock = Arc::new(FixedClock::at(time::OffsetDateTime::now_utc()));
        let seal = Arc::new(Failing { key: authority::seal_key(), failures: AtomicUsize::new(1) });
        let settings = Settings { workers: 2, ..Settings::default() };
        let services = services_with(&place, Choices { clock: clock.clone(), seal: Some(seal), settings, ..Choices::default() }).await;
        let id = services.apply(&with_role("issuer", Role::Issuer), new_licence(0), true).await.unwrap().application_id;
        services.review_application(&with_role("approver", Role::Approver), id, Decision::Approve, None).await.unwrap();
        assert_eq!(services.mint_approved().await.unwrap(), 0);
        clock.advance(time::Duration::seconds(60));
        services.recover_mints().await.unwrap();
        assert_eq!(services.mint_approved().await.unwrap(), 1);
        assert_eq!(licences(&services).await, [(LicenceState::Active, 1)]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_gives_one_licence_for_each_system_case_and_type() {
    for place in common::places().await {
        let services = services(&place).await;
        let system = |id| with_role(id, Role::System);
        let decision =
            |case: &str, row| DecisionRequest { case: case.into(), type_code: BUSINESS_LICENCE.into(), face: face(BUSINESS_LICENCE, row) };
        let first = services.take_decision(&system("s"), decision("办-2026-0001", 0)).await.unwrap();
        assert_eq!(services.verify_document(first.document.clone(), None).await.unwrap().verdict, Verdict::Valid);
        let again = services.take_decision(&system("s"), decision(" 办-2026-0001", 0)).await.unwrap();
        assert!(again.repeated && again.licence_id == first.licence_id);
        let other = services.take_decision(&system("s"), decision("办-2026-0001", 1)).await;
        assert!(matches!(other, Err(Refusal::KeyReused)), "{other:?}");
        let elsewhere = services.take_decision(&system("t"), decision("办-2026-0001", 0)).await.unwrap();
        assert_ne!(elsewhere.licence_id, first.licence_id);
        for case in ["", "\u{7}", &"长".repeat(101)] {
            assert!(matches!(services.take_decision(&system("s"), decision(case, 0)).await, Err(Refusal::WrongValue(_))));
        }
        let issuer = services.take_decision(&with_role("i", Role::Issuer), decision("x", 0)).await;
        assert!(matches!(issuer, Err(Refusal::Forbidden(_))));
        assert!(services.mint_licence(&actor("a"), request(BUSINESS_LICENCE, 0, None)).await.is_ok(), "this type needs no review");
    }
}
