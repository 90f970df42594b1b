//! How a report names the algorithm of a signature, also one that is too weak or too rare to be checked.

use crate::cms::check_signature::{AlgorithmIdentifier, algorithm};
use const_oid::ObjectIdentifier;

/// Algorithms that are known but never checked, or that name no hash of their own.
const UNCHECKED: &[(&str, &str)] = &[
    ("1.2.840.113549.1.1.2", "RSA PKCS#1 v1.5 with MD2"),
    ("1.2.840.113549.1.1.4", "RSA PKCS#1 v1.5 with MD5"),
    ("1.2.840.113549.1.1.5", "RSA PKCS#1 v1.5 with SHA-1"),
    ("1.2.840.113549.1.1.14", "RSA PKCS#1 v1.5 with SHA-224"),
    ("1.2.840.113549.1.1.10", "RSA PSS"),
    ("1.2.840.10045.4.1", "ECDSA with SHA-1"),
    ("1.2.840.10045.4.3.1", "ECDSA with SHA-224"),
    ("1.2.840.10045.4.3.2", "ECDSA with SHA-256"),
    ("1.2.840.10045.4.3.3", "ECDSA with SHA-384"),
    ("1.2.840.10045.4.3.4", "ECDSA with SHA-512"),
    ("2.16.840.1.101.3.4.3.10", "ECDSA with SHA3-256"),
    ("2.16.840.1.101.3.4.3.14", "RSA PKCS#1 v1.5 with SHA3-256"),
    ("1.2.840.10040.4.3", "DSA with SHA-1"),
    ("2.16.840.1.101.3.4.3.2", "DSA with SHA-256"),
    ("1.3.101.113", "Ed448"),
    ("1.2.156.10197.1.501", "SM2 with SM3"),
];

/// Hashes beside SHA-256, SHA-384 and SHA-512, for `rsaEncryption`, which names none.
const UNCHECKED_RSA: &[(&str, &str)] = &[
    ("1.2.840.113549.2.5", "RSA PKCS#1 v1.5 with MD5"),
    ("1.3.14.3.2.26", "RSA PKCS#1 v1.5 with SHA-1"),
    ("2.16.840.1.101.3.4.2.4", "RSA PKCS#1 v1.5 with SHA-224"),
];

const RSA: &str = "1.2.840.113549.1.1.1";

/// The name of the algorithm `claimed` with the content digest `digest` and the key `spki`; `None` for one that nobody here has heard of.
pub fn algorithm_name(claimed: &AlgorithmIdentifier<'_>, digest: &AlgorithmIdentifier<'_>, spki: &[u8]) -> Option<&'static str> {
    if let Some(checked) = digest.hash().and_then(|hash| algorithm(claimed, hash, spki).ok()) {
        return Some(checked.name);
    }
    let find = |table: &[(&str, &'static str)], oid: &[u8]| {
        let is = |text: &str| ObjectIdentifier::new(text).is_ok_and(|known| known.as_bytes() == oid);
        table.iter().find(|(known, _)| is(known)).map(|(_, name)| *name)
    };
    if find(&[(RSA, "")], claimed.oid).is_some() { find(UNCHECKED_RSA, digest.oid) } else { find(UNCHECKED, claimed.oid) }
}
