//! The public-key operations that ring does not offer, by RustCrypto: P-521, ECDSA with SHA-512, PSS with other salts, short RSA keys.

use crate::cms::algorithm::HashAlgorithm;
use p256::ecdsa::signature::hazmat::PrehashVerifier;
use rsa::sha2::{Sha256, Sha384, Sha512};
use rsa::{BigUint, Pkcs1v15Sign, Pss, RsaPublicKey};

/// Longest RSA modulus that is read, bits.
pub const LONGEST_RSA: usize = 8192;

/// One operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// ECDSA on P-256 (FIPS 186-5); the key is a SEC 1 point, the signature DER `SEQUENCE { r, s }`.
    EcdsaP256,
    /// ECDSA on P-384.
    EcdsaP384,
    /// ECDSA on P-521.
    EcdsaP521,
    /// RSASSA-PKCS1-v1_5 (RFC 8017).
    RsaPkcs1,
    /// RSASSA-PSS with MGF1 over the same hash and a salt of this many bytes, no more and no less.
    RsaPss(usize),
}

/// A public key: a point, or modulus and exponent, big-endian.
#[derive(Clone, Copy, Debug)]
pub enum Key<'a> {
    /// SEC 1 point of an elliptic curve.
    Point(&'a [u8]),
    /// RSA.
    Rsa {
        /// Modulus.
        modulus: &'a [u8],
        /// Public exponent.
        exponent: &'a [u8],
    },
}

/// Does `signature` hold over `message`? `None` when it does not, or when the key is malformed.
pub fn holds(operation: Operation, hash: HashAlgorithm, key: Key<'_>, message: &[u8], signature: &[u8]) -> Option<()> {
    let digest = hash.digest(message);
    match (operation, key) {
        (Operation::EcdsaP256, Key::Point(point)) => {
            let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(point).ok()?;
            key.verify_prehash(&digest, &p256::ecdsa::Signature::from_der(signature).ok()?).ok()
        }
        (Operation::EcdsaP384, Key::Point(point)) => {
            let key = p384::ecdsa::VerifyingKey::from_sec1_bytes(point).ok()?;
            key.verify_prehash(&digest, &p384::ecdsa::Signature::from_der(signature).ok()?).ok()
        }
        (Operation::EcdsaP521, Key::Point(point)) => {
            let key = p521::ecdsa::VerifyingKey::from_sec1_bytes(point).ok()?;
            // The crate refuses digests of less than half the field; as a number, a digest is the same with zeros before it.
            let mut padded = [0_u8; 66];
            let start = padded.len().checked_sub(digest.len())?;
            padded.get_mut(start..)?.copy_from_slice(&digest);
            key.verify_prehash(&padded, &p521::ecdsa::Signature::from_der(signature).ok()?).ok()
        }
        (Operation::RsaPkcs1, Key::Rsa { modulus, exponent }) => {
            let scheme = match hash {
                HashAlgorithm::Sha256 => Pkcs1v15Sign::new::<Sha256>(),
                HashAlgorithm::Sha384 => Pkcs1v15Sign::new::<Sha384>(),
                HashAlgorithm::Sha512 => Pkcs1v15Sign::new::<Sha512>(),
            };
            rsa_key(modulus, exponent)?.verify(scheme, &digest, signature).ok()
        }
        (Operation::RsaPss(salt), Key::Rsa { modulus, exponent }) => {
            let scheme = match hash {
                HashAlgorithm::Sha256 => Pss::new_with_salt::<Sha256>(salt),
                HashAlgorithm::Sha384 => Pss::new_with_salt::<Sha384>(salt),
                HashAlgorithm::Sha512 => Pss::new_with_salt::<Sha512>(salt),
            };
            rsa_key(modulus, exponent)?.verify(scheme, &digest, signature).ok()
        }
        (Operation::EcdsaP256 | Operation::EcdsaP384 | Operation::EcdsaP521, Key::Rsa { .. })
        | (Operation::RsaPkcs1 | Operation::RsaPss(_), Key::Point(_)) => None,
    }
}

fn rsa_key(modulus: &[u8], exponent: &[u8]) -> Option<RsaPublicKey> {
    RsaPublicKey::new_with_max_size(BigUint::from_bytes_be(modulus), BigUint::from_bytes_be(exponent), LONGEST_RSA).ok()
}
