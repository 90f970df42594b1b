//! The public keys that sign QR tokens and status lists, each pinned to an algorithm, an issuer, licence types and a validity.

use crate::domain::digest::Digest;
use base64::{Engine, engine::general_purpose::STANDARD};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use spki::{SubjectPublicKeyInfoRef, der::Decode};
use time::OffsetDateTime;

/// Signature algorithms of tokens, fully specified (RFC 9864).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenAlgorithm {
    /// COSE -9: ECDSA on P-256 with SHA-256; raw signature `r || s`, 64 bytes.
    Esp256,
    /// COSE -19: Ed25519; 64 bytes.
    Ed25519,
}

impl TokenAlgorithm {
    /// The COSE algorithm identifier.
    pub fn cose_id(self) -> i64 {
        match self {
            Self::Esp256 => -9,
            Self::Ed25519 => -19,
        }
    }

    /// The algorithm of a COSE identifier; `None` for one that tokens do not use.
    pub fn from_cose_id(id: i64) -> Option<Self> {
        match id {
            -9 => Some(Self::Esp256),
            -19 => Some(Self::Ed25519),
            _ => None,
        }
    }
}

/// Why a key or key set was refused.
#[derive(Debug, thiserror::Error)]
pub enum KeySetProblem {
    /// No JSON of this shape.
    #[error("the key set is not JSON of the expected shape ({0}); export it again with `elicence keys`")]
    Shape(#[from] serde_json::Error),
    /// The certificate cannot be read.
    #[error("the certificate of a QR key cannot be read; it must be one PEM block of type CERTIFICATE")]
    Certificate,
    /// The public key is neither P-256 nor Ed25519, or not the one its algorithm names.
    #[error("the public key of a QR key must be P-256 (alg -9) or Ed25519 (alg -19), as its alg says")]
    PublicKey,
    /// The certificate holds another key than the entry.
    #[error("key {0}: its certificate is for another public key; export the key set again")]
    OtherCertificate(String),
    /// The kid is not the one of the key.
    #[error("key {0}: the kid is not the first 4 bytes of SHA-256 over the public key; export the key set again")]
    Kid(String),
}

/// A public key with everything that it is pinned to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QrKey {
    /// First 4 bytes of SHA-256 over [`Self::public_key`]; 8 hex digits in JSON. Not unique: try every key with that kid.
    #[serde(serialize_with = "write_kid", deserialize_with = "read_kid")]
    #[schemars(with = "String", regex(pattern = "^[0-9a-f]{8}$"))]
    pub kid: [u8; 4],
    /// The one algorithm of its signatures, as COSE number.
    #[serde(serialize_with = "write_alg", deserialize_with = "read_alg")]
    #[schemars(with = "i64")]
    pub alg: TokenAlgorithm,
    /// Whose key it is: claim 1 of its tokens, the issuer's unified social credit code.
    pub issuer: String,
    /// Licence type codes that it may sign.
    pub types: Vec<String>,
    /// First moment of signing, RFC 3339.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "String")]
    pub not_before: OffsetDateTime,
    /// Last moment of signing, RFC 3339.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "String")]
    pub not_after: OffsetDateTime,
    /// SubjectPublicKeyInfo (RFC 5280), DER; base64 in JSON.
    #[serde(serialize_with = "write_base64", deserialize_with = "read_base64")]
    #[schemars(with = "String")]
    pub public_key: Vec<u8>,
    /// The key's certificate in PEM, for people and programs that want to know more; its key is [`Self::public_key`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<String>,
}

impl QrKey {
    /// The entry for a certificate (PEM): key, algorithm and validity come from it.
    pub fn of_certificate(pem: &str, issuer: &str, types: Vec<String>) -> Result<Self, KeySetProblem> {
        let facts = certificate_facts(pem)?;
        let key = Self {
            kid: kid_of(&facts.public_key),
            alg: algorithm_of(&facts.public_key)?,
            issuer: issuer.to_owned(),
            types,
            not_before: facts.not_before,
            not_after: facts.not_after,
            public_key: facts.public_key,
            certificate: Some(pem.to_owned()),
        };
        key.check()?;
        Ok(key)
    }

