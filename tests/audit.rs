//! The audit log on both databases: everything is written down, chained by one sequencer, and a change or removal is seen.

mod common;

use common::{
    Place,
    authority::{BUSINESS_LICENCE, actor, request, services},
};
use elicence::{
    domain::actor::Actor,
    services::{AuditReport, MintRequest, Services},
    storage::database::Value,
};
use std::sync::Arc;

async fn change(place: &Place, sql: &'static str) -> u64 {
    let store = place.open().await;
    let mut transaction = store.database.begin().await.unwrap();
    let changed = transaction.change(sql, Vec::<Value>::new()).await.unwrap();
    transaction.commit().await.unwrap();
    changed
}

async fn lines(place: &Place) -> Vec<String> {
    let store = place.open().await;
    let rows = store.database.read("select line from audit_lines order by position", Vec::<Value>::new()).await.unwrap();
    rows.iter().map(|row| row.text("line").unwrap()).collect()
}

/// A service that has done this and that, all of it chained.
async fn with_history(place: &Place) -> Arc<Services> {
    let services = services(place).await;
    let minted = services.mint_licence(&actor("a"), request(BUSINESS_LICENCE, 0, None)).await.unwrap();
    services.read_licence(&actor("a"), &minted.identifier).await.unwrap();
    services.download_licence(&actor("a"), &minted.identifier).await.unwrap();
    let unknown = MintRequest { type_code: "11100000MB0143028R999".into(), ..request(BUSINESS_LICENCE, 0, None) };
    services.mint_licence(&actor("a"), unknown).await.unwrap_err();
    services.mint_licence(&Actor { roles: vec![], ..actor("n") }, request(BUSINESS_LICENCE, 0, None)).await.unwrap_err();
    services.revoke_licence(&actor("a"), &minted.identifier, "测试").await.unwrap();
    assert_eq!(services.chain_audit().await.unwrap(), 8);
    services
}

async fn verify(services: &Services) -> AuditReport {
    services.verify_audit(&actor("auditor")).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn acts_and_refusals_are_chained_and_verify() {
    for place in common::places().await {
        let services = with_history(&place).await;
        let report = verify(&services).await;
        assert_eq!((report.lines, report.waiting, report.problems), (8, 1, vec![]));
        let lines = lines(&place).await;
        for action in ["reserve-licence", "authorise-seal", "mint-licence", "read-licence", "download-licence", "revoke-licence"] {
            assert!(lines.iter().any(|l| l.contains(&format!("\"action\":\"{action}\"")) && l.contains("\"done\"")), "{action}");
        }
        assert!(lines.iter().any(|l| l.contains("UNKNOWN_TYPE") && l.contains("\"refused\"")));
        assert!(lines.iter().any(|l| l.contains("unauthorised") && l.contains("\"refused\"")));
        assert_eq!(services.chain_audit().await.unwrap(), 1);
        assert_eq!(services.chain_audit().await.unwrap(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_line_is_seen() {
    for place in common::places().await {
        let services = with_history(&place).await;
        change(&place, "update audit_lines set line = replace(line, 'read-licence', 'download-licence') where position = 4").await;
        assert_eq!(verify(&services).await.problems, ["line 4 was changed"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_line_is_seen() {
    for place in common::places().await {
        let services = with_history(&place).await;
        change(&place, "delete from audit_lines where position = 5").await;
        assert_eq!(verify(&services).await.problems, ["line 5 is missing"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tail_that_was_removed_with_its_head_is_seen_from_outside_the_database() {
    for place in common::places().await {
        let services = with_history(&place).await;
        change(&place, "delete from audit_lines where position > 6").await;
        change(&place, "delete from audit_head").await;
        let problems = verify(&services).await.problems;
        assert_eq!(problems, ["lines 7 to 8 were removed: the head in the file knows them"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_nobody_signed_is_seen() {
    let place = Place::sqlite();
    let services = with_history(&place).await;
    let file = place.path().join("audit.head");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replacen('8', "7", 1)).unwrap();
    let problems = verify(&services).await.problems;
    assert!(problems.iter().any(|p| p.contains("does not belong")) && problems.iter().any(|p| p.contains("not signed")), "{problems:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_sequencers_make_one_chain() {
    for place in common::places().await {
        let both = [services(&place).await, services(&place).await];
        let tasks: Vec<_> = (0..8)
            .map(|n| {
                let services = both[n % 2].clone();
                tokio::spawn(async move {
                    services.mint_licence(&actor("a"), request(BUSINESS_LICENCE, n, None)).await.unwrap();
                    services.chain_audit().await.unwrap();
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        // What waits is chained by whoever holds the lease now.
        let _ = both[0].chain_audit().await.unwrap() + both[1].chain_audit().await.unwrap();
        let report = verify(&both[0]).await;
        assert_eq!((report.lines, report.problems), (24, vec![]));
    }
}
