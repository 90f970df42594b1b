//! Who may use which route: every route × every role × own, subordinate and foreign organisation, and nobody, over real HTTP, against
//! `tests/vectors/authority.csv`. `UPDATE_AUTHORITY=1 cargo test --test authority_table` writes its columns of roles anew and keeps the last two.
//!
//! A line is `method;path;action;` and a column a role (`-`, `own`, `below`, `all`), then what to try: `target` and `body`. A target is a
//! request about something that belongs to the department OURS, written with OURS, LICENCE, PERSON, SYSTEM, SEAL, TYPE and IMPORT; it is
//! tried from OURS, from the organisation above, and from a stranger. `roles-only`: the route is tried with each role, without such a thing; that is right
//! where a route is about the caller's own things only. `open` routes need no login.

mod common;

use common::authority::{DEPARTMENT, actor};
use common::web::{Web, settings};
use elicence::ambient::SystemEntropy;
use elicence::app::api_keys;
use elicence::domain::actor::Role;
use elicence::domain::authority::{Action, Reach, reach};
use elicence::domain::catalogue_import::ImportMode;
use elicence::domain::page::PageRequest;
use elicence::domain::payload::Party;
use elicence::domain::person::{AccountState, PersonFacts, PersonId, RoleGrant};
use elicence::domain::system::System;
use elicence::http::routes;
use elicence::services::{ImportRequest, TableFormat};
use elicence::storage::database::Value;
use reqwest::Method;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;

const ABOVE: &str = "11999999000000035B";
const STRANGER: &str = "11100000000013338W";

/// Where a caller stands, as seen from whoever owns the thing.
const PLACES: [(&str, Reach); 3] = [(DEPARTMENT, Reach::Own), (ABOVE, Reach::Below), (STRANGER, Reach::All)];

struct Line {
    method: String,
    path: String,
    action: Option<Action>,
    reaches: String,
    target: String,
    body: String,
}

fn file() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/authority.csv")
}

fn word(reach: Reach) -> &'static str {
    match reach {
        Reach::Nobody => "-",
        Reach::Own => "own",
        Reach::Below => "below",
        Reach::All => "all",
    }
}

fn head() -> String {
    format!("method;path;action;{};target;body", Role::ALL.map(Role::as_str).join(";"))
}

/// Target and body of every line of the file, by method and path.
fn tries() -> BTreeMap<(String, String), (String, String)> {
    let text = std::fs::read_to_string(file()).unwrap_or_default();
    let lines = text.lines().skip(1).map(|line| line.split(';').map(str::to_owned).collect::<Vec<_>>());
    lines.map(|c| ((c[0].clone(), c[1].clone()), (c[c.len() - 2].clone(), c[c.len() - 1].clone()))).collect()
}

/// The routes as they are, with what the file says to try.
fn lines() -> Vec<Line> {
    let tries = tries();
    let mut lines: Vec<_> = routes()
        .into_iter()
        .map(|route| {
            let usual = if route.path.contains('{') { "?" } else { "roles-only" };
            let found = tries.get(&(route.method.to_owned(), route.path.to_owned())).cloned();
            let (target, body) = found.unwrap_or((if route.action.is_some() { usual.into() } else { "open".into() }, String::new()));
            let of = |role| route.action.map_or("open", |action| word(reach(role, action)));
            let reaches = Role::ALL.map(of).join(";");
            Line { method: route.method.into(), path: route.path.into(), action: route.action, reaches, target, body }
        })
        .collect();
    lines.sort_by(|a, b| (&a.path, &a.method).cmp(&(&b.path, &b.method)));
    lines
}

#[test]
fn the_table_in_the_repository_is_that_of_the_routes() {
    let mut text = head() + "\n";
    for Line { method, path, action, reaches, target, body } in lines() {
        let action = action.map_or("-", Action::word);
        writeln!(text, "{method};{path};{action};{reaches};{target};{body}").unwrap();
    }
    if std::env::var_os("UPDATE_AUTHORITY").is_some() {
        std::fs::write(file(), &text).unwrap();
    }
    let stored = std::fs::read_to_string(file()).unwrap_or_default();
    for line in text.lines() {
        assert!(
            stored.lines().any(|known| known == line),
            "not in the table, look at it and run UPDATE_AUTHORITY=1 cargo test --test authority_table:\n{line}"
        );
    }
    assert_eq!(stored, text, "a line of the table has no route any more, or the order changed: UPDATE_AUTHORITY=1");
    assert!(!text.contains(";?;"), "say in tests/vectors/authority.csv what to try instead of `?`, or `roles-only`");
}

/// What the service made of a try.
async fn outcome(web: &Web, key: Option<&str>, method: &str, path: &str, body: &str) -> (u16, String) {
    let mut request = web.client.request(Method::from_bytes(method.to_uppercase().as_bytes()).unwrap(), format!("{}{path}", web.url));
    if let Some(key) = key {
        request = request.bearer_auth(key);
    }
    if !body.is_empty() {
        request = request.header("content-type", "application/json").body(body.to_owned());
    }
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let text = if status >= 400 { response.text().await.unwrap() } else { String::new() };
    let code = serde_json::from_str::<serde_json::Value>(&text).ok().and_then(|answer| answer["code"].as_str().map(str::to_owned));
    (status, code.unwrap_or_default())
}

