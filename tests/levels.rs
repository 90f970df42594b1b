//! Seals for the long term, end to end and on both databases: levels, authorities that are down, the job, renewal.

mod common;

use common::{
    Place,
    authority::{self, BUSINESS_LICENCE, Choices, actor, request, services_with},
};
use elicence::{
    ambient::{FixedClock, SystemClock, SystemEntropy},
    clients::{FetchLimits, Fetcher, TimeStampClient, address_guard::AddressGuard},
    cms::algorithm::SignatureAlgorithm,
    domain::{
        digest::Digest,
        seal_level::{SealLevel, SealRule},
        verdict::{Report, Verdict},
    },
    seal::signer::{SignError, Signer},
    services::{Minted, Refusal, Services, Settings, StampFailure},
    storage::earlier_files,
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use time::OffsetDateTime;

/// Long enough for a slow machine; an interactive mint waits less.
const PATIENCE: Duration = Duration::from_secs(60);

fn settings() -> Settings {
    Settings { highest_level: SealLevel::Lta, wait_for_validation: Duration::ZERO, workers: 2, ..Settings::default() }
}

async fn process(place: &Place, settings: Settings) -> Arc<Services> {
    services_with(place, Choices { settings, ..Choices::default() }).await
}

async fn mint(services: &Arc<Services>, key: &str) -> Result<Minted, Refusal> {
    services.mint_licence(&actor("a"), request(BUSINESS_LICENCE, 0, Some(key))).await
}

async fn verify(services: &Services, document: &[u8]) -> Report {
    services.verify_document(document.to_vec(), None).await.unwrap()
}

async fn assert_level(services: &Services, document: &[u8], level: SealLevel) {
    let report = verify(services, document).await;
    assert_eq!(report.verdict, Verdict::Valid, "{:?}", report.reasons);
    assert_eq!(report.signatures[0].level.as_deref(), Some(level.as_str()), "{:?}", report.signatures[0]);
}

/// A key that counts how often it signs, and fails while it is told to.
struct Counting {
    key: Arc<dyn Signer>,
    signed: AtomicUsize,
    failures: AtomicUsize,
}

impl Counting {
    fn new(key: Arc<dyn Signer>, failures: usize) -> Arc<Self> {
        Arc::new(Self { key, signed: AtomicUsize::new(0), failures: AtomicUsize::new(failures) })
    }
}

impl Signer for Counting {
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
        self.signed.fetch_add(1, Ordering::SeqCst);
        self.key.sign(message)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mint_that_waits_gives_b_lta() {
    for place in common::places().await {
        let services = process(&place, Settings { wait_for_validation: PATIENCE, ..settings() }).await;
        let minted = mint(&services, "k").await.unwrap();
        assert_eq!((minted.level, minted.pending), (SealLevel::Lta, false));
        assert_eq!(Digest::of(&minted.document), minted.file_digest);
        assert_level(&services, &minted.document, SealLevel::Lta).await;
        let report = verify(&services, &minted.document).await;
        assert!(report.reasons.iter().all(|reason| reason.code != "REVOCATION_NOT_CHECKED"), "{:?}", report.reasons);
        assert!(report.signatures[0].best_signature_time.is_some());
        let again = mint(&services, "k").await.unwrap();
        assert!(again.repeated && again.document == minted.document && again.level == SealLevel::Lta && !again.pending);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mint_that_does_not_wait_is_pending_and_every_file_handed_out_stays_valid() {
    for place in common::places().await {
        let services = process(&place, settings()).await;
        let first = mint(&services, "k").await.unwrap();
        assert_eq!((first.level, first.pending), (SealLevel::T, true));
        assert_level(&services, &first.document, SealLevel::T).await;
        assert_eq!(services.statistics().await.unwrap().waiting_documents, 1);

        let (done, waiting) = services.augment_all(PATIENCE).await.unwrap();
        assert_eq!((done.reached, done.failed, waiting.documents), (1, 0, 0));
        let view = services.read_licence(&actor("a"), &first.identifier).await.unwrap();
        assert_eq!((view.level, view.pending), (SealLevel::Lta, false));
        let newest = services.download_licence(&actor("a"), &first.identifier).await.unwrap();
        assert!(newest.bytes.starts_with(&first.document) && newest.bytes.len() > first.document.len());
        assert_eq!((newest.signed_digest, newest.level), (first.signed_digest, SealLevel::Lta));
        assert_level(&services, &newest.bytes, SealLevel::Lta).await;
        assert_level(&services, &first.document, SealLevel::T).await;

        let store = place.open().await;
        let earlier = earlier_files::digests(&store.database, &first.signed_digest.0).await.unwrap();
        assert_eq!(earlier, [first.file_digest.0]);
        assert_eq!(services.augment_all(PATIENCE).await.unwrap().0, Default::default(), "nothing is left to do");
        let audit = services.verify_audit(&actor("a")).await.unwrap();
        assert_eq!(audit.problems, Vec::<String>::new());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replaced_file_goes_after_its_time_and_not_before() {
    let place = Place::sqlite();
    let clock = Arc::new(FixedClock::at(OffsetDateTime::now_utc()));
    let choices = || Choices { clock: clock.clone(), settings: settings(), ..Choices::default() };
    let services = services_with(&place, choices()).await;
    let minted = mint(&services, "k").await.unwrap();
    assert_eq!(services.augment_waiting().await.unwrap(), Default::default(), "revocation counts in seconds: not in the same one");
    clock.advance(time::Duration::seconds(1));
    assert_eq!(services.augment_waiting().await.unwrap().reached, 1);
    let files = || walk(&place.path().join("documents"));
    assert_eq!((services.remove_replaced_files().await.unwrap(), files()), (0, 2));
    clock.advance(time::Duration::seconds(61));
    assert_eq!((services.remove_replaced_files().await.unwrap(), files()), (1, 1));
    assert_eq!(services.remove_replaced_files().await.unwrap(), 0);
    let download = services.download_licence(&actor("a"), &minted.identifier).await.unwrap();
    assert_eq!(download.level, SealLevel::Lta);
}

fn walk(folder: &std::path::Path) -> usize {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { walk(&path) } else { 1 }).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_batch_serves_many_and_two_processes_share_the_work() {
    for place in common::places().await {
        let both = [process(&place, settings()).await, process(&place, settings()).await];
        for n in 0..10 {
            mint(&both[n % 2], &format!("k{n}")).await.unwrap();
        }
        let jobs = both.clone().map(|services| tokio::spawn(async move { services.augment_all(PATIENCE).await.unwrap().0.reached }));
        let mut reached = 0;
        for job in jobs {
            reached += job.await.unwrap();
        }
        assert_eq!(reached, 10, "each document once");
        assert_eq!(both[0].statistics().await.unwrap().levels, [(SealLevel::Lta, 10)]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_time_stamp_a_mint_halts_and_the_seal_key_is_not_asked_again() {
    for place in common::places().await {
        let clock = Arc::new(FixedClock::at(OffsetDateTime::now_utc()));
        let seal = Counting::new(authority::seal_key(), 0);
        // The first time-stamp is the one that shows how long they are.
        let stamps = Counting::new(authority::time_stamp_key(), 0);
        let choices = Choices {
            clock: clock.clone(),
            settings: settings(),
            seal: Some(seal.clone()),
            time_stamp: Some(stamps.clone()),
            ..Choices::default()
        };
        let services = services_with(&place, choices).await;
        mint(&services, "first").await.unwrap();
        assert_eq!(seal.signed.load(Ordering::SeqCst), 1);
        stamps.failures.store(2, Ordering::SeqCst);
        let Err(Refusal::Halted { reason, .. }) = mint(&services, "k").await else { panic!("the authority was down") };
        assert_eq!(reason, "asking for a time-stamp");
        assert_eq!(seal.signed.load(Ordering::SeqCst), 2);
        for _ in 0..2 {
            clock.advance(time::Duration::seconds(60));
            services.recover_mints().await.unwrap();
        }
        let minted = mint(&services, "k").await.unwrap();
        assert!(minted.repeated && minted.level == SealLevel::T);
        assert_level(&services, &minted.document, SealLevel::T).await;
        assert_eq!(seal.signed.load(Ordering::SeqCst), 2, "the kept signature was used");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_it_is_allowed_a_document_is_sealed_without_a_time_stamp_and_gets_one_later() {
    for place in common::places().await {
        let stamps = Counting::new(authority::time_stamp_key(), usize::MAX);
        let settings = Settings { stamp_failure: StampFailure::SealWithout, ..settings() };
        let choices = Choices { settings, time_stamp: Some(stamps.clone()), ..Choices::default() };
        let services = services_with(&place, choices).await;
        let minted = mint(&services, "k").await.unwrap();
        assert_eq!((minted.level, minted.pending), (SealLevel::B, true));
        assert_level(&services, &minted.document, SealLevel::B).await;
        let (done, waiting) = services.augment_all(Duration::ZERO).await.unwrap();
        assert_eq!((done.failed, waiting.documents), (1, 1), "it is still down");
        stamps.failures.store(0, Ordering::SeqCst);
        let (done, waiting) = services.augment_all(PATIENCE).await.unwrap();
        assert_eq!((done.nearer, done.reached, waiting.documents), (1, 1, 0));
        let newest = services.download_licence(&actor("a"), &minted.identifier).await.unwrap();
        assert_level(&services, &newest.bytes, SealLevel::Lta).await;
    }
}

async fn with_rule(place: &Place, rule: SealRule, settings: Settings) -> Arc<Services> {
    services_with(place, Choices { settings, seal_rule: Some(rule), ..Choices::default() }).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_level_is_the_types_and_a_final_document_is_never_touched_again() {
    let place = Place::sqlite();
    for (rule, reached, permission) in [
        (SealRule { level: Some(SealLevel::B), is_final: false }, SealLevel::B, "/P 2"),
        (SealRule { level: Some(SealLevel::T), is_final: false }, SealLevel::T, "/P 2"),
        (SealRule { level: Some(SealLevel::Lt), is_final: false }, SealLevel::Lt, "/P 2"),
        (SealRule { level: None, is_final: true }, SealLevel::T, "/P 1"),
    ] {
        let services = with_rule(&place, rule, settings()).await;
        let minted = mint(&services, &format!("{rule:?}").replace(' ', "")).await.unwrap();
        assert_eq!(minted.pending, reached > SealLevel::T, "{rule:?}");
        let transform = b"/TransformParams";
        let at = minted.document.windows(transform.len()).rposition(|w| w == transform).unwrap();
        let around = String::from_utf8_lossy(&minted.document[at..at + 80]).into_owned();
        assert!(around.contains(permission), "{around}");
        services.augment_all(PATIENCE).await.unwrap();
        let newest = services.download_licence(&actor("a"), &minted.identifier).await.unwrap();
        assert_eq!(newest.bytes == minted.document, reached <= SealLevel::T);
        assert_level(&services, &newest.bytes, reached).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_installation_may_seal_lower_than_a_type_asks_for() {
    let place = Place::sqlite();
    let services = process(&place, Settings { highest_level: SealLevel::B, ..settings() }).await;
    let minted = mint(&services, "k").await.unwrap();
    assert_eq!((minted.level, minted.pending), (SealLevel::B, false));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_time_stamp_is_renewed_before_it_weakens() {
    for place in common::places().await {
        let services = process(&place, settings()).await;
        let minted = mint(&services, "k").await.unwrap();
        services.augment_all(PATIENCE).await.unwrap();
        let before = services.download_licence(&actor("a"), &minted.identifier).await.unwrap();
        assert_eq!(services.renew_licences(None).await.unwrap(), Default::default(), "its certificate lasts for years");

        let in_time = Some(Duration::from_secs(20 * 365 * 86_400));
        let report = services.report_renewals(in_time).await.unwrap();
        assert_eq!((report.due.len(), report.not_renewable.len()), (1, 0));
        assert_eq!(services.statistics().await.unwrap().waiting_documents, 0, "a report changes nothing");
        assert_eq!(services.renew_licences(in_time).await.unwrap(), report);
        let (done, waiting) = services.augment_all(PATIENCE).await.unwrap();
        assert_eq!((done.reached, waiting.documents), (1, 0));
        let after = services.download_licence(&actor("a"), &minted.identifier).await.unwrap();
        assert!(after.bytes.starts_with(&before.bytes) && after.bytes.len() > before.bytes.len());
        assert_level(&services, &after.bytes, SealLevel::Lta).await;
        assert_level(&services, &before.bytes, SealLevel::Lta).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_time_stamp_authority_over_http_serves_as_well() {
    let web = common::web::Web::start().await;
    let client = |path: &str| {
        let fetcher = Fetcher::new(AddressGuard::new(["127.0.0.1"]), FetchLimits::default()).unwrap();
        let url = format!("{}{path}", web.url);
        TimeStampClient::new(&fetcher, url, None, Arc::new(SystemClock), Arc::new(SystemEntropy::new()))
    };
    let place = Place::sqlite();
    let with = |path: &str| Choices { settings: settings(), remote_stamps: Some(client(path)), ..Choices::default() };
    let services = services_with(&place, with("/pki/nobody")).await;
    assert!(matches!(mint(&services, "k").await, Err(Refusal::Halted { reason: "asking for a time-stamp", .. })));

    let services = services_with(&place, with("/pki/tsa")).await;
    let minted = mint(&services, "other").await.unwrap();
    assert_eq!(minted.level, SealLevel::T);
    services.augment_all(PATIENCE).await.unwrap();
    let newest = services.download_licence(&actor("a"), &minted.identifier).await.unwrap();
    assert_level(&services, &newest.bytes, SealLevel::Lta).await;
}
