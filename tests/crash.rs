//! Crash safety: a process dies at each named point of the mint, or stalls until its lease is over, on both databases; another
//! process takes over. Every acknowledged licence is there and valid, nothing is used twice, nothing is half visible.

mod common;

use common::{
    Place,
    authority::{BUSINESS_LICENCE, Choices, actor, request, services_with},
};
use elicence::{
    code::{Token, cose_from_text},
    domain::{licence::LicenceState, seal_level::SealLevel, verdict::Verdict},
    services::{Refusal, Services, Settings},
    storage::database::Value,
};
use std::{
    collections::BTreeSet,
    process::{Command, Stdio},
    sync::Arc,
    time::Duration,
};

/// The point, and whether the third mint had been reserved, and acknowledged in the database, when the process died there.
const POINTS: &[(&str, bool, bool)] = &[
    ("mint.1.before", false, false),
    ("mint.1.after", false, false),
    ("mint.2.before", false, false),
    ("mint.2.after", false, false),
    ("mint.3.before", false, false),
    ("mint.3.written", false, false),
    ("mint.3.after", true, false),
    ("mint.4.before", true, false),
    ("mint.4.signed", true, false),
    ("mint.4.after", true, false),
    ("mint.5.before", true, false),
    ("mint.5.after", true, false),
    ("mint.6.before", true, false),
    ("mint.6.after", true, false),
    ("mint.7.before", true, false),
    ("mint.7.written", true, false),
    ("mint.7.after", true, false),
    ("mint.8.before", true, false),
    ("mint.8.signed", true, false),
    ("mint.8.kept", true, false),
    ("mint.8.stamped", true, false),
    ("mint.8.after", true, false),
    ("mint.9.before", true, false),
    ("mint.9.after", true, false),
    ("mint.10.before", true, false),
    ("mint.10.stored", true, false),
    ("mint.10.written", true, false),
    ("mint.10.after", true, true),
];

/// Points of the job that brings documents to their level, and whether the document had its next file when the process died there.
const AUGMENT_POINTS: &[(&str, bool)] = &[
    ("augment.1.before", false),
    ("augment.1.after", false),
    ("augment.2.after", false),
    ("augment.3.stored", false),
    ("augment.3.written", false),
    ("augment.3.after", true),
];

const LEASE: Duration = Duration::from_millis(1500);

async fn process(place: &Place) -> Arc<Services> {
    let settings = Settings { lease: LEASE, batch_lease: LEASE, workers: 1, wait_for_validation: Duration::ZERO, ..Settings::default() };
    services_with(place, Choices { settings, ..Choices::default() }).await
}

fn key(n: usize) -> String {
    format!("row-{n}")
}

/// The other process: mints row after row and says what was acknowledged. It only runs as a child of the tests below.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "a child process of the crash tests"]
async fn crash_child() {
    let place = Place::of_parent();
    let services = process(&place).await;
    for n in 0..4 {
        match services.mint_licence(&actor("a"), request(BUSINESS_LICENCE, n, Some(&key(n)))).await {
            Ok(minted) => println!("\nACK {n} {} {}", minted.identifier, minted.file_digest),
            Err(refusal) => println!("\nREFUSED {n} {}", refusal.code()),
        }
    }
    if std::env::var_os(AUGMENT).is_some() {
        let (done, _) = services.augment_all(PATIENCE).await.unwrap();
        println!("\nACK augmented {}", done.reached);
    }
}

/// Tells the child to bring the documents to their level after it minted them.
const AUGMENT: &str = "ELICENCE_TEST_AUGMENT";
/// Longer than any job here takes.
const PATIENCE: Duration = Duration::from_secs(30);

struct Child {
    died: bool,
    lines: Vec<String>,
}

async fn run_child(place: &Place, failpoint: String) -> Child {
    run_child_with(place, failpoint, &[]).await
}

async fn run_child_with(place: &Place, failpoint: String, more: &[(&str, &str)]) -> Child {
    common::authority::make_keys();
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["crash_child", "--exact", "--ignored", "--nocapture", "--test-threads=1"])
        .env("ELICENCE_FAILPOINT", failpoint)
        .env("ELICENCE_TEST_KEYS", common::authority::key_folder())
        .env("ELICENCE_TEST_ONE_TYPE", BUSINESS_LICENCE)
        .env("ELICENCE_TEST_PLACE", place.path())
        .env("ELICENCE_TEST_ADDRESS", &place.address)
        .envs(more.iter().copied())
        .stdin(Stdio::null());
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let lines = text.lines().filter(|l| l.starts_with("ACK ") || l.starts_with("REFUSED ")).map(str::to_owned).collect();
    Child { died: !output.status.success(), lines }
}

