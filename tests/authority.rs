//! Time-stamps, OCSP answers and revocation lists that our authority makes: openssl accepts them, and our own readers do.

use elicence::{
    ambient::FixedEntropy,
    cms::{
        algorithm::HashAlgorithm,
        check_time_stamp::TokenProblem,
        read_certificate::Certificate,
        read_ocsp::{OcspAnswer, OcspError, OcspStatus},
        read_ocsp_request::OcspRequest,
        read_time_stamp::TimeStampToken,
        read_time_stamp_answer::{StampFailure, TimeStampAnswer},
        write_ocsp_request::write_ocsp_request,
        write_time_stamp_request::write_time_stamp_request,
    },
    domain::secret::Secret,
    keys::{FileKey, PkiPlan, file_key::read_chain, make_pki},
    seal::{
        authority::{
            AuthorityError, ocsp_answer,
            ocsp_answer::OcspTimes,
            time_stamp::{StampPolicy, TokenSpec, answer, token},
        },
        signer::Signer,
    },
};
use std::{fs, path::PathBuf, process::Command};
use time::{Duration, OffsetDateTime, macros::datetime};

const PLAN: &str = r#"
country = "CN"
organization = "某市行政审批局"
revocation_list_url = "http://pki.example/crl"
ocsp_url = "http://pki.example/ocsp"
issuer_url = "http://pki.example/ca"

[[key]]
file = "root"
purpose = "root"
common_name = "Root"
days = 400

[[key]]
file = "ca"
purpose = "issuing-authority"
issuer = "root"
common_name = "签发"
days = 300

[[key]]
file = "seal"
purpose = "seal"
issuer = "ca"
common_name = "电子证照专用章"
days = 200

[[key]]
file = "revoked"
purpose = "seal"
issuer = "ca"
common_name = "已吊销"
days = 200
revoked = true

[[key]]
file = "stamp"
purpose = "time-stamp"
issuer = "ca"
common_name = "时间戳"
days = 200

[[key]]
file = "stamp-rsa"
purpose = "time-stamp"
algorithm = "rsa3072"
issuer = "ca"
common_name = "时间戳 RSA"
days = 200

[[key]]
file = "stamp-p384"
purpose = "time-stamp"
algorithm = "ecdsa-p384"
issuer = "ca"
common_name = "时间戳 P-384"
days = 200

[[key]]
file = "ocsp"
purpose = "ocsp-signer"
issuer = "ca"
common_name = "证书状态"
days = 200
"#;

struct Pki {
    folder: tempfile::TempDir,
    now: OffsetDateTime,
}

impl Pki {
    fn new() -> Self {
        Self::with(&["root", "ca", "seal", "revoked", "stamp", "ocsp"])
    }

