//! Which algorithm a signature claims, and whether the signature holds under a public key. Verification by ring, and by
//! RustCrypto where ring cannot.

use crate::cms::algorithm::HashAlgorithm;
use crate::cms::check_with_rustcrypto::{Key, LONGEST_RSA, Operation, holds};
use crate::cms::der_read::{DerError, DerReader, Tlv, tag};
use crate::cms::pss_parameters::PssParameters;
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
    /// Size of the key in bits: the modulus of RSA, the field of a curve.
    pub key_size: usize,
    means: Means,
}

/// Who does the mathematics.
#[derive(Clone, Copy)]
enum Means {
    Ring(&'static dyn VerificationAlgorithm),
    RustCrypto(Operation),
}

/// Shortest RSA modulus that is looked at, and shortest that a signature may rest on, bits.
const SHORTEST_RSA_READ: usize = 1024;
const SHORTEST_RSA_TRUSTED: usize = 2048;

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
pub(super) const RSA_PSS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");
const RSA_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");
const RSA_SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.12");
const RSA_SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.13");
const EC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const P521: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.35");
const ECDSA_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");
const ECDSA_SHA384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.3");
const ECDSA_SHA512: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.4");
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

/// What an AlgorithmIdentifier of a signature claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Claim {
    Ecdsa(HashAlgorithm),
    Ed25519,
    RsaPkcs1(HashAlgorithm),
    RsaPss(PssParameters),
}

impl Claim {
    /// `rsaEncryption` names no hash: it is that of the content digest.
    fn read(claimed: &AlgorithmIdentifier<'_>, digest: HashAlgorithm) -> Result<Self, SignatureError> {
        use HashAlgorithm::{Sha256, Sha384, Sha512};
        if claimed.oid == RSA_PSS.as_bytes() {
            return PssParameters::read(claimed.parameters.unwrap_or_default()).map(Self::RsaPss);
        }
        let table = [
            (ECDSA_SHA256, Self::Ecdsa(Sha256)),
            (ECDSA_SHA384, Self::Ecdsa(Sha384)),
            (ECDSA_SHA512, Self::Ecdsa(Sha512)),
            (ED25519, Self::Ed25519),
            (RSA, Self::RsaPkcs1(digest)),
            (RSA_SHA256, Self::RsaPkcs1(Sha256)),
            (RSA_SHA384, Self::RsaPkcs1(Sha384)),
            (RSA_SHA512, Self::RsaPkcs1(Sha512)),
        ];
        table.into_iter().find(|(oid, _)| claimed.is(*oid)).map(|(_, claim)| claim).ok_or(SignatureError::Unsupported)
    }

    fn hash(self) -> HashAlgorithm {
        match self {
            Self::Ecdsa(hash) | Self::RsaPkcs1(hash) => hash,
            Self::RsaPss(parameters) => parameters.hash,
            Self::Ed25519 => HashAlgorithm::Sha512,
        }
    }
}

/// Finds the algorithm of a signature whose content digest has the algorithm `digest`, made with the key `spki`.
pub fn algorithm(claimed: &AlgorithmIdentifier<'_>, digest: HashAlgorithm, spki: &[u8]) -> Result<CheckedAlgorithm, SignatureError> {
    let (key, bits) = public_key(spki)?;
    let claim = Claim::read(claimed, digest)?;
    let hash = claim.hash();
    if hash != digest {
        return Err(SignatureError::Contradiction);
    }
    let rsa = |name, ring: &'static dyn VerificationAlgorithm, other| {
        let size = rsa_bits(bits)?;
        // ring and RustCrypto take exponents of up to 33 bit.
        if rsa_numbers(bits)?.1.len() > 5 {
            return Err(SignatureError::Unsupported);
        }
        let means = if (2048..=LONGEST_RSA).contains(&size) { Means::Ring(ring) } else { Means::RustCrypto(other) };
        Ok(CheckedAlgorithm { name, hash, key_size: size, means })
    };
    match claim {
        Claim::Ecdsa(hash) if key.oid == EC_KEY.as_bytes() => {
            let curve = key.parameters.and_then(|p| DerReader::new(p).expect(tag::OID).ok()).map(|oid| oid.value);
            let curve = curve.and_then(|curve| [P256, P384, P521].into_iter().find(|known| known.as_bytes() == curve));
            let (name, key_size, means) = ecdsa(curve.ok_or(SignatureError::Unsupported)?, hash);
            Ok(CheckedAlgorithm { name, hash, key_size, means })
        }
        Claim::Ed25519 if key.is(ED25519) && key.parameters.is_none() && claimed.parameters.is_none() => {
            Ok(CheckedAlgorithm { name: "Ed25519", hash, key_size: 256, means: Means::Ring(&signature::ED25519) })
        }
        Claim::RsaPkcs1(hash) if key.oid == RSA.as_bytes() => match hash {
            HashAlgorithm::Sha256 => rsa("RSA PKCS#1 v1.5 with SHA-256", &signature::RSA_PKCS1_2048_8192_SHA256, Operation::RsaPkcs1),
            HashAlgorithm::Sha384 => rsa("RSA PKCS#1 v1.5 with SHA-384", &signature::RSA_PKCS1_2048_8192_SHA384, Operation::RsaPkcs1),
            HashAlgorithm::Sha512 => rsa("RSA PKCS#1 v1.5 with SHA-512", &signature::RSA_PKCS1_2048_8192_SHA512, Operation::RsaPkcs1),
        },
        Claim::RsaPss(parameters) if key.oid == RSA.as_bytes() || parameters.fit_key(&key)? => {
            let (name, ring): (_, &'static dyn VerificationAlgorithm) = match hash {
                HashAlgorithm::Sha256 => ("RSA PSS with SHA-256", &signature::RSA_PSS_2048_8192_SHA256),
                HashAlgorithm::Sha384 => ("RSA PSS with SHA-384", &signature::RSA_PSS_2048_8192_SHA384),
                HashAlgorithm::Sha512 => ("RSA PSS with SHA-512", &signature::RSA_PSS_2048_8192_SHA512),
            };
            let operation = Operation::RsaPss(parameters.salt);
            if parameters.salt == hash.ring().output_len() {
                return rsa(name, ring, operation);
            }
            Ok(CheckedAlgorithm { name, hash, key_size: rsa_bits(bits)?, means: Means::RustCrypto(operation) })
        }
        Claim::Ecdsa(_) | Claim::Ed25519 | Claim::RsaPkcs1(_) | Claim::RsaPss(_) => Err(SignatureError::Contradiction),
    }
}

