//! Which algorithm a signature claims, and whether the signature holds under a public key. Verification by ring.

use crate::cms::algorithm::HashAlgorithm;
use crate::cms::der_read::{DerError, DerReader, Tlv, tag};
use const_oid::ObjectIdentifier;
use ring::signature::{self, VerificationAlgorithm};

/// An AlgorithmIdentifier as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlgorithmIdentifier<'a> {
    /// Content octets of the object identifier.
    pub oid: &'a [u8],
    /// The parameters, whole; `None` when absent.
    pub parameters: Option<&'a [u8]>,
}

/// A signature algorithm that can be checked, and that fits the key.
#[derive(Clone, Copy)]
pub struct CheckedAlgorithm {
    /// How a report names it.
    pub name: &'static str,
    /// Its hash.
    pub hash: HashAlgorithm,
    verification: &'static dyn VerificationAlgorithm,
}

/// Why a signature could not be checked, or did not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// The algorithm, or the size of the key, is not one that we check.
    #[error("the algorithm or the size of the key is not supported")]
    Unsupported,
    /// Algorithm identifiers contradict each other, the hash, or the key.
    #[error("the algorithm identifiers contradict each other")]
    Contradiction,
    /// The signature does not hold.
    #[error("the signature does not hold")]
    Wrong,
}

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const RSA_PSS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");
const RSA_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");
const RSA_SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.12");
const RSA_SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.13");
const MGF1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.8");
const EC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const ECDSA_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");
const ECDSA_SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.3");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

impl<'a> AlgorithmIdentifier<'a> {
    /// Reads the content of `SEQUENCE { OID, parameters OPTIONAL }`.
    pub fn read(sequence: &Tlv<'a>) -> Result<Self, DerError> {
        let mut inside = sequence.inside();
        let oid = inside.expect(tag::OID)?.value;
        let parameters = if inside.at_end() { None } else { Some(inside.any()?.whole) };
        inside.end()?;
        Ok(Self { oid, parameters })
    }

    /// Is it this identifier, without parameters or with NULL?
    fn is(&self, oid: ObjectIdentifier) -> bool {
        self.oid == oid.as_bytes() && matches!(self.parameters, None | Some([5, 0]))
    }

    /// The hash algorithm; `None` for any other than SHA-256, SHA-384 and SHA-512. Parameters absent or NULL (RFC 5754).
    pub fn hash(&self) -> Option<HashAlgorithm> {
        [HashAlgorithm::Sha256, HashAlgorithm::Sha384, HashAlgorithm::Sha512].into_iter().find(|hash| self.is(hash.oid()))
    }
}

/// Finds the algorithm of a signature whose content digest has the algorithm `digest`, made with the key `spki`.
pub fn algorithm(claimed: &AlgorithmIdentifier<'_>, digest: HashAlgorithm, spki: &[u8]) -> Result<CheckedAlgorithm, SignatureError> {
    let (key, _) = public_key(spki)?;
    let rsa_key = key.oid == RSA.as_bytes() || key.oid == RSA_PSS.as_bytes();
    let with = |oid: ObjectIdentifier| claimed.is(oid);
    let hash = if with(RSA_SHA256) || with(ECDSA_SHA256) {
        HashAlgorithm::Sha256
    } else if with(RSA_SHA384) || with(ECDSA_SHA384) {
        HashAlgorithm::Sha384
    } else if with(RSA_SHA512) || with(ED25519) {
        HashAlgorithm::Sha512
    } else if with(RSA) {
        digest
    } else if claimed.oid == RSA_PSS.as_bytes() {
        pss_hash(claimed.parameters)?
    } else {
        return Err(SignatureError::Unsupported);
    };
    if hash != digest {
        return Err(SignatureError::Contradiction);
    }
    let pick = |name, verification: &'static dyn VerificationAlgorithm| Ok(CheckedAlgorithm { name, hash, verification });
    if with(ECDSA_SHA256) || with(ECDSA_SHA384) {
        if key.oid != EC_KEY.as_bytes() {
            return Err(SignatureError::Contradiction);
        }
        let curve = key.parameters.and_then(|p| DerReader::new(p).expect(tag::OID).ok()).map(|oid| oid.value);
        return match (curve, hash) {
            (Some(c), HashAlgorithm::Sha256) if c == P256.as_bytes() => {
                pick("ECDSA P-256 with SHA-256", &signature::ECDSA_P256_SHA256_ASN1)
            }
            (Some(c), HashAlgorithm::Sha384) if c == P256.as_bytes() => {
                pick("ECDSA P-256 with SHA-384", &signature::ECDSA_P256_SHA384_ASN1)
            }
            (Some(c), HashAlgorithm::Sha256) if c == P384.as_bytes() => {
                pick("ECDSA P-384 with SHA-256", &signature::ECDSA_P384_SHA256_ASN1)
            }
            (Some(c), HashAlgorithm::Sha384) if c == P384.as_bytes() => {
                pick("ECDSA P-384 with SHA-384", &signature::ECDSA_P384_SHA384_ASN1)
            }
            _ => Err(SignatureError::Unsupported),
        };
    }
    if with(ED25519) {
        let right = key.is(ED25519) && key.parameters.is_none() && claimed.parameters.is_none();
        return if right { pick("Ed25519", &signature::ED25519) } else { Err(SignatureError::Contradiction) };
    }
    let pss = claimed.oid == RSA_PSS.as_bytes();
    if !rsa_key || (key.oid == RSA_PSS.as_bytes() && !pss) {
        return Err(SignatureError::Contradiction);
    }
    match (pss, hash) {
        (false, HashAlgorithm::Sha256) => pick("RSA PKCS#1 v1.5 with SHA-256", &signature::RSA_PKCS1_2048_8192_SHA256),
        (false, HashAlgorithm::Sha384) => pick("RSA PKCS#1 v1.5 with SHA-384", &signature::RSA_PKCS1_2048_8192_SHA384),
        (false, HashAlgorithm::Sha512) => pick("RSA PKCS#1 v1.5 with SHA-512", &signature::RSA_PKCS1_2048_8192_SHA512),
        (true, HashAlgorithm::Sha256) => pick("RSA PSS with SHA-256", &signature::RSA_PSS_2048_8192_SHA256),
        (true, HashAlgorithm::Sha384) => pick("RSA PSS with SHA-384", &signature::RSA_PSS_2048_8192_SHA384),
        (true, HashAlgorithm::Sha512) => pick("RSA PSS with SHA-512", &signature::RSA_PSS_2048_8192_SHA512),
    }
}

