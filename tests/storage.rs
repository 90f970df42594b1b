//! Storage on both databases: migrations, uniqueness, leases and fences, counters under load, and two processes on one database.

mod common;

use elicence::{
    domain::{
        actor::Actor,
        licence::{LicenceId, LicenceState},
        life::Transition,
        payload::Party,
        seal_level::SealLevel,
        trust_grade::TrustGrade,
    },
    storage::{
        Store,
        audit_log::{self, AuditHead, AuditLine},
        augmentations, counters, earlier_files,
        error::StorageError,
        idempotency::{self, KnownRequest},
        leases,
        licence_changes::{self, ChangeRow},
        licences,
        licences::LicenceRow,
        mints,
        mints::{Hold, MintRow},
        sealed_documents::{self, DocumentRow},
        vault::WrappedKey,
    },
};
use std::{collections::BTreeSet, sync::Arc};

fn id(n: u8) -> LicenceId {
    LicenceId([n; 16])
}

fn licence(n: u8) -> LicenceRow {
    LicenceRow {
        licence_id: id(n),
        type_code: "11100000000013338W011".into(),
        type_version: 1,
        issuer_code: "11430000006122244L".into(),
        identifier_key: [n; 32],
        number_key: [n; 32],
        version: 1,
        state: LicenceState::Minting,
        state_version: 1,
        state_changed_at: 5,
        status_list: 0,
        status_index: i64::from(n),
        data_key: WrappedKey(vec![1, 2, 3]),
        identity: vec![4, 5],
        state_reason: None,
        created_at: 5,
        valid_from: Some(20_000),
        valid_until: Some(21_000),
        state_by: None,
        archived_at: None,
        inspected_until: None,
        trust_grade: TrustGrade::A,
        holders: 0,
    }
}

fn mint(n: u8) -> MintRow {
    MintRow {
        licence_id: id(n),
        template: "business-licence".into(),
        template_digest: [7; 32],
        seal_certificate: [8; 32],
        signing_time: 9,
        payload: vec![1],
        photos: None,
        token: None,
        to_be_signed: None,
        signature: None,
        target: SealLevel::Lta,
        room: 8192,
        attempts: 1,
        hold: Hold { owner: "a".into(), fence: 1, lease_until: 100 },
        finished_at: None,
    }
}

async fn add(store: &Store, n: u8) {
    let mut t = store.database.begin().await.unwrap();
    licences::insert(&mut t, &licence(n)).await.unwrap();
    mints::insert(&mut t, &mint(n)).await.unwrap();
    t.commit().await.unwrap();
}

#[tokio::test]
async fn opening_again_is_harmless_and_another_master_key_is_refused() {
    for place in common::places().await {
        let store = place.open().await;
        add(&store, 1).await;
        let (a, b, c) = tokio::join!(place.open(), place.open(), place.open());
        for store in [a, b, c] {
            assert!(licences::by_id(&store.database, id(1)).await.unwrap().is_some());
        }
        assert!(matches!(place.try_open([9; 32]).await, Err(StorageError::WrongKey(_))));
    }
}

#[tokio::test]
async fn many_processes_may_migrate_a_new_database_at_once() {
    for place in common::places().await {
        let place = Arc::new(place);
        let openings: Vec<_> = (0..6)
            .map(|_| {
                tokio::spawn({
                    let p = place.clone();
                    async move { p.open().await }
                })
            })
            .collect();
        for opening in openings {
            opening.await.unwrap();
        }
    }
}

#[tokio::test]
async fn what_was_not_committed_is_not_there() {
    for place in common::places().await {
        let store = place.open().await;
        let mut t = store.database.begin().await.unwrap();
        licences::insert(&mut t, &licence(1)).await.unwrap();
        drop(t);
        assert!(licences::by_id(&store.database, id(1)).await.unwrap().is_none());
    }
}

#[tokio::test]
async fn identifier_number_and_status_index_are_unique() {
    for place in common::places().await {
        let store = place.open().await;
        add(&store, 1).await;
        type Change = fn(&mut LicenceRow);
        let clashes: [Change; 4] =
            [|r| r.licence_id = id(1), |r| r.identifier_key = [1; 32], |r| r.number_key = [1; 32], |r| r.status_index = 1];
        for clash in clashes {
            let mut row = licence(2);
            clash(&mut row);
            let mut t = store.database.begin().await.unwrap();
            assert!(matches!(licences::insert(&mut t, &row).await, Err(StorageError::Conflict(_))));
        }
        add(&store, 2).await;
        let row = licences::by_identifier(&store.database, &[2; 32]).await.unwrap().unwrap();
        assert_eq!((row.licence_id, row.state, row.status_index), (id(2), LicenceState::Minting, 2));
    }
}