    fn with(files: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let now = OffsetDateTime::now_utc().replace_nanosecond(0).unwrap();
        let plan = PkiPlan::from_toml(PLAN).unwrap().only(files).unwrap();
        make_pki(&plan, folder.path(), &Secret::new("x".into()), now, &FixedEntropy::seeded(5)).unwrap();
        Self { folder, now }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn key(&self, name: &str) -> FileKey {
        let file = |ending: &str| self.path(&format!("{name}.{ending}.pem"));
        FileKey::load(&file("key"), &file("chain"), &Secret::new("x".into())).unwrap()
    }

    fn certificate(&self, file: &str) -> Vec<u8> {
        read_chain(&self.path(file)).unwrap().remove(0)
    }

    /// Runs openssl in the folder; gives everything that it says.
    fn openssl(&self, arguments: &[&str]) -> Result<String, String> {
        let out = Command::new("openssl")
            .args(arguments)
            .current_dir(self.folder.path())
            .env("OPENSSL_CONF", "/dev/null")
            .output()
            .expect("openssl is there: tests/run installs it");
        let said = format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
        if out.status.success() { Ok(said) } else { Err(said) }
    }
}

fn policy() -> StampPolicy {
    StampPolicy { policy: "1.3.6.1.4.1.55555.2".parse().unwrap(), accuracy: Duration::milliseconds(1500) }
}

#[test]
fn openssl_accepts_our_time_stamps() {
    let pki = Pki::with(&["root", "ca", "stamp", "stamp-rsa", "stamp-p384"]);
    fs::write(pki.path("data"), "what existed").unwrap();
    for (name, hash) in [("stamp", "-sha256"), ("stamp-rsa", "-sha384"), ("stamp-p384", "-sha512")] {
        let key = pki.key(name);
        for certificates in [true, false] {
            let mut arguments = vec!["ts", "-query", "-data", "data", hash, "-out", "query"];
            arguments.extend(certificates.then_some("-cert"));
            pki.openssl(&arguments).unwrap();
            let answered = answer(&fs::read(pki.path("query")).unwrap(), 7 << 64 | 9, pki.now, &policy(), &key).unwrap();
            fs::write(pki.path("answer"), &answered).unwrap();
            let chain = format!("{name}.chain.pem");
            let mut arguments = vec!["ts", "-verify", "-queryfile", "query", "-in", "answer", "-CAfile", "root.pem"];
            if !certificates {
                arguments.extend(["-untrusted", &chain]);
            }
            let said = pki.openssl(&arguments).unwrap();
            assert!(said.contains("Verification: OK"), "{said}");
            let text = pki.openssl(&["ts", "-reply", "-in", "answer", "-text"]).unwrap();
            for part in [
                "Status: Granted.",
                "Policy OID: 1.3.6.1.4.1.55555.2",
                "Serial number: 0x070000000000000009",
                "0x01 seconds, 0x01F4 millis",
            ] {
                assert!(text.contains(part), "{part}: {text}");
            }
            // another document: refused
            fs::write(pki.path("other"), "what did not").unwrap();
            let mut wrong = vec!["ts", "-verify", "-data", "other", "-in", "answer", "-CAfile", "root.pem"];
            if !certificates {
                wrong.extend(["-untrusted", &chain]);
            }
            assert!(pki.openssl(&wrong).is_err());
        }
    }
}

#[test]
fn our_reader_reads_our_tokens() {
    let pki = Pki::new();
    let key = pki.key("stamp");
    let imprint = HashAlgorithm::Sha512.digest(b"x");
    let spec = TokenSpec {
        hash: HashAlgorithm::Sha512,
        imprint: &imprint,
        nonce: Some(&[0, 0x80]),
        with_certificates: true,
        serial: u128::MAX,
        at: pki.now + Duration::milliseconds(999),
    };
    let der = token(&spec, &policy(), &key).unwrap();
    assert_eq!(der, token(&TokenSpec { at: pki.now, ..spec }, &policy(), &key).map(|_| der.clone()).unwrap());
    let (read, rest) = TimeStampToken::read(&der).unwrap();
    assert!(rest.is_empty());
    assert_eq!((read.info.gen_time, read.info.nonce, read.info.imprint), (pki.now, Some(&[0, 0x80][..]), &imprint[..]));
    assert_eq!(read.info.accuracy, Some(Duration::milliseconds(1500)));
    assert_eq!(read.info.serial, [&[0][..], &[0xff; 16]].concat());
    let signer = read.signer([]).unwrap();
    read.check(&signer).unwrap();
    assert_eq!(read.signed.certificates.len(), 2, "the chain without its root");
    let seal = pki.certificate("seal.chain.pem");
    assert_eq!(read.check(&Certificate::read(&seal).unwrap()).err(), Some(TokenProblem::NotBound));
}

#[test]
fn tokens_outside_the_life_of_their_certificate_are_no_good_and_other_keys_do_not_stamp() {
    let pki = Pki::new();
    let imprint = [7; 32];
    let at = pki.now + Duration::days(201);
    let spec = TokenSpec { hash: HashAlgorithm::Sha256, imprint: &imprint, nonce: None, with_certificates: true, serial: 1, at };
    let der = token(&spec, &policy(), &pki.key("stamp")).unwrap();
    let (read, _) = TimeStampToken::read(&der).unwrap();
    assert_eq!(read.check(&read.signer([]).unwrap()).err(), Some(TokenProblem::Validity));
    for name in ["seal", "ocsp"] {
        assert!(matches!(token(&spec, &policy(), &pki.key(name)), Err(AuthorityError::BadSigner)), "{name}");
    }
}

#[test]
fn requests_that_cannot_be_granted_are_told_why() {
    let pki = Pki::new();
    let key = pki.key("stamp");
    let failure = |request: &[u8]| {
        let answered = answer(request, 1, pki.now, &policy(), &key).unwrap();
        let read = TimeStampAnswer::read(&answered).unwrap();
        assert_eq!((read.status, read.token), (2, None));
        read.failure.unwrap()
    };
    assert_eq!(failure(b"nonsense"), StampFailure::BadDataFormat);
    assert_eq!(failure(&[]), StampFailure::BadDataFormat);
    let other = write_time_stamp_request(HashAlgorithm::Sha256, &[1; 32], &[1], Some("1.2.3".parse().unwrap()));
    assert_eq!(failure(&other), StampFailure::UnacceptedPolicy);
    let short = write_time_stamp_request(HashAlgorithm::Sha256, &[1; 31], &[1], None);
    assert_eq!(failure(&short), StampFailure::BadDataFormat);
    let long = write_time_stamp_request(HashAlgorithm::Sha256, &[1; 32], &[1; 65], None);
    assert_eq!(failure(&long), StampFailure::BadRequest);
    fs::write(pki.path("data"), "x").unwrap();
    pki.openssl(&["ts", "-query", "-data", "data", "-sha1", "-out", "query"]).unwrap();
    assert_eq!(failure(&fs::read(pki.path("query")).unwrap()), StampFailure::BadAlgorithm);
    let answered = answer(b"nonsense", 1, pki.now, &policy(), &key).unwrap();
    fs::write(pki.path("answer"), answered).unwrap();
    let text = pki.openssl(&["ts", "-reply", "-in", "answer", "-text"]).unwrap();
    assert!(text.contains("Status: Rejected.") && text.contains("the data submitted has the wrong format"), "{text}");
    // what we ask is what openssl reads
    let request = write_time_stamp_request(HashAlgorithm::Sha384, &[1; 48], &[0xff; 16], None);
    fs::write(pki.path("query"), &request).unwrap();
    let text = pki.openssl(&["ts", "-query", "-in", "query", "-text"]).unwrap();
    assert!(text.contains("Hash Algorithm: sha384") && text.contains("Certificate required: yes"), "{text}");
}

fn times(now: OffsetDateTime) -> OcspTimes {
    OcspTimes { at: now, next_update: now + Duration::days(1) }
}

#[test]
fn openssl_accepts_our_ocsp_answers() {
    let pki = Pki::new();
    let (ca, revoked) = (pki.certificate("ca.pem"), pki.certificate("revoked.chain.pem"));
    let (ca, revoked) = (Certificate::read(&ca).unwrap(), Certificate::read(&revoked).unwrap());
    let since = datetime!(2026-03-01 12:00 UTC);
    let [delegate, issuer] = [pki.key("ocsp"), ca_key(&pki)];
    for (key, name) in [(&delegate, "-sha1"), (&delegate, "-sha256"), (&issuer, "-sha512")] {
        let files = [["-cert", "seal.chain.pem"], ["-cert", "revoked.chain.pem"], ["-cert", "stamp.chain.pem"]].concat();
        let query = ["ocsp", "-issuer", "ca.pem", name];
        pki.openssl(&[&query[..], &files, &["-reqout", "query", "-nonce"]].concat()).unwrap();
        let stamp = pki.certificate("stamp.chain.pem");
        let stamp = Certificate::read(&stamp).unwrap();
        let status = |id: &elicence::cms::certificate_id::CertificateId<'_>| {
            assert!(id.is_issued_by(&ca));
            Some(if id.serial == revoked.serial {
                OcspStatus::Revoked { at: since, reason: Some(1) }
            } else if id.serial == stamp.serial {
                OcspStatus::Unknown
            } else {
                OcspStatus::Good
            })
        };
        let request = fs::read(pki.path("query")).unwrap();
        let answered = ocsp_answer::answer(&request, &status, times(pki.now), key).unwrap();
        fs::write(pki.path("answer"), &answered).unwrap();
        let verify = ["-respin", "answer", "-CAfile", "root.pem", "-no_nonce", "-verify_other", "ca.pem"];
        let said = pki.openssl(&[&query[..], &files, &verify].concat()).unwrap();
        assert!(said.contains("Response verify OK"), "{said}");
        for part in ["seal.chain.pem: good", "revoked.chain.pem: revoked", "stamp.chain.pem: unknown", "Reason: keyCompromise"] {
            assert!(said.contains(part), "{part}: {said}");
        }
        let read = OcspAnswer::read(&answered).unwrap();
        assert_eq!(read.nonce, OcspRequest::read(&request).unwrap().nonce);
        assert!(read.nonce.is_some(), "the nonce comes back");
        read.signed.check(Certificate::read(&key.chain()[0]).unwrap().spki).unwrap();
        assert_eq!(read.answers.len(), 3);
        assert_eq!(read.answers[1].status, OcspStatus::Revoked { at: since, reason: Some(1) });
        assert_eq!((read.produced_at, read.answers[0].next_update), (pki.now, Some(pki.now + Duration::days(1))));
    }
}

