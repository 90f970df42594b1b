//! The algorithms by which certificates may be signed: SHA-2 with ECDSA on P-256, P-384 and P-521, Ed25519, and RSA of at least 2048 bit.

use crate::cms::algorithm::HashAlgorithm;
use crate::cms::check_signature::rsa_numbers;
use crate::cms::check_with_rustcrypto::{Key, Operation, holds};
use rustls::pki_types::{AlgorithmIdentifier, InvalidSignature, SignatureVerificationAlgorithm, alg_id};
use std::sync::LazyLock;
use webpki::ring;

/// All of them, for path building: by ring, and after these by RustCrypto what ring cannot do.
pub static CERTIFICATE_ALGORITHMS: LazyLock<Vec<&'static dyn SignatureVerificationAlgorithm>> = LazyLock::new(|| {
    let others = ECDSA.iter().chain(&PSS_SHA256).chain(&PSS_SHA384).chain(&PSS_SHA512).map(|other| other as _);
    BY_RING.iter().copied().chain(others).collect()
});

static BY_RING: &[&dyn SignatureVerificationAlgorithm] = &[
    ring::ECDSA_P256_SHA256,
    ring::ECDSA_P256_SHA384,
    ring::ECDSA_P384_SHA256,
    ring::ECDSA_P384_SHA384,
    ring::ED25519,
    ring::RSA_PKCS1_2048_8192_SHA256,
    ring::RSA_PKCS1_2048_8192_SHA384,
    ring::RSA_PKCS1_2048_8192_SHA512,
    ring::RSA_PKCS1_2048_8192_SHA256_ABSENT_PARAMS,
    ring::RSA_PKCS1_2048_8192_SHA384_ABSENT_PARAMS,
    ring::RSA_PKCS1_2048_8192_SHA512_ABSENT_PARAMS,
    ring::RSA_PSS_2048_8192_SHA256_LEGACY_KEY,
    ring::RSA_PSS_2048_8192_SHA384_LEGACY_KEY,
    ring::RSA_PSS_2048_8192_SHA512_LEGACY_KEY,
];

/// One pair of key and signature algorithm that RustCrypto checks.
#[derive(Debug)]
struct ByRustCrypto {
    key: AlgorithmIdentifier,
    signature: AlgorithmIdentifier,
    operation: Operation,
    hash: HashAlgorithm,
}

impl SignatureVerificationAlgorithm for ByRustCrypto {
    fn verify_signature(&self, public_key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        let key = match self.operation {
            Operation::EcdsaP256 | Operation::EcdsaP384 | Operation::EcdsaP521 => Key::Point(public_key),
            Operation::RsaPkcs1 | Operation::RsaPss(_) => {
                let (modulus, exponent) = rsa_numbers(public_key).map_err(|_| InvalidSignature)?;
                // 2048 bit and more, as for the other algorithms.
                if modulus.len() < 256 {
                    return Err(InvalidSignature);
                }
                Key::Rsa { modulus, exponent }
            }
        };
        holds(self.operation, self.hash, key, message, signature).ok_or(InvalidSignature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        self.key
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        self.signature
    }
}

const fn ecdsa(key: AlgorithmIdentifier, operation: Operation, hash: HashAlgorithm) -> ByRustCrypto {
    let signature = match hash {
        HashAlgorithm::Sha256 => alg_id::ECDSA_SHA256,
        HashAlgorithm::Sha384 => alg_id::ECDSA_SHA384,
        HashAlgorithm::Sha512 => alg_id::ECDSA_SHA512,
    };
    ByRustCrypto { key, signature, operation, hash }
}

static ECDSA: [ByRustCrypto; 5] = [
    ecdsa(alg_id::ECDSA_P256, Operation::EcdsaP256, HashAlgorithm::Sha512),
    ecdsa(alg_id::ECDSA_P384, Operation::EcdsaP384, HashAlgorithm::Sha512),
    ecdsa(alg_id::ECDSA_P521, Operation::EcdsaP521, HashAlgorithm::Sha256),
    ecdsa(alg_id::ECDSA_P521, Operation::EcdsaP521, HashAlgorithm::Sha384),
    ecdsa(alg_id::ECDSA_P521, Operation::EcdsaP521, HashAlgorithm::Sha512),
];

/// Length of [`pss_identifier`] without a salt length, which means 20.
const WITHOUT_SALT: usize = 60;

/// Content of the AlgorithmIdentifier of RSASSA-PSS, as `cms::algorithm_identifier` writes it; `hash` is the last arc of the SHA-2
/// family. `N` is 65 for a salt of less than 128 bytes, 66 for a longer one, [`WITHOUT_SALT`] for one of 20.
const fn pss_identifier<const N: usize>(hash: u8, salt: usize) -> [u8; N] {
    const HEAD: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a\x30\x34\xa0\x0f\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\xa1\x1c\x30\x1a\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\xa2\x03\x02\x01";
    let mut out = [0; N];
    let mut at = 0;
    while at < HEAD.len() && at < N {
        out[at] = HEAD[at];
        at += 1;
    }
    out[12] = (HEAD[12] as usize + N - 65) as u8;
    out[27] = hash;
    out[57] = hash;
    if N > WITHOUT_SALT {
        out[61] = (N - 62) as u8;
        out[63] = (N - 64) as u8;
        out[N - 1] = (salt & 0xff) as u8;
    }
    if N > 65 {
        out[N - 2] = (salt >> 8) as u8;
    }
    out
}

/// RSASSA-PSS under a key of `rsaEncryption`.
const fn pss(identifier: &'static [u8], salt: usize, hash: HashAlgorithm) -> ByRustCrypto {
    let signature = AlgorithmIdentifier::from_slice(identifier);
    ByRustCrypto { key: alg_id::RSA_ENCRYPTION, signature, operation: Operation::RsaPss(salt), hash }
}

macro_rules! pss {
    ($name:ident, $count:literal, $hash:ident, $arc:literal, short: $($short:literal)*, long: $($long:literal)*) => {
        static $name: [ByRustCrypto; $count] = [
            pss(&const { pss_identifier::<WITHOUT_SALT>($arc, 20) }, 20, HashAlgorithm::$hash),
            $(pss(&const { pss_identifier::<65>($arc, $short) }, $short, HashAlgorithm::$hash),)*
            $(pss(&const { pss_identifier::<66>($arc, $long) }, $long, HashAlgorithm::$hash),)*
        ];
    };
}

// Salts that are met besides the length of the hash: none, the default of RFC 4055, other hashes' lengths, and the longest that
// fits 2048, 3072 and 4096 bit, which OpenSSL takes when it is not told.
pss!(PSS_SHA256, 7, Sha256, 1, short: 0 48 64, long: 222 350 478);
pss!(PSS_SHA384, 7, Sha384, 2, short: 0 32 64, long: 206 334 462);
pss!(PSS_SHA512, 7, Sha512, 3, short: 0 32 48, long: 190 318 446);
