//! Lets a key sign before it is used, and verifies with the key of its certificate.

use crate::{cms::algorithm::SignatureAlgorithm, keys::KeyError, seal::signer::Signer};
use ring::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P384_SHA384_ASN1, ED25519, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey, VerificationAlgorithm,
};

/// What is signed: never a document, an attribute set or a token.
const MESSAGE: &[u8] = b"elicence key self-test: this is not a document";

/// Lets `signer` sign once. An error of its own says that the key could not sign at all.
pub fn self_test(signer: &dyn Signer) -> Result<(), KeyError> {
    let signature = signer.sign(MESSAGE).map_err(|error| KeyError::CannotSign(error.to_string()))?;
    let algorithm = verification(signer.algorithm()).ok_or(KeyError::SelfTest)?;
    let leaf = signer.chain().first().ok_or(KeyError::SelfTest)?;
    let (_, certificate) = x509_parser::parse_x509_certificate(leaf).map_err(|_| KeyError::SelfTest)?;
    let key = certificate.public_key().subject_public_key.data.as_ref();
    UnparsedPublicKey::new(algorithm, key).verify(MESSAGE, &signature).map_err(|_| KeyError::SelfTest)
}

/// The algorithms that keys here sign with.
fn verification(algorithm: SignatureAlgorithm) -> Option<&'static dyn VerificationAlgorithm> {
    match algorithm {
        SignatureAlgorithm::EcdsaP256Sha256 => Some(&ECDSA_P256_SHA256_ASN1),
        SignatureAlgorithm::EcdsaP384Sha384 => Some(&ECDSA_P384_SHA384_ASN1),
        SignatureAlgorithm::RsaPkcs1Sha256 => Some(&RSA_PKCS1_2048_8192_SHA256),
        SignatureAlgorithm::Ed25519 => Some(&ED25519),
        SignatureAlgorithm::RsaPkcs1Sha384
        | SignatureAlgorithm::RsaPkcs1Sha512
        | SignatureAlgorithm::RsaPssSha256
        | SignatureAlgorithm::RsaPssSha384
        | SignatureAlgorithm::RsaPssSha512 => None,
    }
}
