//! The audit log on both databases: everything is written down, chained by one sequencer, and a change or removal is seen.

mod common;

use common::{
    Place,
    authority::{BUSINESS_LICENCE, actor, request, services},
};
use elicence::{
    domain::{actor::Actor, page::PageRequest, secret::Secret},
    services::{AuditReport, AuditSearch, MintRequest, Refusal, Services},
    storage::database::Value,
    verify::audit_export::{ExportCheck, ExportReport},
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
    assert_eq!(services.chain_audit().await.unwrap(), 9);
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
        assert_eq!((report.lines, report.waiting, report.problems), (9, 1, vec![]));
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
        change(&place, "update audit_lines set line = replace(line, 'read-licence', 'download-licence') where position = 5").await;
        assert_eq!(verify(&services).await.problems, ["line 5 was changed"]);
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
        let head = place.path().join("audit.head").display().to_string();
        assert_eq!(problems, [format!("lines 7 to 9 were removed: the head in {head} knows them")]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_nobody_signed_is_seen() {
    let place = Place::sqlite();
    let services = with_history(&place).await;
    let file = place.path().join("audit.head");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replacen('9', "7", 1)).unwrap();
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
        assert_eq!((report.lines, report.problems), (25, vec![]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_that_changed_places_are_seen() {
    for place in common::places().await {
        let services = with_history(&place).await;
        change(&place, "update audit_lines set position = -3 where position = 3").await;
        change(&place, "update audit_lines set position = 3 where position = 4").await;
        change(&place, "update audit_lines set position = 4 where position = -3").await;
        let report = verify(&services).await;
        assert_eq!((report.problems, report.first_bad), (vec!["line 3 was changed".to_owned()], Some(3)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_is_hidden_from_searches_is_seen() {
    for place in common::places().await {
        let services = with_history(&place).await;
        change(&place, "update audit_lines set actor = 'nobody' where position = 2").await;
        let problems = verify(&services).await.problems;
        assert_eq!(problems, ["line 2 is hidden from searches: what it is searched by was changed"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_database_is_told_from_its_own_head_and_never_written_over() {
    for place in common::places().await {
        let services = with_history(&place).await;
        change(&place, "create table head_then as select * from audit_head").await;
        verify(&services).await;
        assert_eq!(services.chain_audit().await.unwrap(), 1);
        // The database as it was before that.
        change(&place, "delete from audit_lines where position > 9").await;
        change(&place, "delete from audit_head").await;
        change(&place, "insert into audit_head select * from head_then").await;

        let report = verify(&services).await;
        assert_eq!((report.lines, report.first_bad, report.heads.len()), (9, Some(10), 2));
        assert!(report.problems[0].contains("an older copy of the database was restored"), "{:?}", report.problems);
        // The only proof is not written over: lines wait, licences are minted all the same.
        let Err(Refusal::Unavailable { cause }) = services.chain_audit().await else { panic!("it went on") };
        assert!(cause.contains("accept-restore"), "{cause}");
        services.mint_licence(&actor("a"), request(BUSINESS_LICENCE, 1, None)).await.unwrap();

        let aside = services.accept_restore(&actor("a")).await.unwrap();
        assert_eq!(aside, [place.path().join("audit.head.at-10")]);
        assert!(services.chain_audit().await.unwrap() > 3);
        let report = verify(&services).await;
        assert!(report.problems.is_empty() && report.lines > 10, "{report:?}");
        assert!(lines(&place).await.iter().any(|line| line.contains("accept-restore")));
        assert!(services.accept_restore(&actor("a")).await.unwrap().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_are_found_by_what_they_say_page_by_page() {
    for place in common::places().await {
        let services = with_history(&place).await;
        let all = |search: AuditSearch| {
            let services = services.clone();
            async move {
                let (mut found, mut after) = (Vec::new(), None);
                loop {
                    let page = PageRequest::new(Some(2), after).unwrap();
                    let page = services.search_audit(&actor("auditor"), search.clone(), page).await.unwrap();
                    assert!(page.items.len() <= 2);
                    found.extend(page.items);
                    match page.next {
                        Some(next) => after = Some(next),
                        None => return found,
                    }
                }
            }
        };
        let found = all(AuditSearch { actor: Some("a".into()), ..AuditSearch::default() }).await;
        assert_eq!(found.len(), 7);
        assert!(found.is_sorted_by(|a, b| a.at >= b.at));
        let minted = all(AuditSearch { action: Some("mint-licence".into()), ..AuditSearch::default() }).await;
        let outcomes: Vec<_> = minted.iter().map(|entry| entry.outcome.as_str()).collect();
        assert_eq!(outcomes, ["refused", "done"]);
        let subject = minted[1].subject.clone();
        assert_eq!(all(AuditSearch { subject: subject.clone(), ..AuditSearch::default() }).await.len(), 6);
        let both = AuditSearch { subject, action: Some("read-licence".into()), ..AuditSearch::default() };
        assert_eq!(all(both.clone()).await.len(), 1);
        let later = AuditSearch { from: Some(minted[0].at + time::Duration::hours(1)), ..both };
        assert!(all(later).await.is_empty());
        // Searches are lines, too.
        assert!(!all(AuditSearch { actor: Some("auditor".into()), ..AuditSearch::default() }).await.is_empty());
    }
}

/// What an auditor without the database finds in an export.
fn check(text: &str, chain_key: Option<&Secret<[u8; 32]>>) -> ExportReport {
    let mut check = ExportCheck::new(common::authority::qr_keys(), chain_key);
    text.lines().for_each(|line| check.line(line));
    check.finish()
}

async fn export(services: &Services, from: i64, most: i64) -> String {
    let mut text = String::new();
    let mut write = |line: &str| {
        text.push_str(line);
        Ok(())
    };
    services.export_audit(&actor("auditor"), from, most, &mut write).await.unwrap();
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_checked_without_the_database() {
    for place in common::places().await {
        let services = with_history(&place).await;
        let key = services.audit_chain_key(&actor("auditor")).await.unwrap();
        let (all, middle) = (export(&services, 1, i64::MAX).await, export(&services, 3, 4).await);
        for text in [&all, &middle] {
            for key in [None, Some(&key)] {
                let report = check(text, key);
                assert!(report.problems.is_empty(), "{report:?}");
            }
        }
        assert_eq!((check(&middle, None).from, check(&middle, None).to), (3, 6));

        let changed = all.replacen("read-licence", "mint-licence", 1);
        assert!(check(&changed, None).problems.iter().any(|p| p.contains("changed since it was signed")));
        assert_eq!(check(&changed, Some(&key)).first_bad, Some(5));
        let removed: String = all.lines().enumerate().filter(|(n, _)| *n != 5).map(|(_, line)| format!("{line}\n")).collect();
        assert_eq!(check(&removed, None).first_bad, Some(5));
        let cut: String = all.lines().take(4).map(|line| format!("{line}\n")).collect();
        assert!(check(&cut, None).problems.iter().any(|p| p.contains("cut off")));
        assert!(!check(&format!("{all}{{}}\n"), None).problems.is_empty());
        assert!(!check("{}\n", None).problems.is_empty() && !check("", None).problems.is_empty());

        // A chain that was broken before the export says so itself.
        change(&place, "update audit_lines set line = replace(line, 'read-licence', 'mint-licence') where position = 5").await;
        let report = check(&export(&services, 1, i64::MAX).await, None);
        assert!(report.problems.iter().any(|p| p.contains("found its chain broken")), "{report:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_file_keeps_the_head_too() {
    let place = Place::sqlite();
    let mut store = place.open().await;
    let second = place.path().join("elsewhere.head");
    store.also_keep_audit_head(second.clone());
    store.write_audit_head("1\n").unwrap();
    assert_eq!(std::fs::read_to_string(&second).unwrap(), "1\n");
    let services = with_history(&place).await;
    let head = place.path().join("audit.head");
    std::fs::remove_file(&head).unwrap();
    assert!(verify(&services).await.problems.is_empty(), "a head that is not there yet is no problem");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_an_auditor_reads_the_log() {
    let place = Place::sqlite();
    let services = with_history(&place).await;
    let clerk = Actor { roles: vec![elicence::domain::actor::Role::Clerk], ..actor("clerk") };
    let search = services.search_audit(&clerk, AuditSearch::default(), PageRequest::first()).await;
    assert!(matches!(search, Err(Refusal::Forbidden(_))));
    assert!(matches!(services.verify_audit(&clerk).await, Err(Refusal::Forbidden(_))));
    assert!(matches!(services.export_audit(&clerk, 1, 1, &mut |_| Ok(())).await, Err(Refusal::Forbidden(_))));
    assert!(matches!(services.audit_chain_key(&clerk).await, Err(Refusal::Forbidden(_))));
    assert!(matches!(services.accept_restore(&clerk).await, Err(Refusal::Forbidden(_))));
}
