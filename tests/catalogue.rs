//! The catalogue on both databases: departments apply, the managing department reviews, versions and their differences, grants, the feed.

mod common;

use common::{
    Place,
    authority::{self, BUSINESS_LICENCE, actor, request, services},
    web::{Web, problem},
};
use elicence::{
    ambient::SystemEntropy,
    app::api_keys,
    clients::{CatalogueFeedClient, FetchLimits, Fetcher, address_guard::AddressGuard},
    domain::{
        actor::{Actor, Role},
        application::{ApplicationKind, ApplicationState, Proposal},
        catalogue_feed::{FeedPage, FeedProblem, NOTHING},
        directory_entry::{DirectoryEntry, EntryProposal},
        entry_grant::{EntryGrant, GranteeKind},
        key_set::{KeySet, QrKey},
        licence_type::{FieldKind, LicenceType},
        page::PageRequest,
        payload::Party,
        secret::Secret,
    },
    http::api_keys::ApiKeys,
    services::{ApplicationView, Decision, EntryFilter, Keyring, Refusal, Services},
};
use serde_json::json;

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
    let place = Place::sqlite();
    let services = services(&place).await;
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

/// An entry with the first definition of its type.
fn with_definition(version: u32, name: &str, fields: serde_json::Value) -> (Box<DirectoryEntry>, Option<Box<LicenceType>>) {
    let mut entry = entry(name);
    entry.definition_version = Some(version);
    let definition = serde_json::from_value(json!({
        "code": CODE, "version": version, "name": name, "name_en": "Example permit", "defining_authority": "示例市行政审批局",
        "defining_authority_code": authority::DEPARTMENT, "holder_category": "legal-person", "validity_range": ["5年"],
        "number_pattern": "SL{year}{seq:06}", "fields": fields
    }))
    .unwrap();
    (Box::new(entry), Some(Box::new(definition)))
}

