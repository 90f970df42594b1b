//! A private key in ring's hands: it signs, and knows its public key.

use crate::{
    cms::{
        algorithm::SignatureAlgorithm,
        der_write::{NULL, bit_string, oid, sequence},
    },
    seal::signer::{SignError, Signer},
};
use const_oid::db::{rfc5912, rfc8410};
use ring::{
    rand::SystemRandom,
    rsa,
    signature::{
        self, ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256,
    },
};
use std::fmt;

/// A private key without a certificate. It signs (issues certificates, for instance) but has no chain.
pub struct PrivateKey {
    pair: Pair,
    random: SystemRandom,
}

enum Pair {
    P256(EcdsaKeyPair),
    P384(EcdsaKeyPair),
    Rsa(Box<rsa::KeyPair>),
    Ed25519(Ed25519KeyPair),
}

impl PrivateKey {
    /// Reads PKCS#8 in DER; `None` for a key that ring does not take: ECDSA P-256 or P-384 (with its public key inside), RSA of
    /// 2048 to 4096 bits, Ed25519.
    pub fn from_pkcs8(der: &[u8]) -> Option<Self> {
        let random = SystemRandom::new();
        let ecdsa = |algorithm| EcdsaKeyPair::from_pkcs8(algorithm, der, &random).ok();
        let pair = ecdsa(&ECDSA_P256_SHA256_ASN1_SIGNING)
            .map(Pair::P256)
            .or_else(|| ecdsa(&ECDSA_P384_SHA384_ASN1_SIGNING).map(Pair::P384))
            .or_else(|| rsa::KeyPair::from_pkcs8(der).ok().map(|pair| Pair::Rsa(Box::new(pair))))
            .or_else(|| Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).ok().map(Pair::Ed25519))?;
        Some(Self { pair, random })
    }

    /// The public key as ring and certificates hold it inside the BIT STRING.
    pub fn public_key_bits(&self) -> &[u8] {
        match &self.pair {
            Pair::P256(pair) | Pair::P384(pair) => pair.public_key().as_ref(),
            Pair::Rsa(pair) => pair.public_key().as_ref(),
            Pair::Ed25519(pair) => pair.public_key().as_ref(),
        }
    }

    /// SubjectPublicKeyInfo, DER (RFC 5480, RFC 3279, RFC 8410).
    pub fn public_key(&self) -> Vec<u8> {
        let algorithm = match &self.pair {
            Pair::P256(_) => sequence(&[&oid(rfc5912::ID_EC_PUBLIC_KEY), &oid(rfc5912::SECP_256_R_1)]),
            Pair::P384(_) => sequence(&[&oid(rfc5912::ID_EC_PUBLIC_KEY), &oid(rfc5912::SECP_384_R_1)]),
            Pair::Rsa(_) => sequence(&[&oid(rfc5912::RSA_ENCRYPTION), NULL]),
            Pair::Ed25519(_) => sequence(&[&oid(rfc8410::ID_ED_25519)]),
        };
        sequence(&[&algorithm, &bit_string(self.public_key_bits())])
    }

    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, ring::error::Unspecified> {
        match &self.pair {
            Pair::P256(pair) | Pair::P384(pair) => Ok(pair.sign(&self.random, message)?.as_ref().to_vec()),
            Pair::Rsa(pair) => {
                let mut out = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &self.random, message, &mut out)?;
                Ok(out)
            }
            Pair::Ed25519(pair) => Ok(signature::Signature::as_ref(&pair.sign(message)).to_vec()),
        }
    }
}

impl Signer for PrivateKey {
    fn algorithm(&self) -> SignatureAlgorithm {
        match &self.pair {
            Pair::P256(_) => SignatureAlgorithm::EcdsaP256Sha256,
            Pair::P384(_) => SignatureAlgorithm::EcdsaP384Sha384,
            Pair::Rsa(_) => SignatureAlgorithm::RsaPkcs1Sha256,
            Pair::Ed25519(_) => SignatureAlgorithm::Ed25519,
        }
    }

    fn chain(&self) -> &[Vec<u8>] {
        &[]
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        self.try_sign(message).map_err(|_| SignError::Failed("ring refused the operation".into()))
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey({})", self.algorithm().name())
    }
}