/// One login a role and place.
type Keys = BTreeMap<(Role, &'static str), String>;

async fn start() -> (Web, Keys) {
    let (mut keys, mut records) = (Keys::new(), Vec::new());
    for (place, _) in PLACES {
        for role in Role::ALL {
            let department = Party { name: place.into(), code: place.into() };
            let id = format!("{}-{place}", role.as_str());
            let (key, record) = api_keys::make(&id, &department, &[role], &SystemEntropy::new()).unwrap();
            keys.insert((role, place), key.expose().clone());
            records.push(record);
        }
    }
    (Web::start_for(settings(), false, records).await, keys)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_route_is_refused_to_nobody_and_to_every_role_without_the_right() {
    let (web, keys) = start().await;
    for line in lines() {
        let path = line.path.replace(['{', '}'], "");
        let place = format!("{} {}", line.method, line.path);
        let Some(action) = line.action else { continue };
        assert_eq!(outcome(&web, None, &line.method, &path, "").await.0, 401, "{place}");
        for role in Role::ALL {
            let (status, code) = outcome(&web, Some(&keys[&(role, DEPARTMENT)]), &line.method, &path, "").await;
            let refused = (status, code.as_str()) == (403, "FORBIDDEN");
            assert_eq!(refused, reach(role, action) == Reach::Nobody, "{place} as {}: {status} {code}", role.as_str());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn things_are_reached_from_where_the_table_says() {
    let (web, keys) = start().await;
    let operator = actor("operator");
    // The department gets an organisation above it.
    let store = web.place.open().await;
    let mut transaction = store.database.begin().await.unwrap();
    let add = "insert into organisations (code, name, division, parent, state, created_at) values ($1, 'x', '999999', null, 'active', 0)";
    for code in [ABOVE, STRANGER] {
        transaction.change(add, vec![Value::from(code)]).await.unwrap();
    }
    let place = "update organisations set parent = $1 where code = $2";
    transaction.change_one("place", place, vec![Value::from(ABOVE), Value::from(DEPARTMENT)]).await.unwrap();
    transaction.commit().await.unwrap();

    let licence = web.mint(common::authority::BUSINESS_LICENCE, 0).await["identifier"].as_str().unwrap().to_owned();
    let facts = PersonFacts { login: "zhang.wei".into(), name: "张伟".into(), phone: None, mail: None };
    let person = web.services.add_person(&operator, DEPARTMENT, facts).await.unwrap().id;
    let system = System {
        id: "approval".into(),
        organisation: DEPARTMENT.into(),
        name: "审批系统".into(),
        roles: vec![Role::System],
        state: AccountState::Active,
    };
    web.services.add_system(&operator, system).await.unwrap();
    web.services.record_seals().await.unwrap();
    let seals = web.services.list_seals(&operator, &PageRequest::first()).await.unwrap();
    let seal = seals.items[0].seal.to_string();
    // The licence types stand in the catalogue: TYPE is one of them.
    web.services.register_types().await.unwrap();
    // A batch of entries, only checked: IMPORT.
    let table = include_bytes!("../catalogue/entries.csv").to_vec();
    let request = ImportRequest { bytes: table, format: TableFormat::Csv, mode: ImportMode::All, dry_run: true };
    let import = web.services.import_catalogue(&operator, request).await.unwrap().import_id;
    let with_type = |text: &str| text.replace("TYPE", common::authority::BUSINESS_LICENCE).replace("IMPORT", import.as_str());
    let with_things = |text: &str| {
        with_type(text)
            .replace("OURS", DEPARTMENT)
            .replace("SEAL", &seal)
            .replace("LICENCE", &licence)
            .replace("PERSON", &person)
            .replace("SYSTEM", "approval")
    };

    let mut tried = 0;
    for line in lines().iter().filter(|line| line.target.starts_with('/')) {
        let action = line.action.expect("only routes with an action have a target");
        for (place, needed) in PLACES {
            for role in Role::ALL {
                // What an earlier try took away is there again.
                let again = RoleGrant { organisation: DEPARTMENT.into(), role: Role::Clerk, from: None, until: None };
                web.services.grant_role(&operator, PersonId::parse(&person).unwrap(), &again).await.unwrap();
                let key = &keys[&(role, place)];
                let (status, code) = outcome(&web, Some(key), &line.method, &with_things(&line.target), &with_things(&line.body)).await;
                let refused =
                    matches!((status, code.as_str()), (401, _) | (403, "FORBIDDEN" | "NOT_YOUR_ORGANISATION") | (404, "NOT_FOUND"));
                let said = reach(role, action) >= needed;
                assert_eq!(!refused, said, "{} {} as {} of {place}: {status} {code}", line.method, line.path, role.as_str());
                tried += 1;
            }
        }
    }
    assert!(tried > 200, "the table has targets: {tried}");
}
