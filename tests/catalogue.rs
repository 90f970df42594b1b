//! The catalogue on both databases: departments apply, the managing department reviews, versions and their differences, grants, the feed.

mod common;

use common::{
    Place,
    authority::{self, BUSINESS_LICENCE, actor, request, services},
};
use elicence::{
    domain::{
        actor::{Actor, Role},
        application::{ApplicationKind, ApplicationState, Proposal},
        directory_entry::{DirectoryEntry, EntryProposal},
        page::PageRequest,
        payload::Party,
    },
    services::{ApplicationView, Decision, Refusal, Services},
};

const CODE: &str = "11999999000000027G901";

/// A manager of the catalogue in another department.
fn theirs(id: &str) -> Actor {
    let department = Party { name: "示例市另一局".into(), code: "11100000000013338W".into() };
    Actor { id: id.into(), department, roles: vec![Role::CatalogueManager, Role::Reviewer] }
}

fn entry(name: &str) -> DirectoryEntry {
    serde_json::from_value(serde_json::json!({
        "type_code": CODE, "name": name, "defining_authority": "示例市行政审批局", "defining_authority_code": authority::DEPARTMENT,
        "defining_level": "municipal", "holder_category": "legal-person", "validity_range": ["5年"], "issuing_level": "municipal",
        "class": "licence", "root": "legal-person", "theme": "经营许可", "industry": "市场监管"
    }))
    .unwrap()
}

fn add(name: &str) -> Proposal {
    Proposal::CatalogueEntry(EntryProposal::Add { entry: Box::new(entry(name)), definition: None })
}

fn change(base_version: i64, name: &str) -> Proposal {
    Proposal::CatalogueEntry(EntryProposal::Change { base_version, entry: Box::new(entry(name)), definition: None })
}

async fn approved(services: &Services, proposal: Proposal) -> ApplicationView {
    let application = services.apply(&theirs("li"), proposal, true).await.unwrap();
    services.review_application(&actor("wang"), application.application_id, Decision::Approve, None).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_approves_an_application_of_his_own() {
    for place in common::places().await {
        let services = services(&place).await;
        let mine = services.apply(&actor("zhao"), add("示例许可证"), true).await.unwrap();
        let id = mine.application_id;
        let own = services.review_application(&actor("zhao"), id, Decision::Approve, None).await.unwrap_err();
        assert!(matches!(own, Refusal::OwnRequest), "{own:?}");
        // Another department's people do not review at all.
        let foreign = services.review_application(&theirs("li"), id, Decision::Approve, None).await.unwrap_err();
        assert!(matches!(foreign, Refusal::NotFound), "{foreign:?}");
        assert!(matches!(services.read_application(&theirs("li"), id).await, Err(Refusal::NotFound)));
        let done = services.review_application(&actor("wang"), id, Decision::Approve, None).await.unwrap();
        assert_eq!((done.state, done.reviewer.as_deref()), (ApplicationState::Approved, Some("wang")));
        // What is decided stays decided.
        let again = services.review_application(&actor("wang"), id, Decision::Reject, Some("重复审核")).await.unwrap_err();
        assert!(matches!(again, Refusal::WrongStep(_)), "{again:?}");
        let late = services.withdraw_application(&actor("zhao"), id, "不再需要").await.unwrap_err();
        assert!(matches!(late, Refusal::WrongStep(_)), "{late:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_applications_on_one_version_one_takes_effect_and_the_other_hears_what_changed() {
    for place in common::places().await {
        let services = services(&place).await;
        approved(&services, add("示例许可证")).await;
        let first = services.apply(&theirs("li"), change(1, "示例许可证（一）"), true).await.unwrap();
        let second = services.apply(&theirs("li"), change(1, "示例许可证（二）"), true).await.unwrap();
        let review = |id, by: &'static str| {
            let services = services.clone();
            tokio::spawn(async move { services.review_application(&actor(by), id, Decision::Approve, None).await })
        };
        let both = [review(first.application_id, "wang"), review(second.application_id, "zhou")];
        let mut refused = vec![];
        for done in both {
            refused.extend(done.await.unwrap().err());
        }
        assert_eq!(refused.len(), 1, "{refused:?}");
        let Refusal::Outdated { current: 2, changed } = &refused[0] else { panic!("{refused:?}") };
        assert_eq!(changed, &["name"]);
        // The other one still waits, and nothing of it is in force.
        let waiting = services
            .list_applications(&actor("wang"), ApplicationKind::CatalogueEntry, Some(ApplicationState::Submitted), &PageRequest::first())
            .await
            .unwrap();
        assert_eq!(waiting.items.len(), 1);
        // Who applies on an old version hears it at once.
        let late = services.apply(&theirs("li"), change(1, "示例许可证（三）"), true).await.unwrap_err();
        assert!(matches!(late, Refusal::Outdated { current: 2, .. }), "{late:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_type_of_the_catalogue_is_minted_by_whoever_is_authorised() {
    for place in common::places().await {
        let services = services(&place).await;
        assert!(services.register_types().await.unwrap() >= 5);
        assert_eq!(services.register_types().await.unwrap(), 0, "the second start finds them");
        services.mint_licence(&actor("a"), request(BUSINESS_LICENCE, 0, None)).await.unwrap();
        let cancel = EntryProposal::Cancel { type_code: BUSINESS_LICENCE.into(), base_version: 1 };
        let application = services.apply(&actor("zhao"), Proposal::CatalogueEntry(cancel), true).await.unwrap();
        services.review_application(&actor("wang"), application.application_id, Decision::Approve, None).await.unwrap();
        let refused = services.mint_licence(&actor("a"), request(BUSINESS_LICENCE, 1, None)).await.unwrap_err();
        assert!(matches!(refused, Refusal::EntryCancelled), "{refused:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_its_writers_and_what_is_wrong_is_said_at_once() {
    let services = services(&Place::sqlite()).await;
    let draft = services.apply(&theirs("li"), add("示例许可证"), false).await.unwrap();
    assert_eq!(draft.state, ApplicationState::Draft);
    let colleague = services.submit_application(&theirs("sun"), draft.application_id).await.unwrap_err();
    assert!(matches!(colleague, Refusal::NotFound), "{colleague:?}");
    let early = services.review_application(&actor("wang"), draft.application_id, Decision::Approve, None).await.unwrap_err();
    assert!(matches!(early, Refusal::WrongStep(_)), "{early:?}");
    services.rewrite_application(&theirs("li"), draft.application_id, add("示例许可证（改）")).await.unwrap();
    let submitted = services.submit_application(&theirs("li"), draft.application_id).await.unwrap();
    assert_eq!(submitted.state, ApplicationState::Submitted);
    let mut wrong = entry("");
    wrong.definition_version = Some(7);
    let wrong = Proposal::CatalogueEntry(EntryProposal::Add { entry: Box::new(wrong), definition: None });
    let refused = services.apply(&theirs("li"), wrong, true).await.unwrap_err();
    assert!(matches!(&refused, Refusal::BadProposal(problems) if problems[0].field == "name"), "{refused:?}");
    let clerk = Actor { roles: vec![Role::Clerk], ..theirs("li") };
    assert!(matches!(services.apply(&clerk, add("示例许可证"), true).await, Err(Refusal::Forbidden(_))));
}