/// Rows of a table that every reader sees.
async fn count(place: &Place, sql: &'static str) -> i64 {
    let store = place.open().await;
    let rows = store.database.read(sql, Vec::<Value>::new()).await.unwrap();
    rows[0].int("n").unwrap()
}

async fn state_count(services: &Services, state: LicenceState) -> i64 {
    let all = services.statistics().await.unwrap().licences;
    all.into_iter().find(|(s, _)| *s == state).map_or(0, |(_, n)| n)
}

/// After whatever happened: ask for every row again, and look at everything.
async fn check_all(services: &Arc<Services>, place: &Place, acknowledged: &[String], point: &str) {
    let (mut identifiers, mut numbers, mut places) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for n in 0..4 {
        let minted = services.mint_licence(&actor("a"), request(BUSINESS_LICENCE, n, Some(&key(n)))).await;
        let minted = minted.unwrap_or_else(|refusal| panic!("{point}: row {n}: {refusal:?}"));
        for line in acknowledged.iter().filter(|l| l.starts_with(&format!("ACK {n} "))) {
            let was = format!("ACK {n} {} {}", minted.identifier, minted.file_digest);
            assert_eq!(*line, was, "{point}: an acknowledged licence stays what it was");
        }
        let report = services.verify_document(minted.document, None).await.unwrap();
        assert_eq!(report.verdict, Verdict::Valid, "{point}: row {n}: {:?}", report.reasons);
        let status = Token::parse(&cose_from_text(&minted.qr_text).unwrap()).unwrap().claims.status;
        assert!(places.insert((status.list, status.index)), "{point}: a status index twice");
        assert!(numbers.insert(minted.number), "{point}: a number twice");
        assert!(identifiers.insert(minted.identifier), "{point}: an identifier twice");
    }
    assert_eq!(state_count(services, LicenceState::Active).await, 4, "{point}");
    assert_eq!(count(place, "select count(*) as n from licences").await, 4, "{point}: nothing else is left");
    assert_eq!(count(place, "select count(*) as n from documents").await, 4, "{point}: one document each");
    assert_eq!(count(place, "select count(distinct signed_digest) as n from documents").await, 4);
    services.chain_audit().await.unwrap();
    let audit = services.verify_audit(&actor("a")).await.unwrap();
    assert_eq!(audit.problems, Vec::<String>::new(), "{point}");
}

