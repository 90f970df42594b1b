//! What the register keeps and what it forgets: invented licences, another master key, erasure after retention. On both databases.

mod common;

use common::{
    Place,
    authority::{BUSINESS_LICENCE, actor, request, services},
};
use elicence::{
    domain::{licence::LicenceState, page::PageRequest, verdict::ReasonCode},
    services::{LicenceSearch, Refusal, Services},
    storage::{
        licences,
        master_key::{load_master_key, prepare_next, promote_next},
        mints,
        wrapped_keys::KEY_TABLES,
    },
};
use std::{collections::BTreeSet, sync::Arc};
use time::Duration;

async fn minted(services: &Arc<Services>, row: usize) -> (String, Vec<u8>) {
    let minted = services.mint_licence(&actor("clerk"), request(BUSINESS_LICENCE, row, None)).await.expect("minted");
    (minted.identifier, minted.document)
}

#[tokio::test]
async fn another_master_key_opens_everything_and_the_old_one_nothing() {
    for place in common::places().await {
        let (before, actor) = (services(&place).await, actor("operator"));
        let (identifier, document) = minted(&before, 0).await;
        before.seed_licences(&actor, 1200, |_| {}).await.expect("seeded");
        assert!(matches!(before.rotate_master(&actor).await, Err(Refusal::Unavailable { .. })), "no next key");
        let old = load_master_key(&place.master_key()).unwrap();
        prepare_next(&place.master_key()).unwrap();

        // Somebody who started with both keys mints while the walk goes on.
        let both = services(&place).await;
        let (made_meanwhile, _) = minted(&both, 1).await;
        // The invented ones, the first minted, the seal of the settings; the newest licence was wrapped with the next key at once.
        assert_eq!(both.rotate_master(&actor).await.expect("rotated"), 1200 + 1 + 1);
        assert_eq!(both.rotate_master(&actor).await.expect("again"), 0);
        for identifier in [&identifier, &made_meanwhile] {
            both.read_licence(&actor, identifier).await.expect("with both keys");
        }
        promote_next(&place.master_key(), 7).unwrap();

        let after = services(&place).await;
        for identifier in [&identifier, &made_meanwhile, &after.invented(1200).unwrap().identifier] {
            after.read_licence(&actor, identifier).await.expect("with the next key");
        }
        assert_eq!(after.download_licence(&actor, &identifier).await.expect("its file opens").bytes, document);
        assert_eq!(after.seeded().await.unwrap(), 1200);
        assert!(after.verify_audit(&actor).await.unwrap().problems.is_empty());
        let problem = elicence::storage::Store::open(&place.address, place.path(), &old).await.err().map(|e| e.to_string());
        assert!(problem.as_deref().is_some_and(|p| p.contains("master key")), "{problem:?}");
    }
}