#[tokio::test]
async fn a_counter_never_gives_a_value_twice_to_anybody() {
    for place in common::places().await {
        let stores = [Arc::new(place.open().await), Arc::new(place.open().await)];
        let tasks: Vec<_> = (0..16)
            .map(|n| {
                let store = stores[n % 2].clone();
                tokio::spawn(async move {
                    let mut values = Vec::new();
                    for _ in 0..10 {
                        let mut t = store.database.begin().await.unwrap();
                        values.push(counters::next(&mut t, "status").await.unwrap());
                        t.commit().await.unwrap();
                    }
                    values
                })
            })
            .collect();
        let mut all = BTreeSet::new();
        for task in tasks {
            for value in task.await.unwrap() {
                assert!(all.insert(value), "{value} twice");
            }
        }
        assert_eq!(all, (1..=160).collect());
    }
}

#[tokio::test]
async fn an_idempotency_key_is_bound_once() {
    for place in common::places().await {
        let store = place.open().await;
        add(&store, 1).await;
        let request = KnownRequest { body_key: [3; 32], licence_id: id(1) };
        let mut t = store.database.begin().await.unwrap();
        assert_eq!(idempotency::find(&mut t, &[2; 32]).await.unwrap(), None);
        idempotency::insert(&mut t, &[2; 32], &request, 1).await.unwrap();
        t.commit().await.unwrap();
        let mut t = store.database.begin().await.unwrap();
        assert_eq!(idempotency::find(&mut t, &[2; 32]).await.unwrap(), Some(request));
        assert!(matches!(idempotency::insert(&mut t, &[2; 32], &request, 1).await, Err(StorageError::Conflict(_))));
    }
}

#[tokio::test]
async fn only_the_holder_works_on_a_mint_and_only_while_its_lease_lasts() {
    for place in common::places().await {
        let store = place.open().await;
        add(&store, 1).await;
        let hold = Hold { owner: "a".into(), fence: 1, lease_until: 100 };

        let mut t = store.database.begin().await.unwrap();
        assert!(mints::take_over(&mut t, id(1), "b", 99, 300).await.unwrap().is_none(), "the lease still lasts");
        mints::set_token(&mut t, id(1), &hold, 99, b"token").await.unwrap();
        assert!(mints::set_token(&mut t, id(1), &hold, 99, b"other").await.is_err(), "a token is stored once");
        t.commit().await.unwrap();

        let mut t = store.database.begin().await.unwrap();
        assert!(mints::set_to_be_signed(&mut t, id(1), &hold, 100, &[6; 32], 200).await.is_err(), "the lease is over");
        drop(t);

        assert_eq!(mints::expired(&store.database, 100, 10).await.unwrap(), [id(1)]);
        let mut t = store.database.begin().await.unwrap();
        let row = mints::take_over(&mut t, id(1), "b", 100, 300).await.unwrap().unwrap();
        assert_eq!((row.hold.fence, row.attempts, row.token.as_deref()), (2, 2, Some(&b"token"[..])));
        t.commit().await.unwrap();

        let mut t = store.database.begin().await.unwrap();
        assert!(mints::finish(&mut t, id(1), &hold, 101).await.is_err(), "the old holder is fenced off");
        assert_eq!(mints::release(&mut t, id(1), &hold, 0).await.unwrap(), 0);
        mints::set_to_be_signed(&mut t, id(1), &row.hold, 101, &[6; 32], 400).await.unwrap();
        assert!(mints::set_to_be_signed(&mut t, id(1), &row.hold, 101, &[7; 32], 400).await.is_err(), "never two digests");
        mints::finish(&mut t, id(1), &row.hold, 101).await.unwrap();
        t.commit().await.unwrap();

        let mut t = store.database.begin().await.unwrap();
        assert!(mints::take_over(&mut t, id(1), "c", 10_000, 20_000).await.unwrap().is_none(), "it is finished");
        assert_eq!(mints::count_open(&store.database, 10_000).await.unwrap(), (0, 0));
    }
}

