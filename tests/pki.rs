//! The time-stamp authority, the OCSP responder and the revocation lists of an installation, as the world sees them; serial numbers never repeat.

mod common;

use common::Place;
use common::authority::{self, BUSINESS_LICENCE, Choices};
use common::web::{Web, problem};
use elicence::cms::algorithm::HashAlgorithm;
use elicence::cms::read_certificate::Certificate;
use elicence::cms::read_ocsp::{OcspAnswer, OcspStatus};
use elicence::cms::read_revocation_list::RevocationList;
use elicence::cms::read_time_stamp::TimeStampToken;
use elicence::cms::read_time_stamp_answer::TimeStampAnswer;
use elicence::cms::write_time_stamp_request::write_time_stamp_request;
use elicence::domain::seal_level::SealLevel;
use elicence::domain::verdict::Verdict;
use elicence::services::{OwnAnswer, Services, Settings};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// Runs openssl where the keys are; gives everything that it says.
fn openssl(folder: &Path, arguments: &[&str]) -> String {
    let out = Command::new("openssl")
        .args(arguments)
        .current_dir(folder)
        .env("OPENSSL_CONF", "/dev/null")
        .output()
        .expect("openssl is there: tests/run installs it");
    let said = format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    assert!(out.status.success(), "{arguments:?}: {said}");
    said
}

/// A folder with the public parts of the PKI.
fn public_folder() -> tempfile::TempDir {
    authority::make_keys();
    let folder = tempfile::tempdir().unwrap();
    for name in ["root.pem", "issuing-ca.pem", "seal.chain.pem", "qr.chain.pem"] {
        std::fs::copy(authority::key_folder().join(name), folder.path().join(name)).unwrap();
    }
    folder
}