fn ecdsa(curve: ObjectIdentifier, hash: HashAlgorithm) -> (&'static str, usize, Means) {
    use HashAlgorithm::{Sha256, Sha384, Sha512};
    use Means::{Ring, RustCrypto};
    match (curve, hash) {
        (P256, Sha256) => ("ECDSA P-256 with SHA-256", 256, Ring(&signature::ECDSA_P256_SHA256_ASN1)),
        (P256, Sha384) => ("ECDSA P-256 with SHA-384", 256, Ring(&signature::ECDSA_P256_SHA384_ASN1)),
        (P256, Sha512) => ("ECDSA P-256 with SHA-512", 256, RustCrypto(Operation::EcdsaP256)),
        (P384, Sha256) => ("ECDSA P-384 with SHA-256", 384, Ring(&signature::ECDSA_P384_SHA256_ASN1)),
        (P384, Sha384) => ("ECDSA P-384 with SHA-384", 384, Ring(&signature::ECDSA_P384_SHA384_ASN1)),
        (P384, Sha512) => ("ECDSA P-384 with SHA-512", 384, RustCrypto(Operation::EcdsaP384)),
        (_, Sha256) => ("ECDSA P-521 with SHA-256", 521, RustCrypto(Operation::EcdsaP521)),
        (_, Sha384) => ("ECDSA P-521 with SHA-384", 521, RustCrypto(Operation::EcdsaP521)),
        (_, Sha512) => ("ECDSA P-521 with SHA-512", 521, RustCrypto(Operation::EcdsaP521)),
    }
}

/// Does `signature` hold over `message` under the key `spki`? RSA of less than 2048 bit may be wrong, but never right: nobody
/// may rest on it today, so it is [`SignatureError::Unsupported`] at best.
pub fn check_signature(algorithm: &CheckedAlgorithm, spki: &[u8], message: &[u8], signature: &[u8]) -> Result<(), SignatureError> {
    let (key, bits) = public_key(spki)?;
    let is_rsa = key.oid == RSA.as_bytes() || key.oid == RSA_PSS.as_bytes();
    if is_rsa && !(SHORTEST_RSA_READ..=LONGEST_RSA).contains(&algorithm.key_size) {
        return Err(SignatureError::Unsupported);
    }
    match algorithm.means {
        Means::Ring(verification) => {
            signature::UnparsedPublicKey::new(verification, bits).verify(message, signature).map_err(|_| SignatureError::Wrong)?;
        }
        Means::RustCrypto(operation) => {
            let key = if is_rsa {
                let (modulus, exponent) = rsa_numbers(bits)?;
                Key::Rsa { modulus, exponent }
            } else {
                Key::Point(bits)
            };
            holds(operation, algorithm.hash, key, message, signature).ok_or(SignatureError::Wrong)?;
        }
    }
    if is_rsa && algorithm.key_size < SHORTEST_RSA_TRUSTED { Err(SignatureError::Unsupported) } else { Ok(()) }
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

/// Modulus and exponent of an RSAPublicKey, without leading zeros.
pub(super) fn rsa_numbers(key: &[u8]) -> Result<(&[u8], &[u8]), SignatureError> {
    let read = || -> Result<_, DerError> {
        let mut inside = DerReader::new(key).expect(tag::SEQUENCE)?.inside();
        let (modulus, exponent) = (inside.expect(tag::INTEGER)?.value, inside.expect(tag::INTEGER)?.value);
        inside.end()?;
        Ok((modulus, exponent))
    };
    let (modulus, exponent) = read().map_err(|_| SignatureError::Unsupported)?;
    Ok((modulus.strip_prefix(&[0]).unwrap_or(modulus), exponent.strip_prefix(&[0]).unwrap_or(exponent)))
}

/// Length in bits of the modulus of an RSAPublicKey.
fn rsa_bits(key: &[u8]) -> Result<usize, SignatureError> {
    let (modulus, _) = rsa_numbers(key)?;
    Ok((modulus.len() * 8).saturating_sub(modulus.first().map_or(0, |b| b.leading_zeros() as usize)))
}