#[tokio::test]
async fn one_of_many_takes_an_expired_mint_over() {
    for place in common::places().await {
        let store = Arc::new(place.open().await);
        add(&store, 1).await;
        let tasks: Vec<_> = (0..8)
            .map(|n| {
                let store = store.clone();
                tokio::spawn(async move {
                    let mut t = store.database.begin().await.unwrap();
                    let taken = mints::take_over(&mut t, id(1), &format!("p{n}"), 100, 300).await.unwrap();
                    t.commit().await.unwrap();
                    taken.is_some()
                })
            })
            .collect();
        let mut taken = 0;
        for task in tasks {
            taken += usize::from(task.await.unwrap());
        }
        assert_eq!(taken, 1);
    }
}

#[tokio::test]
async fn a_state_changes_from_the_state_that_was_read() {
    for place in common::places().await {
        let store = place.open().await;
        add(&store, 1).await;
        let mut t = store.database.begin().await.unwrap();
        let actor = Actor { id: "a".into(), department: Party { name: String::new(), code: "d".into() }, roles: vec![] };
        let change = |from, transition, at| ChangeRow::new(id(1), from, transition, &actor, at).unwrap();
        let minting = (LicenceState::Minting, 1);
        licences::change_state(&mut t, &change(minting, Transition::Release, 7), None).await.unwrap();
        let again = licences::change_state(&mut t, &change(minting, Transition::Void, 8), None).await;
        assert!(matches!(again, Err(StorageError::RowCount { found: 0, .. })));
        t.commit().await.unwrap();
        assert_eq!(licences::not_in_force(&store.database, 0).await.unwrap(), []);
        let mut t = store.database.begin().await.unwrap();
        let mut revoked = change((LicenceState::Active, 2), Transition::Revoke, 9);
        revoked.notes = Some(vec![2]);
        licences::change_state(&mut t, &revoked, Some(vec![1])).await.unwrap();
        t.commit().await.unwrap();
        let log = licence_changes::of_licence(&store.database, id(1), i64::MAX, 9).await.unwrap();
        let log: Vec<_> = log.into_iter().map(|row| (row.state_version, row.transition, row.from, row.to, row.notes)).collect();
        let released = (2, Transition::Release, LicenceState::Minting, LicenceState::Active, None);
        assert_eq!(log, [(3, Transition::Revoke, LicenceState::Active, LicenceState::Revoked, Some(vec![2])), released]);
        assert_eq!(licences::not_in_force(&store.database, 0).await.unwrap(), [(1, LicenceState::Revoked)]);
        assert_eq!(licences::count_by_state(&store.database).await.unwrap(), [(LicenceState::Revoked, 1)]);
    }
}