#[tokio::test(flavor = "multi_thread")]
async fn the_authority_speaks_the_protocols_of_the_world() {
    let web = Web::start().await;
    let folder = public_folder();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("data"), "what existed").unwrap();

    openssl(folder.path(), &["ts", "-query", "-data", "data", "-sha512", "-cert", "-out", "query"]);
    let ask = web.post("/pki/tsa").header("content-type", "application/timestamp-query").body(std::fs::read(path("query")).unwrap());
    let answer = ask.send().await.unwrap();
    assert_eq!((answer.status().as_u16(), &answer.headers()["content-type"]), (200, &"application/timestamp-reply".parse().unwrap()));
    std::fs::write(path("answer"), answer.bytes().await.unwrap()).unwrap();
    let said = openssl(folder.path(), &["ts", "-verify", "-queryfile", "query", "-in", "answer", "-CAfile", "root.pem"]);
    assert!(said.contains("Verification: OK"), "{said}");

    // openssl itself asks over HTTP, and checks signature and nonce
    let url = format!("{}/pki/ocsp", web.url);
    let query = ["ocsp", "-issuer", "issuing-ca.pem", "-cert", "seal.chain.pem", "-CAfile", "root.pem", "-verify_other", "issuing-ca.pem"];
    let work = folder.path().to_owned();
    let said = tokio::task::spawn_blocking(move || openssl(&work, &[&query[..], &["-url", &url]].concat())).await.unwrap();
    assert!(said.contains("Response verify OK") && said.contains("seal.chain.pem: good"), "{said}");
    assert!(!said.contains("WARNING: no nonce"), "{said}");
    openssl(folder.path(), &["ocsp", "-issuer", "issuing-ca.pem", "-serial", "0x1234567890", "-no_nonce", "-reqout", "request"]);
    let ask = web.post("/pki/ocsp").header("content-type", "application/ocsp-request").body(std::fs::read(path("request")).unwrap());
    let answer = ask.send().await.unwrap().bytes().await.unwrap();
    assert_eq!(OcspAnswer::read(&answer).unwrap().answers[0].status, OcspStatus::Unknown, "nobody ever issued it");
    openssl(folder.path(), &["ocsp", "-issuer", "issuing-ca.pem", "-cert", "seal.chain.pem", "-no_nonce", "-reqout", "request"]);
    let request = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, std::fs::read(path("request")).unwrap());
    let request = request.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    let answer = web.get(&format!("/pki/ocsp/{request}")).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "application/ocsp-response");
    let answer = answer.bytes().await.unwrap();
    assert_eq!(OcspAnswer::read(&answer).unwrap().answers[0].status, OcspStatus::Good);

    for name in ["root", "issuing-ca"] {
        let list = web.get(&format!("/pki/{name}.crl")).send().await.unwrap();
        assert_eq!(list.headers()["content-type"], "application/pkix-crl");
        let list = list.bytes().await.unwrap();
        std::fs::write(path("list"), &list).unwrap();
        let said = openssl(folder.path(), &["crl", "-inform", "DER", "-in", "list", "-noout", "-CAfile", &format!("{name}.pem")]);
        assert!(said.contains("verify OK"), "{said}");
        assert_eq!(web.get(&format!("/pki/{name}.crl")).send().await.unwrap().bytes().await.unwrap(), list, "given out again");
        let certificate = web.get(&format!("/pki/{name}.cer")).send().await.unwrap().bytes().await.unwrap();
        let certificate = Certificate::read(&certificate).unwrap();
        RevocationList::read(&list).unwrap().signed.check(certificate.spki).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_answered_is_refused_by_its_protocol() {
    let web = Web::start().await;
    let stamp = |body: Vec<u8>| web.post("/pki/tsa").header("content-type", "application/timestamp-query").body(body);
    let answer = stamp(b"nonsense".to_vec()).send().await.unwrap().bytes().await.unwrap();
    assert_eq!(TimeStampAnswer::read(&answer).unwrap().status, 2);
    let ocsp = |body: Vec<u8>| web.post("/pki/ocsp").header("content-type", "application/ocsp-request").body(body);
    let answer = ocsp(b"nonsense".to_vec()).send().await.unwrap().bytes().await.unwrap();
    assert_eq!(answer.as_ref(), [0x30, 3, 0x0a, 1, 1], "malformedRequest");
    problem(stamp(vec![0; 1 << 20]), 413, "TOO_LARGE").await;
    problem(ocsp(vec![0; 1 << 20]), 413, "TOO_LARGE").await;
    problem(web.post("/pki/tsa").body("x"), 415, "UNSUPPORTED_MEDIA_TYPE").await;
    problem(web.post("/pki/ocsp").body("x"), 415, "UNSUPPORTED_MEDIA_TYPE").await;
    problem(web.get("/pki/ocsp/not-base64!"), 400, "BAD_REQUEST").await;
    for nothing in ["/pki/other.crl", "/pki/other.cer", "/pki/root.key", "/pki/root", "/pki/..%2Froot.crl"] {
        problem(web.get(nothing), 404, "NOT_FOUND").await;
    }
}

async fn serials(services: &Services, count: usize) -> Vec<Vec<u8>> {
    let mut serials = Vec::new();
    for number in 0..count {
        let request = write_time_stamp_request(HashAlgorithm::Sha256, &[number as u8; 32], &[1], None);
        let answer = services.issue_time_stamp(&request).await.unwrap();
        let token = TimeStampAnswer::read(&answer).unwrap().token.unwrap();
        serials.push(TimeStampToken::read(token).unwrap().0.info.serial.to_vec());
    }
    serials
}

/// The number that the counter gave: what stands before the 8 random bytes.
fn counted(serial: &[u8]) -> u64 {
    serial[..serial.len() - 8].iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

#[tokio::test(flavor = "multi_thread")]
async fn serial_numbers_never_repeat() {
    for place in common::places().await {
        let (first, second) = (authority::services(&place).await, authority::services(&place).await);
        let (mut all, of_second) = tokio::join!(serials(&first, 40), serials(&second, 40));
        all.extend(of_second);
        // a process that ends without a word loses its block; the next one begins behind it
        drop((first, second));
        let third = authority::services(&place).await;
        let later = serials(&third, 3).await;
        assert!(later.iter().all(|serial| counted(serial) > 512), "two blocks of 256 were reserved before");
        all.extend(later);
        let counters: BTreeSet<u64> = all.iter().map(|serial| counted(serial)).collect();
        assert_eq!((counters.len(), all.len()), (83, 83));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn own_certificates_are_looked_up_without_a_network() {
    let place = Place::sqlite();
    let services = authority::services(&place).await;
    let folder = authority::key_folder();
    let chain = elicence::keys::file_key::read_chain(&folder.join("seal.chain.pem")).unwrap();
    let root = elicence::keys::file_key::read_chain(&folder.join("root.pem")).unwrap().remove(0);
    let [seal, issuing] = &chain[..] else { panic!("two certificates") };
    let Some(OwnAnswer::Ocsp(answer)) = services.own_revocation(seal, issuing).await.unwrap() else { panic!("an OCSP answer") };
    let answer = OcspAnswer::read(&answer).unwrap();
    let issuer = Certificate::read(issuing).unwrap();
    assert!(answer.answers[0].certificate.is_of(Certificate::read(seal).unwrap().serial, &issuer));
    assert_eq!(answer.answers[0].status, OcspStatus::Good);
    let Some(OwnAnswer::List(list)) = services.own_revocation(issuing, &root).await.unwrap() else { panic!("a list") };
    let list = RevocationList::read(&list).unwrap();
    list.signed.check(Certificate::read(&root).unwrap().spki).unwrap();
    let Some(OwnAnswer::List(next)) = services.own_revocation(issuing, &root).await.unwrap() else { panic!("a list") };
    assert!(RevocationList::read(&next).unwrap().number > list.number, "numbers grow");
    assert_eq!(services.own_revocation(seal, seal).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn revocation_of_a_waiting_licence_is_looked_up_at_our_own_authorities() {
    let place = Place::sqlite();
    let settings = Settings { highest_level: SealLevel::T, ..Settings::default() };
    let services = authority::services_with(&place, Choices { settings, ..Choices::default() }).await;
    let minted = services.mint_licence(&authority::actor("a"), authority::request(BUSINESS_LICENCE, 0, None)).await.unwrap();
    for _ in 0..2 {
        let report = services.verify_document(minted.document.clone(), None).await.unwrap();
        assert_eq!((report.verdict, report.signatures[0].level.as_deref()), (Verdict::Valid, Some("B-T")), "{:?}", report.reasons);
        assert!(report.reasons.iter().all(|reason| reason.code != "REVOCATION_NOT_CHECKED"), "{:?}", report.reasons);
        assert!(!report.signatures[0].evidence.is_empty(), "the report names what it used");
    }
}
