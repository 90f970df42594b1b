//! Organisations, people and connected systems: who may change them, what is kept of them, and who may act with them.

mod common;

use common::{
    authority::{DEPARTMENT, actor, services},
    places,
};
use elicence::{
    domain::{
        actor::{Actor, Role},
        digest::Digest,
        organisation::{Division, Organisation, OrganisationState},
        page::PageRequest,
        payload::Party,
        person::{AccountState, PersonFacts, PersonId, RoleGrant},
        system::System,
    },
    services::{Refusal, Services},
    storage::database::Value,
};
use time::{Duration, OffsetDateTime};

const BUREAU: &str = "11999901000000035C";
const OFFICE: &str = "119999010000000437";
const STRANGER: &str = "11100000000013338W";

fn organisation(code: &str, division: &str, parent: &str) -> Organisation {
    Organisation {
        code: code.into(),
        name: format!("机构 {code}"),
        division: Division::parse(division).unwrap(),
        parent: Some(parent.into()),
        state: OrganisationState::Active,
    }
}

fn one(id: &str, code: &str, role: Role) -> Actor {
    Actor { id: id.into(), department: Party { name: code.into(), code: code.into() }, roles: vec![role] }
}

fn facts(login: &str, name: &str) -> PersonFacts {
    PersonFacts { login: login.into(), name: name.into(), phone: Some("13900001234".into()), mail: Some("li.na@example.gov.cn".into()) }
}

fn grant(organisation: &str, role: Role) -> RoleGrant {
    RoleGrant { organisation: organisation.into(), role, from: None, until: None }
}