#[tokio::test]
async fn what_is_erased_can_never_be_read_and_is_still_known() {
    for place in common::places().await {
        let (services, actor) = (services(&place).await, actor("operator"));
        let (ended, document) = minted(&services, 0).await;
        let (kept, _) = minted(&services, 1).await;
        let before = services.read_licence(&actor, &ended).await.unwrap();
        services.revoke_licence(&actor, &ended, "测试撤销").await.expect("revoked");

        let now = time::OffsetDateTime::now_utc();
        let files = || files_in(&place.path().join("documents")).len();
        assert_eq!(files(), 2);
        assert_eq!(services.erase_licences(&actor, now - Duration::days(1)).await.unwrap(), 0, "its retention is not over");
        assert_eq!(services.count_erasable(&actor, now + Duration::days(1)).await.unwrap(), 1);
        assert_eq!(services.erase_licences(&actor, now + Duration::days(1)).await.unwrap(), 1);
        assert_eq!(services.erase_licences(&actor, now + Duration::days(1)).await.unwrap(), 0);

        assert!(matches!(services.read_licence(&actor, &ended).await, Err(Refusal::Erased)));
        assert!(matches!(services.download_licence(&actor, &ended).await, Err(Refusal::Erased)));
        services.read_licence(&actor, &kept).await.expect("the other one stays");
        let search = LicenceSearch::List { type_code: None, state: None, from: None, until: None };
        let page = PageRequest::new(None, None).unwrap();
        let listed = services.find_licences(&actor, &actor.department.code, &search, &page).await.expect("listed");
        assert_eq!(listed.items.iter().map(|item| item.identifier.as_str()).collect::<Vec<_>>(), [kept.as_str()]);
        let store = place.open().await;
        let row = licences::by_id(&store.database, before.licence_id).await.unwrap().expect("its row stays");
        assert_eq!((row.state, row.data_key.is_destroyed(), row.identity.len()), (LicenceState::Revoked, true, 0));
        let mint = mints::by_id(&store.database, before.licence_id).await.unwrap().expect("its mint stays");
        assert!(mint.payload.is_empty() && mint.token.is_none() && mint.photos.is_none());
        assert_eq!(files(), 1, "only the other one's file stays");

        // A copy in somebody's hands is genuine, and revoked.
        let report = services.verify_document(document, None).await.expect("verified");
        let codes: Vec<&str> = report.reasons.iter().map(|reason| reason.code.as_str()).collect();
        assert!(codes.contains(&ReasonCode::StatusRevoked.as_str()), "{codes:?}");
        assert!(!codes.contains(&ReasonCode::RegisterMismatch.as_str()), "{codes:?}");
        assert!(services.verify_audit(&actor).await.unwrap().problems.is_empty());
    }
}

fn files_in(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    entries.flatten().flat_map(|entry| if entry.path().is_dir() { files_in(&entry.path()) } else { vec![entry.path()] }).collect()
}

#[tokio::test]
async fn invented_licences_are_whole_rows_and_seeding_goes_on_where_it_stood() {
    for place in common::places().await {
        let (services, actor) = (services(&place).await, actor("operator"));
        assert_eq!(services.seed_licences(&actor, 1300, |_| {}).await.expect("seeded"), 1300);
        assert_eq!(services.seed_licences(&actor, 1310, |_| {}).await.expect("went on"), 1310);
        let mut seen = BTreeSet::new();
        for n in [1, 2, 1000, 1001, 1300, 1310] {
            let invented = services.invented(n).unwrap();
            let view = services.read_licence(&actor, &invented.identifier).await.expect("read");
            assert_eq!((view.number, view.state), (invented.number, invented.state));
            assert_eq!(view.payload.holders, [invented.holder]);
            assert!(seen.insert(view.status), "a place of its own");
        }
        let (minted, _) = minted(&services, 0).await;
        assert!(seen.insert(services.read_licence(&actor, &minted).await.unwrap().status));
        assert!(services.publish_status_list(seen.first().unwrap().0).await.is_ok());
    }
}

/// A column of wrapped keys that is forgotten here would not survive the next master key.
#[tokio::test]
async fn every_column_of_wrapped_keys_is_walked() {
    let place = Place::sqlite();
    drop(place.open().await);
    let path = place.address.strip_prefix("sqlite:").unwrap();
    let sql = "select m.name || '.' || c.name from sqlite_master m join pragma_table_info(m.name) c
               where m.type = 'table' and c.name like '%data_key%' order by 1";
    use sqlx::{Connection, Row};
    let mut connection = sqlx::SqliteConnection::connect(&format!("sqlite:{path}")).await.unwrap();
    let rows = sqlx::query(sql).fetch_all(&mut connection).await.unwrap();
    let found: BTreeSet<String> = rows.iter().map(|row| row.get(0)).collect();
    let known: BTreeSet<String> = KEY_TABLES.iter().map(|one| format!("{}.{}", one.table, one.column)).collect();
    assert_eq!(found, known);
}
