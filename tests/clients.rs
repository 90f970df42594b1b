//! The clients against a real server on this machine: what they fetch, what they refuse to ask, and lies that they do not believe.

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::{any, get, post},
};
use elicence::{
    ambient::{Clock, FixedClock, SystemClock, SystemEntropy},
    clients::{
        FetchError, FetchLimits, Fetcher, RevocationClient, StampError, TimeStampClient, address_guard::AddressGuard,
        revocation::RevocationError,
    },
    cms::{
        algorithm::HashAlgorithm, certificate_id::CertificateId, check_time_stamp::TokenProblem, read_certificate::Certificate,
        read_ocsp::OcspStatus, read_time_stamp::TimeStampToken, read_time_stamp_answer::StampFailure,
        read_time_stamp_request::TimeStampRequest,
    },
    domain::{digest::Digest, secret::Secret},
    keys::{FileKey, PkiPlan, file_key::read_chain, make_pki},
    seal::{
        authority::{
            Issuer,
            ocsp_answer::{OcspTimes, answer as ocsp_answer},
            revocation_list::{RevocationListSpec, revocation_list},
            time_stamp::{StampPolicy, TokenSpec, answer, token},
        },
        signer::Signer,
    },
    verify::RevocationQuestion,
};
use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{
        Arc, LazyLock, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use time::OffsetDateTime;

// ------------------------------------------------------------------------------------------------ the world

struct Keys {
    ca: FileKey,
    seal: Vec<u8>,
    stamp: FileKey,
    ocsp: FileKey,
    other: FileKey,
}

static KEYS: LazyLock<Keys> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let passphrase = Secret::new("x".to_owned());
    let files = ["root", "issuing-ca", "seal", "time-stamp", "ocsp", "unknown-root"];
    let plan = PkiPlan::example().unwrap().only(&files).unwrap();
    make_pki(&plan, folder.path(), &passphrase, OffsetDateTime::now_utc(), &SystemEntropy::new()).unwrap();
    let load = |name: &str, chain: &str| {
        FileKey::load(&folder.path().join(format!("{name}.key.pem")), &folder.path().join(format!("{name}.{chain}")), &passphrase).unwrap()
    };
    Keys {
        ca: load("issuing-ca", "pem"),
        seal: read_chain(&folder.path().join("seal.chain.pem")).unwrap().remove(0),
        stamp: load("time-stamp", "chain.pem"),
        ocsp: load("ocsp", "chain.pem"),
        other: load("unknown-root", "pem"),
    }
});

fn policy() -> StampPolicy {
    StampPolicy { policy: "1.3.6.1.4.1.32473.1".parse().unwrap(), accuracy: time::Duration::SECOND }
}

/// A server of files that can be exchanged, each counted.
#[derive(Clone, Default)]
struct Files(Arc<Mutex<HashMap<String, Bytes>>>, Arc<AtomicUsize>);

impl Files {
    fn put(&self, name: &str, bytes: Vec<u8>) {
        self.0.lock().unwrap().insert(format!("/{name}"), bytes.into());
    }

    fn asked(&self) -> usize {
        self.1.load(Ordering::SeqCst)
    }
}