#[tokio::test]
async fn documents_are_found_by_licence_and_by_what_was_signed() {
    for place in common::places().await {
        let store = place.open().await;
        add(&store, 1).await;
        let row = DocumentRow {
            signed_digest: [1; 32],
            licence_id: id(1),
            file_digest: [2; 32],
            name: "n".into(),
            size: 3,
            made_at: 4,
            level: SealLevel::T,
            target: SealLevel::Lta,
            proof_until: Some(7),
        };
        let mut t = store.database.begin().await.unwrap();
        sealed_documents::add(&mut t, &row).await.unwrap();
        let newer = DocumentRow { signed_digest: [5; 32], made_at: 5, ..row.clone() };
        sealed_documents::add(&mut t, &newer).await.unwrap();
        t.commit().await.unwrap();
        assert_eq!(sealed_documents::current(&store.database, id(1)).await.unwrap(), Some(newer));
        assert_eq!(sealed_documents::by_digest(&store.database, &[1; 32]).await.unwrap(), Some(row));
        assert_eq!(sealed_documents::by_digest(&store.database, &[9; 32]).await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_named_lease_has_one_holder() {
    for place in common::places().await {
        let store = place.open().await;
        let mut t = store.database.begin().await.unwrap();
        let fence = leases::take(&mut t, "audit", "a", 0, 10).await.unwrap().unwrap();
        assert_eq!(leases::take(&mut t, "audit", "b", 9, 20).await.unwrap(), None);
        leases::hold(&mut t, "audit", fence, 9).await.unwrap();
        let taken = leases::take(&mut t, "audit", "b", 10, 20).await.unwrap().unwrap();
        assert!(taken > fence);
        assert!(leases::hold(&mut t, "audit", fence, 11).await.is_err());
        t.commit().await.unwrap();
    }
}

#[tokio::test]
async fn audit_lines_are_chained_once_and_the_head_never_goes_back() {
    for place in common::places().await {
        let store = place.open().await;
        let mut t = store.database.begin().await.unwrap();
        for n in 1..=3 {
            audit_log::append(&mut t, &AuditLine { line_id: [n; 16], at: 10 - i64::from(n), line: format!("{n}") }).await.unwrap();
        }
        t.commit().await.unwrap();
        assert_eq!(audit_log::count_waiting(&store.database).await.unwrap(), 3);
        let mut t = store.database.begin().await.unwrap();
        let waiting = audit_log::waiting(&mut t, 2).await.unwrap();
        assert_eq!(waiting.iter().map(|l| l.line.as_str()).collect::<Vec<_>>(), ["3", "2"]);
        let value = audit_log::chain_value(&store.vault, &[0; 32], 1, &waiting[0]).unwrap();
        audit_log::chain(&mut t, &waiting[0].line_id, 1, &value).await.unwrap();
        assert!(audit_log::chain(&mut t, &waiting[0].line_id, 2, &value).await.is_err());
        drop(t);

        let head = |position| AuditHead { position, chain: [1; 32], signature: vec![1], signed_at: 1 };
        let mut t = store.database.begin().await.unwrap();
        audit_log::set_head(&mut t, &head(2)).await.unwrap();
        audit_log::set_head(&mut t, &head(3)).await.unwrap();
        assert!(audit_log::set_head(&mut t, &head(3)).await.is_err());
        t.commit().await.unwrap();
        assert_eq!(audit_log::read_head(&store.database).await.unwrap(), Some(head(3)));
    }
}

fn document(n: u8, licence: u8) -> DocumentRow {
    DocumentRow {
        signed_digest: [n; 32],
        licence_id: id(licence),
        file_digest: [n; 32],
        name: format!("file {n}"),
        size: 3,
        made_at: i64::from(n),
        level: SealLevel::T,
        target: SealLevel::Lta,
        proof_until: Some(i64::from(n) * 10),
    }
}

#[tokio::test]
async fn the_signature_of_a_mint_is_stored_once_and_for_a_recorded_digest_only() {
    for place in common::places().await {
        let store = place.open().await;
        add(&store, 1).await;
        let hold = mint(1).hold;
        let mut t = store.database.begin().await.unwrap();
        assert!(mints::set_signature(&mut t, id(1), &hold, 50, &[1], 100).await.is_err(), "no digest was recorded");
        mints::set_to_be_signed(&mut t, id(1), &hold, 50, &[3; 32], 100).await.unwrap();
        mints::set_signature(&mut t, id(1), &hold, 50, &[1], 100).await.unwrap();
        assert!(mints::set_signature(&mut t, id(1), &hold, 50, &[2], 100).await.is_err());
        t.commit().await.unwrap();
        let stored = mints::by_id(&store.database, id(1)).await.unwrap().unwrap();
        assert_eq!((stored.signature, stored.target, stored.room), (Some(vec![1]), SealLevel::Lta, 8192));
    }
}

#[tokio::test]
async fn a_waiting_document_is_claimed_by_one_and_a_stale_holder_changes_nothing() {
    for place in common::places().await {
        let store = place.open().await;
        let mut t = store.database.begin().await.unwrap();
        for n in 1..=3 {
            licences::insert(&mut t, &licence(n)).await.unwrap();
            sealed_documents::add(&mut t, &document(n, n)).await.unwrap();
            assert!(augmentations::add(&mut t, (&[n; 32], id(n)), SealLevel::Lta, 5, i64::from(n) * 10).await.unwrap());
        }
        assert!(!augmentations::add(&mut t, (&[1; 32], id(1)), SealLevel::Lta, 6, 99).await.unwrap(), "it waits already");
        t.commit().await.unwrap();
        assert_eq!(augmentations::waiting(&store.database).await.unwrap(), augmentations::Waiting { documents: 3, oldest: Some(5) });
        assert!(augmentations::is_waiting(&store.database, &[3; 32]).await.unwrap());

        let mut t = store.database.begin().await.unwrap();
        let ours = augmentations::claim(&mut t, "a", 20, 40, 9).await.unwrap();
        let digests: BTreeSet<_> = ours.iter().map(|claim| claim.signed_digest[0]).collect();
        assert_eq!(digests, [1, 2].into(), "what is due");
        assert!(augmentations::claim(&mut t, "b", 20, 40, 9).await.unwrap().is_empty(), "what nobody is at");
        let theirs = augmentations::claim(&mut t, "b", 40, 60, 1).await.unwrap();
        t.commit().await.unwrap();
        let stale = ours.iter().find(|claim| claim.signed_digest == theirs[0].signed_digest).unwrap();
        assert_eq!((theirs[0].attempts, theirs[0].hold.fence), (2, 2));

        let mut t = store.database.begin().await.unwrap();
        assert!(augmentations::finish(&mut t, stale, 30).await.is_err());
        assert!(augmentations::keep(&mut t, stale, 30, 90).await.is_err());
        assert!(!augmentations::let_go(&mut t, stale, 30).await.unwrap());
        assert!(augmentations::finish(&mut t, &theirs[0], 60).await.is_err(), "its lease is over");
        augmentations::finish(&mut t, &theirs[0], 59).await.unwrap();
        t.commit().await.unwrap();
        assert_eq!(augmentations::waiting(&store.database).await.unwrap().documents, 2);

        let mut t = store.database.begin().await.unwrap();
        let held = augmentations::claim(&mut t, "c", 41, 80, 9).await.unwrap();
        assert_eq!(held.len(), 2);
        assert!(augmentations::let_go(&mut t, &held[0], 500).await.unwrap());
        assert!(augmentations::claim(&mut t, "c", 100, 200, 9).await.unwrap().iter().all(|c| c.signed_digest != held[0].signed_digest));
        assert_eq!(augmentations::hurry(&mut t, 100).await.unwrap(), 1, "somebody asked for it now");
        assert_eq!(augmentations::claim(&mut t, "c", 100, 200, 9).await.unwrap().len(), 1);
        t.commit().await.unwrap();
    }
}

#[tokio::test]
async fn a_file_is_replaced_once_and_its_digest_stays_known() {
    for place in common::places().await {
        let store = place.open().await;
        add(&store, 1).await;
        let old = document(1, 1);
        let new = DocumentRow { file_digest: [8; 32], name: "file 8".into(), level: SealLevel::Lta, proof_until: Some(900), ..old.clone() };
        let mut t = store.database.begin().await.unwrap();
        sealed_documents::add(&mut t, &old).await.unwrap();
        sealed_documents::replace_file(&mut t, &old.file_digest, &new).await.unwrap();
        earlier_files::add(&mut t, &old, 77).await.unwrap();
        assert!(sealed_documents::replace_file(&mut t, &old.file_digest, &new).await.is_err(), "somebody else was quicker");
        t.commit().await.unwrap();
        assert_eq!(sealed_documents::current(&store.database, id(1)).await.unwrap(), Some(new.clone()));
        assert_eq!(earlier_files::digests(&store.database, &[1; 32]).await.unwrap(), [[1; 32]]);
        assert_eq!(earlier_files::to_remove(&store.database, 76, 9).await.unwrap(), Vec::<String>::new());
        assert_eq!(earlier_files::to_remove(&store.database, 77, 9).await.unwrap(), ["file 1"]);
        let mut t = store.database.begin().await.unwrap();
        earlier_files::removed(&mut t, "file 1").await.unwrap();
        t.commit().await.unwrap();
        assert_eq!(earlier_files::to_remove(&store.database, 77, 9).await.unwrap(), Vec::<String>::new());
        assert_eq!(earlier_files::digests(&store.database, &[1; 32]).await.unwrap().len(), 1);

        assert_eq!(sealed_documents::weakening(&store.database, 900, 9).await.unwrap(), []);
        assert_eq!(sealed_documents::weakening(&store.database, 901, 9).await.unwrap(), [new]);
        let mut t = store.database.begin().await.unwrap();
        augmentations::add(&mut t, (&[1; 32], id(1)), SealLevel::Lta, 5, 5).await.unwrap();
        t.commit().await.unwrap();
        assert_eq!(sealed_documents::weakening(&store.database, 901, 9).await.unwrap(), [], "it waits already");
        assert_eq!(sealed_documents::count_by_level(&store.database).await.unwrap(), [(SealLevel::Lta, 1)]);
    }
}