/// Does `signature` hold over `message` under the key `spki`?
pub fn check_signature(algorithm: &CheckedAlgorithm, spki: &[u8], message: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
    let (key, bits) = public_key(spki)?;
    if (key.oid == RSA.as_bytes() || key.oid == RSA_PSS.as_bytes()) && !(2048..=8192).contains(&rsa_bits(bits)?) {
        return Err(SignatureError::Unsupported);
    }
    signature::UnparsedPublicKey::new(algorithm.verification, bits).verify(message, signature).map_err(|_| SignatureError::Wrong)
}

/// The bits of the public key in a SubjectPublicKeyInfo: what key hashes are taken over.
pub fn key_bits(spki: &[u8]) -> Option<&[u8]> {
    public_key(spki).ok().map(|(_, bits)| bits)
}

/// Algorithm and bits of a SubjectPublicKeyInfo.
fn public_key(spki: &[u8]) -> Result<(AlgorithmIdentifier<'_>, &[u8]), SignatureError> {
    let read = || -> Result<_, DerError> {
        let mut outer = DerReader::new(spki);
        let mut inside = outer.expect(tag::SEQUENCE)?.inside();
        outer.end()?;
        let algorithm = AlgorithmIdentifier::read(&inside.expect(tag::SEQUENCE)?)?;
        let bits = inside.expect(tag::BIT_STRING)?.octets_of_bits()?;
        inside.end()?;
        Ok((algorithm, bits))
    };
    read().map_err(|_| SignatureError::Unsupported)
}

/// Length in bits of the modulus of an RSAPublicKey.
fn rsa_bits(key: &[u8]) -> Result<usize, SignatureError> {
    let read = || -> Result<usize, DerError> {
        let modulus = DerReader::new(key).expect(tag::SEQUENCE)?.inside().expect(tag::INTEGER)?.value;
        let digits = modulus.iter().position(|b| *b != 0).and_then(|first| modulus.get(first..)).unwrap_or_default();
        Ok((digits.len() * 8).saturating_sub(digits.first().map_or(0, |b| b.leading_zeros() as usize)))
    };
    read().map_err(|_| SignatureError::Unsupported)
}

/// The hash of RSASSA-PSS parameters (RFC 4055): MGF1 with the same hash, a salt as long as the hash, trailer field 1.
fn pss_hash(parameters: Option<&[u8]>) -> Result<HashAlgorithm, SignatureError> {
    let read = |bytes| -> Result<_, DerError> {
        let mut inside = DerReader::new(bytes).expect(tag::SEQUENCE)?.inside();
        let hash = AlgorithmIdentifier::read(&inside.expect(tag::CONTEXT_0)?.only(tag::SEQUENCE)?)?;
        let mask = AlgorithmIdentifier::read(&inside.expect(tag::CONTEXT_1)?.only(tag::SEQUENCE)?)?;
        let salt = inside.expect(tag::CONTEXT_2)?.only(tag::INTEGER)?.small()?;
        let trailer = inside.optional(tag::CONTEXT_3)?.map(|tlv| tlv.only(tag::INTEGER)?.small()).transpose()?;
        inside.end()?;
        let mask_hash = DerReader::new(mask.parameters.unwrap_or_default()).expect(tag::SEQUENCE)?;
        Ok((hash, mask.oid, AlgorithmIdentifier::read(&mask_hash)?, salt, trailer))
    };
    // Absent parameters, or absent fields of them, mean SHA-1.
    let (hash, mask, mask_hash, salt, trailer) = read(parameters.unwrap_or_default()).map_err(|_| SignatureError::Unsupported)?;
    let hash = hash.hash().ok_or(SignatureError::Unsupported)?;
    if mask != MGF1.as_bytes() || mask_hash.hash() != Some(hash) {
        return Err(SignatureError::Contradiction);
    }
    let length = hash.ring().output_len();
    if salt as usize != length || trailer.is_some_and(|t| t != 1) { Err(SignatureError::Unsupported) } else { Ok(hash) }
}