/// The issuing authority's own key, as a signer.
fn ca_key(pki: &Pki) -> FileKey {
    FileKey::load(&pki.path("ca.key.pem"), &pki.path("ca.pem"), &Secret::new("x".into())).unwrap()
}

#[test]
fn ocsp_requests_that_get_no_answer() {
    let pki = Pki::new();
    let key = pki.key("ocsp");
    let refused = |request: &[u8]| {
        let answered = ocsp_answer::answer(request, &|_| None, times(pki.now), &key).unwrap();
        OcspAnswer::read(&answered).err()
    };
    assert_eq!(refused(b"nonsense"), Some(OcspError::Refused(1)));
    let ca = pki.certificate("ca.pem");
    let ca = Certificate::read(&ca).unwrap();
    // what we ask is what openssl reads
    let request = write_ocsp_request(&[5], &ca, Some(&[9; 16])).unwrap();
    fs::write(pki.path("query"), &request).unwrap();
    let text = pki.openssl(&["ocsp", "-reqin", "query", "-text"]).unwrap();
    assert!(text.contains("Serial Number: 05") && text.contains("OCSP Nonce"), "{text}");
    assert_eq!(refused(&request), Some(OcspError::Refused(6)), "not our issuer");
    for length in 0..request.len() {
        assert_eq!(refused(&request[..length]), Some(OcspError::Refused(1)), "{length}");
    }
    let signed_by_a_seal = ocsp_answer::answer(&request, &|_| Some(OcspStatus::Good), times(pki.now), &pki.key("seal"));
    assert!(matches!(signed_by_a_seal, Err(AuthorityError::BadSigner)));
}

#[test]
fn certificates_name_their_addresses_and_purposes() {
    let pki = Pki::new();
    let text = |file: &str| pki.openssl(&["x509", "-in", file, "-noout", "-text"]).unwrap();
    let seal = text("seal.chain.pem");
    for part in ["OCSP - URI:http://pki.example/ocsp", "CA Issuers - URI:http://pki.example/ca/ca.cer", "URI:http://pki.example/crl/ca.crl"]
    {
        assert!(seal.contains(part), "{part}: {seal}");
    }
    let ocsp = text("ocsp.chain.pem");
    assert!(ocsp.contains("OCSP Signing") && ocsp.contains("OCSP No Check") && !ocsp.contains("OCSP - URI"), "{ocsp}");
    assert!(!text("ca.pem").contains("OCSP - URI"), "nobody answers for the root");
    let stamp = text("stamp.chain.pem");
    assert!(stamp.contains("Extended Key Usage: critical\n                Time Stamping\n"), "{stamp}");
}
