//! Signatures and certificates that OpenSSL made, one of every pair of key and algorithm; see tests/vectors/signatures/make.py.

use crate::cms::algorithm::HashAlgorithm;
use crate::cms::algorithm_name::algorithm_name;
use crate::cms::build_path::{PathPurpose, build_path};
use crate::cms::check_signature::{AlgorithmIdentifier, SignatureError, algorithm, check_signature};
use crate::cms::der_read::{DerReader, tag};
use crate::cms::read_certificate::Certificate;
use crate::cms::signature_memory::{SignatureChecks, SignatureMemory};
use base64::{Engine, engine::general_purpose::STANDARD};
use rustls::pki_types::CertificateDer;
use serde::Deserialize;
use std::collections::BTreeMap;
use time::macros::datetime;

#[derive(Deserialize)]
struct Vectors {
    message: String,
    keys: BTreeMap<String, Key>,
    signatures: Vec<Signature>,
}

#[derive(Deserialize)]
struct Key {
    spki: String,
    root: String,
}

#[derive(Deserialize)]
struct Signature {
    name: String,
    key: String,
    digest: String,
    algorithm: String,
    signature: String,
    leaf: Option<String>,
}

fn bytes(text: &str) -> Vec<u8> {
    STANDARD.decode(text).expect("base64")
}

fn vectors() -> Vectors {
    serde_json::from_str(include_str!("../../tests/vectors/signatures/signatures.json")).expect("vectors")
}

fn hash(name: &str) -> Option<HashAlgorithm> {
    match name {
        "sha256" => Some(HashAlgorithm::Sha256),
        "sha384" => Some(HashAlgorithm::Sha384),
        "sha512" => Some(HashAlgorithm::Sha512),
        _ => None,
    }
}

/// What is expected of a signature that OpenSSL made.
fn expected(signature: &Signature) -> Result<(), SignatureError> {
    match signature {
        Signature { name, .. } if name == "RSA PSS" => Err(SignatureError::Contradiction),
        Signature { key, .. } if key == "RSA-1024" => Err(SignatureError::Unsupported),
        _ => Ok(()),
    }
}

#[test]
fn every_pair_is_checked_and_one_bit_makes_it_wrong() {
    let vectors = vectors();
    let message = bytes(&vectors.message);
    let mut seen = 0;
    for signature in &vectors.signatures {
        let (der, spki) = (bytes(&signature.algorithm), bytes(&vectors.keys[&signature.key].spki));
        let claimed = AlgorithmIdentifier::read(&DerReader::new(&der).expect(tag::SEQUENCE).expect("DER")).expect("an identifier");
        let Some(digest) = hash(&signature.digest) else {
            assert_eq!(algorithm(&claimed, HashAlgorithm::Sha256, &spki).err(), Some(SignatureError::Unsupported), "{}", signature.name);
            let nothing = AlgorithmIdentifier { oid: &[], parameters: None };
            assert_eq!(algorithm_name(&claimed, &nothing, &spki), Some(signature.name.as_str()));
            continue;
        };
        let value = bytes(&signature.signature);
        let judged = |message: &[u8], value: &[u8]| {
            let algorithm = algorithm(&claimed, digest, &spki)?;
            assert_eq!(algorithm.name, signature.name);
            check_signature(&algorithm, &spki, message, value)
        };
        let label = format!("{} with {}", signature.name, signature.key);
        assert_eq!(judged(&message, &value), expected(signature), "{label}");
        if expected(signature) != Err(SignatureError::Contradiction) {
            let (mut other, mut longer) = (value.clone(), value.clone());
            other[value.len() - 1] ^= 1;
            longer.push(0);
            assert_eq!(judged(&message, &other), Err(SignatureError::Wrong), "{label}");
            assert_eq!(judged(&message, &longer), Err(SignatureError::Wrong), "{label}");
            assert_eq!(judged(b"something else", &value), Err(SignatureError::Wrong), "{label}");
        }
        seen += 1;
    }
    assert!(seen > 30, "{seen}");
}

#[test]
fn a_pss_signature_is_not_right_with_another_salt_length() {
    let vectors = vectors();
    let message = bytes(&vectors.message);
    let pss = |salt: u8| {
        // A salt of 20 bytes is the default, which DER leaves out.
        let ending = if salt == 20 { vec![4, 2, 1, 5, 0] } else { vec![0xa2, 3, 2, 1, salt] };
        let is =
            |s: &&Signature| s.name == "RSA PSS with SHA-256" && s.key == "RSA-2048" && bytes(&s.algorithm).ends_with(ending.as_slice());
        vectors.signatures.iter().find(is).expect("a signature with that salt")
    };
    let spki = bytes(&vectors.keys["RSA-2048"].spki);
    for (named, made) in [(20, 32), (32, 20), (0, 20), (64, 32)] {
        let der = bytes(&pss(named).algorithm);
        let claimed = AlgorithmIdentifier::read(&DerReader::new(&der).expect(tag::SEQUENCE).expect("DER")).expect("an identifier");
        let algorithm = algorithm(&claimed, HashAlgorithm::Sha256, &spki).expect("supported");
        let judged = check_signature(&algorithm, &spki, &message, &bytes(&pss(made).signature));
        assert_eq!(judged, Err(SignatureError::Wrong), "{made} called {named}");
    }
}

#[test]
fn certificates_are_checked_with_every_pair() {
    let vectors = vectors();
    let mut seen = 0;
    for signature in vectors.signatures.iter().filter(|s| s.key != "RSA-1024" && hash(&s.digest).is_some()) {
        let Some(leaf) = &signature.leaf else { continue };
        let (leaf, root) = (bytes(leaf), CertificateDer::from(bytes(&vectors.keys[&signature.key].root)));
        let anchor = webpki::anchor_from_trusted_cert(&root).expect("an anchor").to_owned();
        let path = |der: &[u8]| {
            let certificate = Certificate::read(der).expect("a certificate");
            let (at, checks) = (datetime!(2027-01-01 00:00 UTC), SignatureChecks::new(&SignatureMemory::default(), 100));
            build_path(&certificate, PathPurpose::Seal, &[], std::slice::from_ref(&anchor), at, &checks).is_ok()
        };
        // The longest salts of keys of unusual length are not in the table of certificates.
        let is_known = !(signature.key == "RSA-2056" && bytes(&signature.algorithm).ends_with(&[2, 2, 0, 223]));
        assert_eq!(path(&leaf), is_known, "{} with {}", signature.name, signature.key);
        let mut other = leaf.clone();
        *other.last_mut().expect("bytes") ^= 1;
        assert!(!path(&other), "{} with {}", signature.name, signature.key);
        seen += 1;
    }
    assert!(seen > 30, "{seen}");
}