/// A bureau below the department, and an office below the bureau.
async fn plant(services: &Services) {
    let operator = actor("operator");
    for (code, parent) in [(BUREAU, DEPARTMENT), (OFFICE, BUREAU)] {
        services.add_organisation(&operator, organisation(code, "999999", parent)).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tree_grows_downwards_only() {
    for place in places().await {
        let services = services(&place).await;
        plant(&services).await;
        let operator = actor("operator");
        let add = async |organisation| services.add_organisation(&operator, organisation).await;
        assert!(matches!(add(organisation(BUREAU, "999999", DEPARTMENT)).await, Err(Refusal::AlreadyThere)));
        assert!(matches!(add(organisation("119999990000000000", "999999", DEPARTMENT)).await, Err(Refusal::WrongValue(_))));
        assert!(matches!(add(organisation(STRANGER, "110000", DEPARTMENT)).await, Err(Refusal::WrongValue(_))), "another division");
        assert!(matches!(add(organisation(STRANGER, "999999", STRANGER)).await, Err(Refusal::NotYourOrganisation)), "no such parent");
        let top = Organisation { parent: None, ..organisation(STRANGER, "999999", "") };
        assert!(matches!(add(top).await, Err(Refusal::NotYourOrganisation)), "nobody makes a second top");

        // The administrator of the bureau reaches the office, not the department above.
        let bureau = one("b", BUREAU, Role::Administrator);
        let close = async |code, state| services.change_organisation(&bureau, code, "改名", state).await;
        assert!(matches!(close(DEPARTMENT, OrganisationState::Active).await, Err(Refusal::NotYourOrganisation)));
        assert!(matches!(close(BUREAU, OrganisationState::Closed).await, Err(Refusal::OwnRights)));
        assert_eq!(close(OFFICE, OrganisationState::Closed).await.unwrap().state, OrganisationState::Closed);
        let clerk = one("c", DEPARTMENT, Role::Clerk);
        assert!(matches!(services.change_organisation(&clerk, OFFICE, "x", OrganisationState::Active).await, Err(Refusal::Forbidden(_))));

        let all = services.list_organisations(&clerk, None, &PageRequest::first()).await.unwrap().items;
        assert_eq!(all.len(), 3);
        let below = services.list_organisations(&clerk, Some(BUREAU), &PageRequest::first()).await.unwrap().items;
        assert_eq!(below.iter().map(|o| o.code.as_str()).collect::<Vec<_>>(), [OFFICE]);
        let first = services.list_organisations(&clerk, None, &PageRequest::new(Some(2), None).unwrap()).await.unwrap();
        let rest = services.list_organisations(&clerk, None, &PageRequest::new(Some(2), first.next).unwrap()).await.unwrap();
        assert_eq!((first.items.len(), rest.items.len(), rest.next), (2, 1, None));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_acts_with_the_roles_of_the_moment() {
    for place in places().await {
        let services = services(&place).await;
        plant(&services).await;
        let operator = actor("operator");
        let bureau = one("b", BUREAU, Role::Administrator);
        let view = services.add_person(&bureau, BUREAU, facts("Li.Na", "李娜娜")).await.unwrap();
        let id = PersonId::parse(&view.id).unwrap();
        let act = async |login: &str| services.act_as(&operator, login, Some(BUREAU)).await;
        assert!(matches!(act("li.na").await, Err(Refusal::NotFound)), "no role yet");
        services.grant_role(&bureau, id, &grant(BUREAU, Role::Issuer)).await.unwrap();
        let acting = act("LI.NA").await.unwrap();
        assert_eq!((acting.id, acting.department.code, acting.roles), (view.id.clone(), BUREAU.into(), vec![Role::Issuer]));

        // Out of its time a role is none.
        let now = OffsetDateTime::now_utc();
        let late = RoleGrant { from: Some(now + Duration::hours(1)), ..grant(BUREAU, Role::Issuer) };
        services.grant_role(&bureau, id, &late).await.unwrap();
        assert!(act("li.na").await.is_err());
        let over = RoleGrant { from: Some(now - Duration::hours(2)), until: Some(now - Duration::hours(1)), ..grant(BUREAU, Role::Issuer) };
        services.grant_role(&bureau, id, &over).await.unwrap();
        assert!(act("li.na").await.is_err());
        services.grant_role(&bureau, id, &grant(BUREAU, Role::Clerk)).await.unwrap();
        assert_eq!(act("li.na").await.unwrap().roles, [Role::Clerk]);

        services.set_person_state(&bureau, id, AccountState::Suspended).await.unwrap();
        assert!(act("li.na").await.is_err());
        services.set_person_state(&bureau, id, AccountState::Active).await.unwrap();
        services.withdraw_role(&bureau, id, BUREAU, Role::Clerk).await.unwrap();
        assert!(act("li.na").await.is_err());
        assert!(matches!(services.withdraw_role(&bureau, id, BUREAU, Role::Clerk).await, Err(Refusal::NotFound)));

        // A closed organisation has nobody who acts for it.
        services.grant_role(&operator, id, &grant(OFFICE, Role::Approver)).await.unwrap();
        assert!(services.act_as(&operator, "li.na", Some(OFFICE)).await.is_ok());
        services.change_organisation(&operator, OFFICE, "停用", OrganisationState::Closed).await.unwrap();
        assert!(services.act_as(&operator, "li.na", Some(OFFICE)).await.is_err());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_reaches_over_or_changes_the_own_rights() {
    for place in places().await {
        let services = services(&place).await;
        plant(&services).await;
        let (operator, bureau) = (actor("operator"), one("b", BUREAU, Role::Administrator));
        let boss = services.add_person(&operator, DEPARTMENT, facts("boss", "王局长")).await.unwrap();
        let id = PersonId::parse(&boss.id).unwrap();
        assert!(matches!(services.add_person(&bureau, DEPARTMENT, facts("x1", "甲")).await, Err(Refusal::NotYourOrganisation)));
        assert!(matches!(services.add_person(&bureau, BUREAU, facts("BOSS", "乙")).await, Err(Refusal::AlreadyThere)));
        assert!(matches!(services.read_person(&bureau, id).await, Err(Refusal::NotFound)), "not even that there is one");
        assert!(matches!(services.set_person_state(&bureau, id, AccountState::Suspended).await, Err(Refusal::NotFound)));
        assert!(matches!(services.grant_role(&bureau, id, &grant(DEPARTMENT, Role::Issuer)).await, Err(Refusal::NotYourOrganisation)));
        assert!(matches!(services.grant_role(&operator, id, &grant(DEPARTMENT, Role::System)).await, Err(Refusal::WrongValue(_))));

        services.grant_role(&operator, id, &grant(DEPARTMENT, Role::Administrator)).await.unwrap();
        let own = services.act_as(&operator, "boss", None).await.unwrap();
        assert!(matches!(services.grant_role(&own, id, &grant(DEPARTMENT, Role::Issuer)).await, Err(Refusal::OwnRights)));
        assert!(matches!(services.set_person_state(&own, id, AccountState::Suspended).await, Err(Refusal::OwnRights)));
        let read = services.read_person(&own, id).await.unwrap();
        assert_eq!((read.facts.name.as_str(), read.roles.map(|roles| roles.len())), ("王局长", Some(1)));
        let listed = services.list_people(&own, DEPARTMENT, &PageRequest::first()).await.unwrap();
        assert_eq!(listed.items.len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_system_is_known_by_its_key_until_it_is_cut_off() {
    for place in places().await {
        let services = services(&place).await;
        plant(&services).await;
        let bureau = one("b", BUREAU, Role::Administrator);
        let system = |id: &str, organisation: &str, roles: &[Role]| System {
            id: id.into(),
            organisation: organisation.into(),
            name: "审批系统".into(),
            roles: roles.to_vec(),
            state: AccountState::Active,
        };
        let add = async |system| services.add_system(&bureau, system).await;
        let new = add(system("approval-1", BUREAU, &[Role::System])).await.unwrap();
        let digest = Digest::of(new.key.expose().as_bytes());
        let known = services.find_system(digest).await.unwrap().unwrap();
        assert_eq!((known.id.as_str(), known.department.code.as_str(), known.roles), ("approval-1", BUREAU, vec![Role::System]));
        assert!(services.find_system(Digest::of(b"elk_guess")).await.unwrap().is_none());
        assert!(matches!(add(system("approval-1", BUREAU, &[Role::System])).await, Err(Refusal::AlreadyThere)));
        assert!(matches!(add(system("x", DEPARTMENT, &[Role::System])).await, Err(Refusal::NotYourOrganisation)));
        for wrong in [system("person-1", BUREAU, &[Role::System]), system("y", BUREAU, &[]), system("y", BUREAU, &[Role::Administrator])] {
            assert!(matches!(add(wrong).await, Err(Refusal::WrongValue(_))));
        }
        services.set_system_state(&bureau, "approval-1", AccountState::Suspended).await.unwrap();
        assert!(services.find_system(digest).await.unwrap().is_none());
        services.set_system_state(&bureau, "approval-1", AccountState::Active).await.unwrap();
        assert!(services.find_system(digest).await.unwrap().is_some());
        let office = one("o", OFFICE, Role::Administrator);
        assert!(matches!(services.set_system_state(&office, "approval-1", AccountState::Suspended).await, Err(Refusal::NotFound)));
        assert_eq!(services.list_systems(&bureau, BUREAU, &PageRequest::first()).await.unwrap().items.len(), 1);
        services.change_organisation(&actor("operator"), BUREAU, "停用", OrganisationState::Closed).await.unwrap();
        assert!(services.find_system(digest).await.unwrap().is_none(), "of a closed organisation");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_person_and_no_key_stands_in_the_clear() {
    for place in places().await {
        let services = services(&place).await;
        let operator = actor("operator");
        let person = services.add_person(&operator, DEPARTMENT, facts("ouyang.xiu", "欧阳修远")).await.unwrap();
        services.read_person(&operator, PersonId::parse(&person.id).unwrap()).await.unwrap();
        let system = System {
            id: "s".into(),
            organisation: DEPARTMENT.into(),
            name: "系统".into(),
            roles: vec![Role::System],
            state: AccountState::Active,
        };
        let key = services.add_system(&operator, system).await.unwrap().key;
        let store = place.open().await;
        let mut text = Vec::new();
        if place.is_postgres() {
            for sql in [
                "select t::text as line from people t",
                "select t::text as line from systems t",
                "select t::text as line from audit_lines t",
            ] {
                for row in store.database.read(sql, Vec::<Value>::new()).await.unwrap() {
                    text.extend(row.text("line").unwrap().into_bytes());
                }
            }
        } else {
            for file in ["elicence.db", "elicence.db-wal"] {
                text.extend(std::fs::read(place.path().join(file)).unwrap_or_default());
            }
        }
        assert!(text.len() > 1000);
        let secrets = ["ouyang.xiu", "欧阳修远", "13900001234", "li.na@example.gov.cn", key.expose().as_str()];
        for secret in secrets {
            let as_bytes = secret.as_bytes();
            let as_hex = hex::encode(as_bytes);
            let is_there = |wanted: &[u8]| text.windows(wanted.len()).any(|part| part == wanted);
            assert!(!is_there(as_bytes) && !is_there(as_hex.as_bytes()), "{secret}");
        }
    }
}