    /// The bare public key as ring takes it: an uncompressed point of 65 bytes, or the 32 bytes of Ed25519.
    pub fn raw_public_key(&self) -> Result<Vec<u8>, KeySetProblem> {
        let info = SubjectPublicKeyInfoRef::from_der(&self.public_key).map_err(|_| KeySetProblem::PublicKey)?;
        let raw = info.subject_public_key.as_bytes().ok_or(KeySetProblem::PublicKey)?;
        let as_expected = match self.alg {
            TokenAlgorithm::Esp256 => raw.len() == 65 && raw.first() == Some(&4),
            TokenAlgorithm::Ed25519 => raw.len() == 32,
        };
        if as_expected { Ok(raw.to_vec()) } else { Err(KeySetProblem::PublicKey) }
    }

    /// May it sign for that issuer and type at that moment?
    pub fn may_sign(&self, issuer: &str, type_code: &str, at: OffsetDateTime) -> bool {
        self.issuer == issuer && self.types.iter().any(|t| t == type_code) && (self.not_before..=self.not_after).contains(&at)
    }

    fn check(&self) -> Result<(), KeySetProblem> {
        if algorithm_of(&self.public_key)? != self.alg {
            return Err(KeySetProblem::PublicKey);
        }
        self.raw_public_key()?;
        if kid_of(&self.public_key) != self.kid {
            return Err(KeySetProblem::Kid(hex::encode(self.kid)));
        }
        if let Some(pem) = &self.certificate
            && certificate_facts(pem)?.public_key != self.public_key
        {
            return Err(KeySetProblem::OtherCertificate(hex::encode(self.kid)));
        }
        Ok(())
    }
}

/// The kid of a SubjectPublicKeyInfo: the first 4 bytes of its SHA-256.
pub fn kid_of(spki: &[u8]) -> [u8; 4] {
    let [a, b, c, d, ..] = Digest::of(spki).0;
    [a, b, c, d]
}

fn algorithm_of(spki: &[u8]) -> Result<TokenAlgorithm, KeySetProblem> {
    const EC_PUBLIC_KEY: &str = "1.2.840.10045.2.1";
    const P256: &str = "1.2.840.10045.3.1.7";
    const ED25519: &str = "1.3.101.112";
    let info = SubjectPublicKeyInfoRef::from_der(spki).map_err(|_| KeySetProblem::PublicKey)?;
    match info.algorithm.oid.to_string().as_str() {
        ED25519 => Ok(TokenAlgorithm::Ed25519),
        EC_PUBLIC_KEY if info.algorithm.parameters_oid().is_ok_and(|oid| oid.to_string() == P256) => Ok(TokenAlgorithm::Esp256),
        _ => Err(KeySetProblem::PublicKey),
    }
}

struct CertificateFacts {
    public_key: Vec<u8>,
    not_before: OffsetDateTime,
    not_after: OffsetDateTime,
}

fn certificate_facts(pem: &str) -> Result<CertificateFacts, KeySetProblem> {
    let (rest, block) = x509_parser::pem::parse_x509_pem(pem.as_bytes()).map_err(|_| KeySetProblem::Certificate)?;
    if block.label != "CERTIFICATE" || !rest.trim_ascii().is_empty() {
        return Err(KeySetProblem::Certificate);
    }
    let certificate = block.parse_x509().map_err(|_| KeySetProblem::Certificate)?;
    Ok(CertificateFacts {
        public_key: certificate.public_key().raw.to_vec(),
        not_before: certificate.validity().not_before.to_datetime(),
        not_after: certificate.validity().not_after.to_datetime(),
    })
}

/// A set of QR keys: the file `qr_keys.json`, a JSON array.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct KeySet(Vec<QrKey>);

impl KeySet {
    /// A set of these keys, each checked: kid, algorithm and certificate must belong to the public key.
    pub fn new(keys: Vec<QrKey>) -> Result<Self, KeySetProblem> {
        keys.iter().try_for_each(QrKey::check)?;
        Ok(Self(keys))
    }

    /// Reads the JSON array and checks every key.
    pub fn from_json(text: &str) -> Result<Self, KeySetProblem> {
        Self::new(serde_json::from_str(text)?)
    }