#[tokio::test(flavor = "multi_thread")]
async fn any_two_versions_stand_side_by_side_with_their_definitions() {
    for place in common::places().await {
        let services = services(&place).await;
        let field = |code: &str, most: u32| json!({ "code": code, "name": "项", "name_en": "Item", "kind": "text", "max_length": most });
        let (entry, definition) = with_definition(1, "示例许可证", json!([field("KZ_A", 10), field("KZ_B", 20)]));
        approved(&services, Proposal::CatalogueEntry(EntryProposal::Add { entry, definition })).await;
        let (entry, definition) = with_definition(2, "示例许可证书", json!([field("KZ_A", 10), field("KZ_B", 30), field("KZ_C", 5)]));
        let change = EntryProposal::Change { base_version: 1, entry, definition };
        approved(&services, Proposal::CatalogueEntry(change)).await;
        let compared = services.compare_entry_versions(&theirs("li"), CODE, 1, 2).await.unwrap();
        let places: Vec<_> = compared.differences.iter().map(|d| d.path.as_str()).collect();
        for expected in ["entry/name", "entry/definition_version", "definition/fields/KZ_B/max_length", "definition/fields/KZ_C"] {
            assert!(places.contains(&expected), "{expected}: {places:?}");
        }
        assert!(!places.iter().any(|path| path.contains("KZ_A")), "{places:?}");
        assert_eq!((compared.before.entry.name.as_str(), compared.after.entry.name.as_str()), ("示例许可证", "示例许可证书"));
        assert_eq!(services.read_definition(&theirs("li"), CODE, None).await.unwrap().version, 2);
        assert_eq!(services.read_definition(&theirs("li"), CODE, Some(1)).await.unwrap().extended.len(), 2);

        // A stored version of a definition is never another one.
        let (entry, definition) = with_definition(2, "示例许可证", json!([field("KZ_Z", 1)]));
        let refused = services
            .apply(&theirs("li"), Proposal::CatalogueEntry(EntryProposal::Change { base_version: 2, entry, definition }), true)
            .await
            .unwrap_err();
        assert!(matches!(&refused, Refusal::BadProposal(problems) if problems[0].field == "definition"), "{refused:?}");

        let log = services.read_catalogue_log(&actor("wang"), Some(CODE), &PageRequest::first()).await.unwrap();
        let newest = &log.items[0];
        assert_eq!((newest.operation.as_str(), newest.actor.as_str(), newest.reviewer.as_deref()), ("changed", "li", Some("wang")));
        assert_eq!(newest.before.as_ref().unwrap()["name"], "示例许可证");
        assert_eq!(newest.after.as_ref().unwrap()["name"], "示例许可证书");
        let page = PageRequest::new(Some(1), None).unwrap();
        let first = services.list_entry_versions(&theirs("li"), CODE, &page).await.unwrap();
        let second = PageRequest::new(Some(1), first.next.clone()).unwrap();
        let second = services.list_entry_versions(&theirs("li"), CODE, &second).await.unwrap();
        assert_eq!((first.items[0].version, second.items[0].version, second.next), (2, 1, None));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_is_maintained_read_and_minted_by_whoever_was_authorised() {
    for place in common::places().await {
        let services = services(&place).await;
        services.register_types().await.unwrap();
        let other = theirs("li").department.code;
        // Another department may neither change the entry nor see its log.
        let current = services.read_entry(&theirs("li"), BUSINESS_LICENCE).await.unwrap();
        let mut entry = current.entry.clone();
        entry.shared = false;
        let proposal = |entry: &DirectoryEntry, base_version| {
            Proposal::CatalogueEntry(EntryProposal::Change { base_version, entry: Box::new(entry.clone()), definition: None })
        };
        let refused = services.apply(&theirs("li"), proposal(&entry, 1), true).await.unwrap_err();
        assert!(matches!(refused, Refusal::NotGranted), "{refused:?}");
        let log = services.read_catalogue_log(&theirs("li"), Some(BUSINESS_LICENCE), &PageRequest::first()).await.unwrap_err();
        assert!(matches!(log, Refusal::NotGranted), "{log:?}");
        // Authorised, it may; and an entry that is not shared is seen by it and the managing department only.
        let grant = |grantee: &str, maintain| EntryGrant {
            grantee: grantee.to_owned(),
            kind: GranteeKind::Department,
            maintain,
            mint: false,
            read: false,
            write: false,
        };
        let not_theirs = services.grant_entry(&theirs("li"), BUSINESS_LICENCE, grant(&other, true)).await.unwrap_err();
        assert!(matches!(not_theirs, Refusal::NotYourOrganisation), "{not_theirs:?}");
        services.grant_entry(&actor("zhao"), BUSINESS_LICENCE, grant(&other, true)).await.unwrap();
        let application = services.apply(&theirs("li"), proposal(&entry, 1), true).await.unwrap();
        services.review_application(&actor("wang"), application.application_id, Decision::Approve, None).await.unwrap();
        services.read_entry(&theirs("li"), BUSINESS_LICENCE).await.unwrap();
        services.grant_entry(&actor("zhao"), BUSINESS_LICENCE, grant(&other, false)).await.unwrap();
        assert!(matches!(services.read_entry(&theirs("li"), BUSINESS_LICENCE).await, Err(Refusal::NoEntry)));
        let seen = services.list_entries(&theirs("li"), &EntryFilter::default(), &PageRequest::first()).await.unwrap();
        assert!(seen.items.iter().all(|view| view.entry.type_code != BUSINESS_LICENCE) && seen.items.len() >= 4);
        let classes = services.browse_catalogue(&actor("zhao")).await.unwrap();
        assert_eq!(classes.iter().map(|class| class.entries).sum::<i64>(), seen.items.len() as i64 + 1);
        // Without its grant even the issuing department mints no more, at once.
        services.mint_licence(&actor("a"), request(BUSINESS_LICENCE, 0, None)).await.unwrap();
        services.grant_entry(&actor("zhao"), BUSINESS_LICENCE, grant(authority::DEPARTMENT, true)).await.unwrap();
        let refused = services.mint_licence(&actor("a"), request(BUSINESS_LICENCE, 1, None)).await.unwrap_err();
        assert!(matches!(refused, Refusal::NotGranted), "{refused:?}");
        let log = services.read_catalogue_log(&actor("wang"), Some(BUSINESS_LICENCE), &PageRequest::first()).await.unwrap();
        let operations: Vec<_> = log.items.iter().map(|line| line.operation.as_str()).collect();
        assert_eq!(operations, ["granted", "grant-withdrawn", "changed", "granted", "added"]);
        assert_eq!(log.items[0].before.as_ref().unwrap()["mint"], true);
        assert_eq!(log.items[0].after.as_ref().unwrap()["mint"], false);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn metadata_are_read_by_code_and_sensitive_ones_only_by_the_issuer() {
    const PORTRAIT: &str = "11100000000013338W001";
    for place in common::places().await {
        let services = services(&place).await;
        services.register_types().await.unwrap();
        let minted = services.mint_licence(&actor("a"), request(PORTRAIT, 0, None)).await.unwrap();
        let sensitive = services.read_definition(&actor("a"), PORTRAIT, None).await.unwrap();
        let sensitive = sensitive.extended.into_iter().find(|f| f.sensitive && f.kind != FieldKind::Photo).unwrap().code;
        let fields = ["ZZMC".to_owned(), "CZZT".to_owned(), sensitive.clone(), "ZZZT".to_owned()];
        let own = services.read_metadata(&actor("a"), &minted.identifier, Some(&fields)).await.unwrap();
        assert_eq!(own.items.iter().map(|item| item.code.as_str()).collect::<Vec<_>>(), ["ZZMC", "CZZT", sensitive.as_str(), "ZZZT"]);
        assert_eq!((own.items[3].value.as_str(), own.type_version, own.withheld.len()), (Some("active"), 1, 0));
        let unknown = services.read_metadata(&actor("a"), &minted.identifier, Some(&["KZ_NONE".to_owned()])).await.unwrap_err();
        assert!(matches!(unknown, Refusal::BadFields(_)), "{unknown:?}");
        // A system of another organisation learns nothing until it is authorised, and then no more than it may.
        let system = Actor { roles: vec![Role::System], ..theirs("portal-7") };
        let refused = services.read_metadata(&system, &minted.identifier, Some(&fields)).await.unwrap_err();
        assert!(matches!(refused, Refusal::NotFound), "{refused:?}");
        let grantee = "portal-7".to_owned();
        let grant = EntryGrant { grantee, kind: GranteeKind::System, maintain: false, mint: false, read: true, write: false };
        services.grant_entry(&actor("zhao"), PORTRAIT, grant).await.unwrap();
        let seen = services.read_metadata(&system, &minted.identifier, Some(&fields)).await.unwrap();
        assert_eq!(seen.items.iter().map(|item| item.code.as_str()).collect::<Vec<_>>(), ["ZZMC", "ZZZT"]);
        assert_eq!(seen.withheld, ["CZZT", sensitive.as_str()]);
    }
}

/// The same keys for another platform: the second installation of a pull.
fn other_platform() -> Keyring {
    let mut keyring = authority::keyring(vec![authority::seal_key().into()], None);
    let party = theirs("x").department;
    let keys = keyring.qr_keys.keys().iter();
    let keys = keys.map(|key| QrKey { issuer: party.code.clone(), ..key.clone() }).collect();
    keyring.qr_keys = KeySet::new(keys).unwrap();
    keyring.authorities[0].party = party;
    keyring
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_pulls_what_changed_checked_and_from_where_it_stood() {
    let web = Web::start().await;
    let upper = web.services.clone();
    upper.register_types().await.unwrap();
    let party = theirs("x").department;
    let (key, record) = api_keys::make("lower-platform", &party, &[Role::System], &SystemEntropy::new()).unwrap();
    web.server.replace_api_keys(ApiKeys::new(vec![record]));
    let client = || {
        let fetcher = Fetcher::new(AddressGuard::new(["127.0.0.1"]), FetchLimits::default()).unwrap();
        CatalogueFeedClient::new(&fetcher, &web.url, Secret::new(key.expose().clone()))
    };
    let manager = Actor { roles: vec![Role::CatalogueManager], ..theirs("zhou") };
    for place in common::places().await {
        let lower = services(&place).await;
        lower.replace_keyring(other_platform()).unwrap();
        let pull = async || lower.pull_catalogue(&manager, &client(), authority::DEPARTMENT, authority::qr_keys()).await;
        let first = pull().await.unwrap();
        assert!(first.taken >= 5 && first.conflicts.is_empty(), "{first:?}");
        let again = pull().await.unwrap();
        assert_eq!((again.taken, again.reached), (0, first.reached), "a second pull finds nothing new");

        let version = upper.read_entry(&actor("a"), BUSINESS_LICENCE).await.unwrap();
        let mut entry = version.entry.clone();
        entry.theme = format!("经营许可{}", version.version);
        let change = EntryProposal::Change { base_version: version.version, entry: Box::new(entry.clone()), definition: None };
        let application = upper.apply(&actor("zhao"), Proposal::CatalogueEntry(change), true).await.unwrap();
        upper.review_application(&actor("wang"), application.application_id, Decision::Approve, None).await.unwrap();
        let next = pull().await.unwrap();
        assert_eq!((next.taken, next.reached), (1, first.reached + 1));
        let pulled = lower.read_entry(&manager, BUSINESS_LICENCE).await.unwrap();
        assert_eq!((&pulled.entry, pulled.origin.as_deref()), (&entry, Some(authority::DEPARTMENT)));
        // What another platform keeps is changed there.
        let here = EntryProposal::Cancel { type_code: BUSINESS_LICENCE.into(), base_version: pulled.version };
        let refused = lower.apply(&manager, Proposal::CatalogueEntry(here), true).await.unwrap_err();
        assert!(matches!(refused, Refusal::NotGranted), "{refused:?}");
        // A key that is not the platform's opens nothing, and what was taken over stays where it was.
        let stranger = other_platform().qr_keys;
        let refused = lower.pull_catalogue(&manager, &client(), authority::DEPARTMENT, &stranger).await.unwrap_err();
        assert!(matches!(refused, Refusal::BadFeed(_)), "{refused:?}");
    }
    // A page that was changed on its way is refused: its chain, its digests, its beginning.
    let signed = upper.give_catalogue_feed(&actor("zhao"), 0).await.unwrap();
    let payload = base64::Engine::decode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, &signed.payload).unwrap();
    let page: FeedPage = serde_json::from_slice(&payload).unwrap();
    assert_eq!(page.check(authority::DEPARTMENT, 0, NOTHING), Ok(()));
    assert_eq!(page.check(authority::DEPARTMENT, 1, NOTHING), Err(FeedProblem::Gap));
    let mut changed = page.clone();
    changed.changes[0].entry.as_mut().unwrap().name.push('改');
    assert_eq!(changed.check(authority::DEPARTMENT, 0, NOTHING), Err(FeedProblem::Digest));
    let mut changed = page.clone();
    changed.changes.remove(1);
    assert_eq!(changed.check(authority::DEPARTMENT, 0, NOTHING), Err(FeedProblem::Gap));
    let mut changed = page;
    changed.changes.pop();
    assert_eq!(changed.check(authority::DEPARTMENT, 0, NOTHING), Err(FeedProblem::Chain));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_way_of_an_entry_over_http() {
    let web = Web::start().await;
    let login = |id: &str, party: &Party, roles: &[Role]| api_keys::make(id, party, roles, &SystemEntropy::new()).unwrap();
    let (li, first) = login("li", &theirs("li").department, &[Role::CatalogueManager]);
    let (wang, second) = login("wang", &authority::party(), &[Role::Reviewer, Role::CatalogueManager]);
    web.server.replace_api_keys(ApiKeys::new(vec![first, second]));
    let body =
        json!({ "proposal": { "kind": "catalogue-entry", "content": { "change": "add", "entry": entry("示例许可证") } }, "submit": true });
    let applied = web.post("/api/v1/applications").bearer_auth(li.expose()).json(&body).send().await.unwrap();
    assert_eq!(applied.status(), 201, "{}", applied.text().await.unwrap());
    let waiting: serde_json::Value = web
        .get("/api/v1/applications?kind=catalogue-entry&state=submitted&limit=1")
        .bearer_auth(wang.expose())
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let id = waiting["items"][0]["application_id"].as_str().unwrap();
    let review = |by: &str| web.post(&format!("/api/v1/applications/{id}/review")).bearer_auth(by).json(&json!({ "decision": "approve" }));
    problem(review(li.expose()), 404, "NOT_FOUND").await;
    assert_eq!(review(wang.expose()).send().await.unwrap().status(), 200);
    problem(review(wang.expose()), 409, "WRONG_STEP").await;
    let late = json!({ "proposal": { "kind": "catalogue-entry", "content": { "change": "cancel", "type_code": CODE, "base_version": 9 } }, "submit": true });
    let (_, answer) = problem(web.post("/api/v1/applications").bearer_auth(li.expose()).json(&late), 409, "OUTDATED").await;
    assert!(answer["title"].as_str().unwrap().contains("版本 1"));
    let wrong = json!({ "proposal": { "kind": "catalogue-entry", "content": { "change": "add", "entry": entry("") } } });
    let (_, answer) = problem(web.post("/api/v1/applications").bearer_auth(li.expose()).json(&wrong), 422, "BAD_PROPOSAL").await;
    assert_eq!(answer["errors"][0]["field"], "name");
    for path in [
        format!("/api/v1/catalogue/entries/{CODE}"),
        format!("/api/v1/catalogue/entries/{CODE}/versions"),
        format!("/api/v1/catalogue/entries/{CODE}/versions/1"),
        format!("/api/v1/catalogue/entries/{CODE}/differences?before=1&after=1"),
        format!("/api/v1/catalogue/entries/{CODE}/grants"),
        format!("/api/v1/catalogue/log?type={CODE}"),
        "/api/v1/catalogue/entries?root=legal-person&theme=经营许可".into(),
        "/api/v1/catalogue/classes".into(),
        "/api/v1/catalogue/feed?after=0".into(),
        format!("/api/v1/applications/{id}"),
    ] {
        let response = web.get(&path).bearer_auth(wang.expose()).send().await.unwrap();
        assert_eq!(response.status(), 200, "{path}: {}", response.text().await.unwrap());
    }
    problem(web.get("/api/v1/catalogue/entries?limit=0").bearer_auth(wang.expose()), 400, "BAD_REQUEST").await;
    problem(web.get("/api/v1/catalogue/entries?after=nothing").bearer_auth(wang.expose()), 400, "BAD_REQUEST").await;
    problem(web.get("/api/v1/catalogue/feed?after=77").bearer_auth(wang.expose()), 400, "BAD_PAGE").await;
    problem(web.get("/api/v1/catalogue/feed").bearer_auth(li.expose()), 403, "NOT_YOUR_ORGANISATION").await;
    problem(web.get(&format!("/api/v1/catalogue/entries/{CODE}/definition")).bearer_auth(li.expose()), 404, "NO_ENTRY").await;
}