async fn crash_at_every_point(make: impl AsyncFn() -> Place) {
    for (point, reserved, released) in POINTS {
        let place = make().await;
        let child = run_child(&place, format!("{point}@3")).await;
        assert!(child.died, "{point}: the child must die there");
        assert_eq!(child.lines.len(), 2, "{point}: {:?}", child.lines);

        let services = process(&place).await;
        // Nothing half visible: what was acknowledged is there, and the third licence only where transaction 3 was committed.
        let active = 2 + i64::from(*released);
        assert_eq!(state_count(&services, LicenceState::Active).await, active, "{point}");
        assert_eq!(count(&place, "select count(*) as n from documents").await, active, "{point}");
        assert_eq!(state_count(&services, LicenceState::Minting).await, i64::from(*reserved && !*released), "{point}");
        for line in &child.lines {
            let identifier = line.split(' ').nth(2).unwrap();
            let download = services.download_licence(&actor("a"), identifier).await.unwrap();
            assert_eq!(services.verify_document(download.bytes, None).await.unwrap().verdict, Verdict::Valid);
        }

        if *reserved && !*released {
            tokio::time::sleep(LEASE).await;
            assert_eq!(services.recover_mints().await.unwrap().finished, 1, "{point}: the half-done mint is finished");
        }
        assert_eq!(services.recover_mints().await.unwrap(), Default::default(), "{point}");
        check_all(&services, &place, &child.lines, point).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_at_every_point_loses_nothing_on_sqlite() {
    crash_at_every_point(async || Place::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_at_every_point_loses_nothing_on_postgres() {
    if !common::only_sqlite() {
        crash_at_every_point(async || Place::postgres().await).await;
    }
}

/// A process that stalls in the middle of its mint until another one has finished it must notice, and change nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_wakes_up_after_its_lease_is_fenced_off() {
    for point in ["mint.3.after", "mint.4.signed", "mint.7.before", "mint.7.after", "mint.8.after", "mint.10.stored"] {
        for place in common::places().await {
            let services = process(&place).await;
            let child = run_child(&place, format!("{point}@2:stall=6000"));
            let recovery = async {
                let mut finished = 0;
                while finished == 0 {
                    tokio::time::sleep(Duration::from_millis(200)).await;
                    finished += services.recover_mints().await.unwrap().finished;
                }
                finished
            };
            let (child, finished) = tokio::join!(child, recovery);
            assert!(!child.died && finished == 1, "{point}");
            assert!(child.lines.contains(&"REFUSED 1 IN_PROGRESS".to_owned()), "{point}: {:?}", child.lines);
            check_all(&services, &place, &child.lines, point).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_process_does_not_touch_live_work() {
    for place in common::places().await {
        let services = process(&place).await;
        let child = run_child(&place, "mint.7.after@2:stall=700".into());
        let meanwhile = async {
            for _ in 0..40 {
                assert_eq!(services.recover_mints().await.unwrap(), Default::default());
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let (child, ()) = tokio::join!(child, meanwhile);
        assert!(!child.died && child.lines.len() == 4 && child.lines.iter().all(|l| l.starts_with("ACK ")), "{:?}", child.lines);
        let taken = services.mint_licence(&actor("a"), request(BUSINESS_LICENCE, 1, Some(&key(0)))).await;
        assert!(matches!(taken, Err(Refusal::KeyReused)));
        check_all(&services, &place, &child.lines, "live").await;
    }
}

/// Every licence is valid as it is now and as it was handed out before, and has reached its level.
async fn check_augmented(services: &Services, place: &Place, acknowledged: &[String], point: &str) {
    for line in acknowledged.iter().filter(|line| !line.contains("augmented")) {
        let identifier = line.split(' ').nth(2).unwrap();
        let download = services.download_licence(&actor("a"), identifier).await.unwrap();
        assert_eq!(download.level, SealLevel::Lta, "{point}");
        let report = services.verify_document(download.bytes, None).await.unwrap();
        assert_eq!(report.verdict, Verdict::Valid, "{point}: {:?}", report.reasons);
    }
    assert_eq!(services.statistics().await.unwrap().waiting_documents, 0, "{point}");
    assert_eq!(count(place, "select count(*) as n from documents").await, 4, "{point}: one document each");
    assert_eq!(count(place, "select count(*) as n from earlier_files").await, 4, "{point}: each was replaced once");
    services.chain_audit().await.unwrap();
    let audit = services.verify_audit(&actor("a")).await.unwrap();
    assert_eq!(audit.problems, Vec::<String>::new(), "{point}");
}

async fn crash_of_the_job(make: impl AsyncFn() -> Place) {
    for (point, replaced) in AUGMENT_POINTS {
        let place = make().await;
        let child = run_child_with(&place, format!("{point}@2"), &[(AUGMENT, "1")]).await;
        assert!(child.died && child.lines.len() == 4, "{point}: {:?}", child.lines);

        let services = process(&place).await;
        let reached = services.statistics().await.unwrap().levels.iter().find(|(level, _)| *level == SealLevel::Lta).map_or(0, |(_, n)| *n);
        assert!(reached >= i64::from(*replaced), "{point}");
        for line in &child.lines {
            let identifier = line.split(' ').nth(2).unwrap();
            let download = services.download_licence(&actor("a"), identifier).await.unwrap();
            let report = services.verify_document(download.bytes, None).await.unwrap();
            assert_eq!(report.verdict, Verdict::Valid, "{point}: a whole document at any time: {:?}", report.reasons);
        }
        tokio::time::sleep(LEASE).await;
        let (done, _) = services.augment_all(PATIENCE).await.unwrap();
        assert_eq!(i64::try_from(done.reached).unwrap(), 4 - reached, "{point}");
        check_augmented(&services, &place, &child.lines, point).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_of_the_job_loses_nothing_on_sqlite() {
    crash_of_the_job(async || Place::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_of_the_job_loses_nothing_on_postgres() {
    if !common::only_sqlite() {
        crash_of_the_job(async || Place::postgres().await).await;
    }
}

/// A job that stalls until another process has done its work must notice, and change nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_wakes_up_after_its_lease_is_fenced_off() {
    for place in common::places().await {
        let services = process(&place).await;
        let child = run_child_with(&place, "augment.3.stored@1:stall=6000".into(), &[(AUGMENT, "1")]);
        let other = async {
            // The other three documents of its batch are done: the fourth is the one that it stalls at.
            while services.statistics().await.unwrap().levels != [(SealLevel::T, 1), (SealLevel::Lta, 3)] {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            let mut reached = 0;
            while reached == 0 {
                tokio::time::sleep(Duration::from_millis(100)).await;
                reached = services.augment_waiting().await.unwrap().reached;
            }
            reached
        };
        let (child, reached) = tokio::join!(child, other);
        assert_eq!(reached, 1);
        assert!(!child.died && child.lines.contains(&"ACK augmented 3".to_owned()), "{:?}", child.lines);
        check_augmented(&services, &place, &child.lines, "stalled job").await;
    }
}