    /// Writes the JSON array.
    pub fn to_json(&self) -> Result<String, KeySetProblem> {
        Ok(serde_json::to_string_pretty(self)?)
    }

    /// Every key with that kid.
    pub fn lookup<'a>(&'a self, kid: &'a [u8]) -> impl Iterator<Item = &'a QrKey> {
        self.0.iter().filter(move |key| key.kid == kid)
    }

    /// All keys.
    pub fn keys(&self) -> &[QrKey] {
        &self.0
    }

    /// Adds the keys of another set.
    pub fn extend(&mut self, other: KeySet) {
        self.0.extend(other.0);
    }

    /// No key at all?
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn write_kid<S: Serializer>(kid: &[u8; 4], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&hex::encode(kid))
}

fn read_kid<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 4], D::Error> {
    let mut kid = [0; 4];
    hex::decode_to_slice(String::deserialize(deserializer)?, &mut kid).map_err(|_| serde::de::Error::custom("a kid is 8 hex digits"))?;
    Ok(kid)
}

fn write_alg<S: Serializer>(alg: &TokenAlgorithm, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_i64(alg.cose_id())
}

fn read_alg<'de, D: Deserializer<'de>>(deserializer: D) -> Result<TokenAlgorithm, D::Error> {
    let id = i64::deserialize(deserializer)?;
    TokenAlgorithm::from_cose_id(id).ok_or_else(|| serde::de::Error::custom("alg must be -9 (ESP256) or -19 (Ed25519)"))
}

fn write_base64<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&STANDARD.encode(bytes))
}

fn read_base64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    STANDARD.decode(String::deserialize(deserializer)?).map_err(|_| serde::de::Error::custom("a public key is base64"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    const P256_SPKI: &str = "3059301306072a8648ce3d020106082a8648ce3d03010703420004515c3d6eb9e396b904d3feca7f54fdcd0cc1e997bf375dca515ad0a6c3b4035f4536be3a50f318fbf9a5475902a221502bef0d57e08c53b2cc0a56f17d9f9354";

    fn key() -> QrKey {
        let public_key = hex::decode(P256_SPKI).expect("hex");
        QrKey {
            kid: kid_of(&public_key),
            alg: TokenAlgorithm::Esp256,
            issuer: "11999999000000027G".into(),
            types: vec!["11100000000013338W011".into()],
            not_before: datetime!(2026-01-01 00:00 UTC),
            not_after: datetime!(2028-01-01 00:00 UTC),
            public_key,
            certificate: None,
        }
    }

    #[test]
    fn a_set_reads_back() {
        let set = KeySet::new(vec![key()]).expect("good");
        let text = set.to_json().expect("json");
        assert!(text.contains("\"f1d59449\"") && text.contains("-9"));
        assert_eq!(KeySet::from_json(&text).expect("reads"), set);
        assert_eq!(set.lookup(&[0xf1, 0xd5, 0x94, 0x49]).count(), 1);
        assert_eq!(set.lookup(b"none").count(), 0);
        assert_eq!(key().raw_public_key().expect("raw").len(), 65);
    }

    #[test]
    fn what_does_not_belong_together_is_refused() {
        assert!(matches!(KeySet::new(vec![QrKey { kid: [0; 4], ..key() }]), Err(KeySetProblem::Kid(_))));
        assert!(matches!(KeySet::new(vec![QrKey { alg: TokenAlgorithm::Ed25519, ..key() }]), Err(KeySetProblem::PublicKey)));
        assert!(matches!(KeySet::new(vec![QrKey { certificate: Some("x".into()), ..key() }]), Err(KeySetProblem::Certificate)));
        assert!(KeySet::from_json("[{}]").is_err());
    }

    #[test]
    fn a_key_is_pinned_to_issuer_type_and_time() {
        let at = datetime!(2026-11-22 09:00 UTC);
        assert!(key().may_sign("11999999000000027G", "11100000000013338W011", at));
        assert!(!key().may_sign("11999999000000019M", "11100000000013338W011", at));
        assert!(!key().may_sign("11999999000000027G", "11100000000013338W012", at));
        assert!(!key().may_sign("11999999000000027G", "11100000000013338W011", datetime!(2029-01-01 0:00 UTC)));
    }
}