async fn give(State(files): State<Files>, request: axum::extract::Request) -> Response {
    files.1.fetch_add(1, Ordering::SeqCst);
    let found = files.0.lock().unwrap().get(request.uri().path()).cloned();
    match found {
        Some(bytes) => ([(header::CONTENT_TYPE, "application/ocsp-response")], bytes).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn serve(router: Router) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

fn fetcher() -> Fetcher {
    let limits = FetchLimits { bytes: 64 << 10, timeout: Duration::from_secs(3), redirects: 2 };
    Fetcher::new(AddressGuard::new(["127.0.0.1"]), limits).unwrap()
}

// ------------------------------------------------------------------------------------------------ fetching

/// A body that goes on for ever, a little at a time.
fn endless(pause: Duration, piece: usize) -> Response {
    let (sender, receiver) = tokio::sync::mpsc::channel::<Vec<u8>>(1);
    tokio::spawn(async move {
        while sender.send(vec![b'x'; piece]).await.is_ok() {
            tokio::time::sleep(pause).await;
        }
    });
    Response::new(Body::new(Pieces(receiver)))
}

/// What a channel gives, as a body.
struct Pieces(tokio::sync::mpsc::Receiver<Vec<u8>>);

impl http_body::Body for Pieces {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, Self::Error>>> {
        self.0.poll_recv(context).map(|piece| piece.map(|piece| Ok(http_body::Frame::data(piece.into()))))
    }
}

async fn odd_server() -> SocketAddr {
    let to = |place: &'static str| get(move || async move { Redirect::temporary(place) });
    serve(
        Router::new()
            .route("/good", get(|| async { "good" }))
            .route("/hop", to("/good"))
            .route("/hops", to("/hop"))
            .route("/many", to("/hops"))
            .route("/loop", to("/loop"))
            .route("/private", to("http://10.0.0.1/x"))
            .route("/metadata", to("http://169.254.169.254/latest"))
            .route("/name", to("http://localhost:1/x"))
            .route("/file", to("file:///etc/passwd"))
            .route("/nowhere", get(|| async { StatusCode::FOUND }))
            .route("/large", get(|| async { vec![0_u8; 65 << 10] }))
            .route("/endless", get(|| async { endless(Duration::ZERO, 4096) }))
            .route("/slow", get(|| async { endless(Duration::from_millis(200), 1) }))
            .route("/silent", get(std::future::pending::<()>))
            .route("/error", get(|| async { StatusCode::INTERNAL_SERVER_ERROR }))
            .route("/html", any(|| async { ([(header::CONTENT_TYPE, "text/html")], "<p>") })),
    )
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn small_things_are_fetched_and_followed_within_limits() {
    let server = odd_server().await;
    let (fetcher, url) = (fetcher(), |path: &str| format!("http://{server}{path}"));
    for path in ["/good", "/hop", "/hops"] {
        assert_eq!(fetcher.get(&url(path)).await.as_deref(), Ok(&b"good"[..]), "{path}");
    }
    let host = || "127.0.0.1".to_owned();
    for path in ["/many", "/loop", "/nowhere"] {
        assert_eq!(fetcher.get(&url(path)).await, Err(FetchError::Redirects(host())), "{path}");
    }
    for path in ["/large", "/endless"] {
        assert_eq!(fetcher.get(&url(path)).await, Err(FetchError::TooLong { host: host(), limit: 64 << 10 }), "{path}");
    }
    for path in ["/slow", "/silent"] {
        let begun = std::time::Instant::now();
        assert_eq!(fetcher.get(&url(path)).await, Err(FetchError::TimedOut(host())), "{path}");
        assert!(begun.elapsed() < Duration::from_secs(10));
    }
    assert_eq!(fetcher.get(&url("/error")).await, Err(FetchError::Status { host: host(), status: 500 }));
    assert_eq!(fetcher.post(&url("/html"), "a/b", b"x", "c/d").await, Err(FetchError::MediaType(host())));
    assert!(matches!(fetcher.get("http://127.0.0.1:1/").await, Err(FetchError::Unreachable { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operators_own_network_is_not_asked() {
    let server = odd_server().await;
    let (fetcher, port) = (fetcher(), server.port());
    for path in ["/private", "/metadata", "/name"] {
        let answer = fetcher.get(&format!("http://{server}{path}")).await;
        assert!(matches!(answer, Err(FetchError::Forbidden(_))), "{path}: {answer:?}");
    }
    assert!(matches!(fetcher.get(&format!("http://{server}/file")).await, Err(FetchError::Address(_))));
    let strict = Fetcher::new(AddressGuard::default(), FetchLimits::default()).unwrap();
    for host in ["127.0.0.1", "localhost", "LOCALHOST", "2130706433", "0x7f.1", "127.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "0"] {
        let answer = strict.get(&format!("http://{host}:{port}/good")).await;
        assert!(matches!(answer, Err(FetchError::Forbidden(_))), "{host}: {answer:?}");
    }
    for url in [
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "http://user@127.0.0.1/",
        "http://u:p@127.0.0.1/",
        "ldap://x/",
        "nonsense",
        "",
        "http://",
    ] {
        assert!(matches!(fetcher.get(url).await, Err(FetchError::Address(_))), "{url}");
    }
}

// ------------------------------------------------------------------------------------------------ time-stamps

/// A time-stamp authority that answers as `work` says.
async fn stamp_server(work: fn(&[u8]) -> Vec<u8>) -> TimeStampClient {
    let handler = move |body: Bytes| async move { ([(header::CONTENT_TYPE, "application/timestamp-reply")], work(&body)) };
    let server = serve(Router::new().route("/", post(handler))).await;
    client_of(server, Arc::new(SystemClock))
}

fn client_of(server: SocketAddr, clock: Arc<dyn Clock>) -> TimeStampClient {
    // made before the first request, whose time is limited
    LazyLock::force(&KEYS);
    TimeStampClient::new(&fetcher(), format!("http://{server}/"), None, clock, Arc::new(SystemEntropy::new()))
}

const IMPRINT: [u8; 48] = [7; 48];

async fn request(client: &TimeStampClient) -> Result<Vec<u8>, StampError> {
    client.request(HashAlgorithm::Sha384, &IMPRINT).await
}

fn honest(request: &[u8]) -> Vec<u8> {
    answer(request, 5, OffsetDateTime::now_utc(), &policy(), &KEYS.stamp).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_honest_authority_gives_a_token() {
    let client = stamp_server(honest).await;
    let token = request(&client).await.unwrap();
    let (token, rest) = TimeStampToken::read(&token).unwrap();
    assert!(rest.is_empty() && token.info.imprint == IMPRINT);
}

/// What an authority answers to a request.
type Lie = fn(&[u8]) -> Vec<u8>;

/// The honest answer to this very request, but for what `change` makes of the token.
fn with_token(request: &[u8], change: impl Fn(TokenSpec<'_>) -> Vec<u8>) -> Vec<u8> {
    let read = TimeStampRequest::read(request).unwrap();
    let spec = TokenSpec {
        hash: HashAlgorithm::Sha384,
        imprint: read.imprint,
        nonce: read.nonce,
        with_certificates: true,
        serial: 1,
        at: OffsetDateTime::now_utc(),
    };
    let token = change(spec);
    let inside = [&[0x30, 3, 2, 1, 0][..], &token].concat();
    [&[0x30, 0x82, (inside.len() >> 8) as u8, inside.len() as u8][..], &inside].concat()
}

fn make(spec: &TokenSpec<'_>) -> Vec<u8> {
    token(spec, &policy(), &KEYS.stamp).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn lies_of_a_time_stamp_authority_are_not_believed() {
    let lies: [(Lie, StampError); 8] = [
        (|r| with_token(r, |spec| make(&TokenSpec { imprint: &[8; 48], ..spec })), StampError::Other("digest")),
        (
            |r| with_token(r, |spec| make(&TokenSpec { hash: HashAlgorithm::Sha256, imprint: &[7; 32], ..spec })),
            StampError::Other("hash algorithm"),
        ),
        (|r| with_token(r, |spec| make(&TokenSpec { nonce: Some(&[1]), ..spec })), StampError::Other("nonce")),
        (|r| with_token(r, |spec| make(&TokenSpec { nonce: None, ..spec })), StampError::Other("nonce")),
        (|r| with_token(r, |spec| make(&TokenSpec { with_certificates: false, ..spec })), StampError::Token(TokenProblem::NoSigner)),
        (
            |r| {
                with_token(r, |spec| {
                    let mut token = make(&spec);
                    *token.last_mut().unwrap() ^= 1;
                    token
                })
            },
            StampError::Token(TokenProblem::Signature(elicence::cms::check_signature::SignatureError::Wrong)),
        ),
        (
            |r| answer(&r[..r.len() - 1], 1, OffsetDateTime::now_utc(), &policy(), &KEYS.stamp).unwrap(),
            StampError::Refused { status: 2, failure: Some(StampFailure::BadDataFormat) },
        ),
        (
            |r| with_token(r, |spec| make(&TokenSpec { at: spec.at - time::Duration::days(1), ..spec })),
            StampError::Token(TokenProblem::Validity),
        ),
    ];
    for (number, (lie, expected)) in lies.into_iter().enumerate() {
        let told = request(&stamp_server(lie).await).await;
        match expected {
            // the example certificates begin a day before: the day before that is outside or far from our clock
            StampError::Token(TokenProblem::Validity) => {
                assert!(matches!(told, Err(StampError::Token(TokenProblem::Validity) | StampError::Clock(_))), "{told:?}");
            }
            expected => assert_eq!(told.err(), Some(expected), "lie {number}"),
        }
    }
    for nonsense in [|_: &[u8]| Vec::new(), |_: &[u8]| b"hello".to_vec(), |_: &[u8]| vec![0x30, 0x84, 0xff, 0xff, 0xff, 0xff]] {
        assert!(matches!(request(&stamp_server(nonsense).await).await, Err(StampError::Unreadable(_))));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_far_off_is_noticed() {
    let handler = |body: Bytes| async move { ([(header::CONTENT_TYPE, "application/timestamp-reply")], honest(&body)) };
    let server = serve(Router::new().route("/", post(handler))).await;
    let ahead = FixedClock::at(OffsetDateTime::now_utc() + time::Duration::hours(1));
    let told = request(&client_of(server, Arc::new(ahead))).await;
    assert!(matches!(told, Err(StampError::Clock(apart)) if apart < -3000), "{told:?}");
    let client = TimeStampClient::new(
        &fetcher(),
        format!("http://{server}/"),
        Some("1.2.3".parse().unwrap()),
        Arc::new(SystemClock),
        Arc::new(SystemEntropy::new()),
    );
    assert!(matches!(request(&client).await, Err(StampError::Refused { failure: Some(StampFailure::UnacceptedPolicy), .. })));
}

// ------------------------------------------------------------------------------------------------ revocation

fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc().replace_nanosecond(0).unwrap()
}

fn question(server: SocketAddr, ocsp: &[&str], lists: &[&str]) -> RevocationQuestion {
    let urls = |names: &[&str]| names.iter().map(|name| format!("http://{server}/{name}")).collect();
    RevocationQuestion {
        certificate: KEYS.seal.clone(),
        issuer: KEYS.ca.chain()[0].clone(),
        ocsp_urls: urls(ocsp),
        crl_urls: [vec!["ldap://127.0.0.1/x".to_owned()], urls(lists)].concat(),
    }
}

fn list(this_update: OffsetDateTime, signer: &FileKey) -> Vec<u8> {
    let spec = RevocationListSpec { number: 1, this_update, next_update: this_update + time::Duration::days(1), revoked: &[] };
    revocation_list(&spec, &Issuer::of_certificate(&KEYS.ca.chain()[0]).unwrap(), signer).unwrap()
}

fn ocsp(at: OffsetDateTime, serial: &[u8], signer: &dyn Signer) -> Vec<u8> {
    let issuer = Certificate::read(&KEYS.ca.chain()[0]).unwrap();
    let request = elicence::cms::write_ocsp_request::write_ocsp_request(serial, &issuer, None).unwrap();
    let status = |_: &CertificateId<'_>| Some(OcspStatus::Good);
    ocsp_answer(&request, &status, OcspTimes { at, next_update: at + time::Duration::hours(1) }, signer).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_fetched_kept_and_made_anew_when_they_must_be_younger() {
    let (files, now) = (Files::default(), now());
    let server = serve(Router::new().fallback(give).with_state(files.clone())).await;
    let seal = Certificate::read(&KEYS.seal).unwrap();
    let good = ocsp(now, seal.serial, &KEYS.ocsp);
    files.put("ocsp", good.clone());
    let client = RevocationClient::new(fetcher());
    let questions = [question(server, &["ocsp"], &["list"])];
    let gathered = client.fetch(&questions, None, now).await;
    assert_eq!((gathered.material.ocsp_answers, gathered.missing), (vec![good.clone()], vec![]));
    let again = client.clone().fetch(&[questions.clone(), questions.clone()].concat(), Some(now), now).await;
    assert_eq!((again.material.ocsp_answers.len(), files.asked()), (1, 1), "kept, and given once");
    // evidence must be younger than a time-stamp: the same answer will not do
    let later = now + time::Duration::minutes(1);
    let stale = client.fetch(&questions, Some(later), later).await;
    assert!(stale.material.ocsp_answers.is_empty() && stale.missing.len() == 1);
    files.put("ocsp", ocsp(later, seal.serial, &KEYS.ocsp));
    assert_eq!(client.fetch(&questions, Some(later), later).await.material.ocsp_answers.len(), 1);
    // what has ended is asked for again
    let asked = files.asked();
    client.fetch(&questions, None, later + time::Duration::hours(2)).await;
    assert!(files.asked() > asked);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_serves_where_no_responder_does() {
    let (files, now) = (Files::default(), now());
    let server = serve(Router::new().fallback(give).with_state(files.clone())).await;
    files.put("list", list(now, &KEYS.ca));
    let client = RevocationClient::new(fetcher());
    let questions = [question(server, &["down"], &["gone", "list"])];
    let gathered = client.fetch(&questions, None, now).await;
    assert_eq!((gathered.material.revocation_lists.len(), gathered.missing), (1, vec![]));
    // the same list for another certificate of the same issuer: kept
    let mut other = question(server, &[], &["list"]);
    other.certificate = KEYS.stamp.chain()[0].clone();
    let asked = files.asked();
    assert_eq!(client.fetch(&[other], None, now).await.material.revocation_lists.len(), 1);
    assert_eq!(files.asked(), asked);
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_of_others_are_not_believed() {
    let (files, now) = (Files::default(), now());
    let server = serve(Router::new().fallback(give).with_state(files.clone())).await;
    let seal = Certificate::read(&KEYS.seal).unwrap();
    let missing = async |ocsp: &[&str], lists: &[&str]| {
        let gathered = RevocationClient::new(fetcher()).fetch(&[question(server, ocsp, lists)], None, now).await;
        assert!(gathered.material.ocsp_answers.is_empty() && gathered.material.revocation_lists.is_empty(), "{ocsp:?} {lists:?}");
        let [(certificate, error)] = &gathered.missing[..] else { panic!("one is missing") };
        assert_eq!(*certificate, Digest::of(&KEYS.seal));
        error.clone()
    };
    files.put("another-certificate", ocsp(now, &[5], &KEYS.ocsp));
    files.put("another-signer", ocsp(now, seal.serial, &KEYS.other));
    files.put("too-old", ocsp(now - time::Duration::hours(2), seal.serial, &KEYS.ocsp));
    files.put("of-tomorrow", ocsp(now + time::Duration::days(1), seal.serial, &KEYS.ocsp));
    for name in ["another-certificate", "another-signer", "too-old", "of-tomorrow"] {
        assert_eq!(missing(&[name], &[]).await, RevocationError::Unusable, "{name}");
    }
    files.put("refuses", vec![0x30, 3, 0x0a, 1, 6]);
    files.put("nonsense", b"nonsense".to_vec());
    for name in ["refuses", "nonsense"] {
        assert!(matches!(missing(&[name], &[]).await, RevocationError::Ocsp(_)), "{name}");
    }
    files.put("list-of-another", list(now, &KEYS.other));
    files.put("old-list", list(now - time::Duration::days(2), &KEYS.ca));
    for name in ["list-of-another", "old-list", "nonsense"] {
        assert_eq!(missing(&[], &[name]).await, RevocationError::Unusable, "{name}");
    }
    assert_eq!(missing(&[], &[]).await, RevocationError::NoAddress, "a directory (ldap) is no web address");
    assert!(matches!(missing(&["gone"], &[]).await, RevocationError::Fetch(FetchError::Status { status: 404, .. })));
    let many = vec![question(server, &[], &[]); 40];
    let gathered = RevocationClient::new(fetcher()).fetch(&many, None, now).await;
    assert_eq!(gathered.missing.iter().filter(|(_, error)| *error == RevocationError::TooMany).count(), 8);
}
