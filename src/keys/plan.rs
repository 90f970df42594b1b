//! The plan of a PKI (TOML): which keys, for what, issued by whom.

use crate::{
    keys::{KeyError, generate::KeyKind},
    seal::authority::certificate::Purpose,
};
use der::asn1::ObjectIdentifier;
use serde::Deserialize;

/// The plan of `keys-example/`, compiled in.
const EXAMPLE: &str = include_str!("../../keys-example/pki.toml");

/// A whole plan.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PkiPlan {
    /// Are these example keys, marked so in every name?
    #[serde(default)]
    pub example: bool,
    /// Two letters.
    pub country: String,
    /// Name of the legal person in every subject.
    pub organization: String,
    /// Its unified social credit code.
    pub organization_code: Option<String>,
    /// Days until the next revocation list.
    #[serde(default = "a_week")]
    pub revocation_list_days: u32,
    /// Where the issuing authorities' revocation lists can be fetched: the start of an address, `/FILE.crl` is appended.
    pub revocation_list_url: Option<String>,
    /// Where the OCSP signers of this plan answer. Certificates whose issuer has certified one name it.
    pub ocsp_url: Option<String>,
    /// Where the certificates of issuers can be fetched: the start of an address, `/FILE.cer` is appended.
    pub issuer_url: Option<String>,
    /// Certificate policies (object identifiers) of the end entities.
    #[serde(default)]
    pub policies: Vec<String>,
    /// The keys; an issuer stands before what it issues.
    #[serde(rename = "key")]
    pub keys: Vec<PlannedKey>,
}

/// One key with its certificate.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedKey {
    /// Start of the file names: lower-case letters, digits and `-`.
    pub file: String,
    /// What it is for.
    pub purpose: Purpose,
    /// Its kind.
    #[serde(default)]
    pub algorithm: KeyKind,
    /// `file` of the issuer; none for a root.
    pub issuer: Option<String>,
    /// The common name.
    pub common_name: String,
    /// First day of validity, counted from now; may be negative.
    #[serde(default)]
    pub starts_in_days: i64,
    /// Days of validity.
    pub days: u32,
    /// Put it on the issuer's revocation list?
    #[serde(default)]
    pub revoked: bool,
    /// For a QR key: the unified social credit code of the issuer whose tokens it signs. Only keys with it join `qr_keys.json`.
    pub qr_issuer: Option<String>,
    /// For a QR key: the licence types it may sign.
    #[serde(default)]
    pub qr_types: Vec<String>,
}

/// The addresses in a certificate.
#[derive(Clone, Debug, Default)]
pub struct Addresses {
    /// Of its issuer's revocation list.
    pub revocation_list: Option<String>,
    /// Of whoever answers for its issuer.
    pub ocsp: Option<String>,
    /// Of its issuer's certificate.
    pub issuer: Option<String>,
}

fn a_week() -> u32 {
    7
}

impl PkiPlan {
    /// Reads and checks a plan.
    pub fn from_toml(text: &str) -> Result<Self, KeyError> {
        let plan: Self = toml::from_str(text).map_err(|error| KeyError::Plan(error.to_string()))?;
        plan.check()?;
        Ok(plan)
    }

    /// The plan of `keys-example/pki.toml`.
    pub fn example() -> Result<Self, KeyError> {
        Self::from_toml(EXAMPLE)
    }

    /// The same plan with these keys only, in its own order.
    pub fn only(mut self, files: &[&str]) -> Result<Self, KeyError> {
        self.keys.retain(|key| files.contains(&key.file.as_str()));
        self.check()?;
        Ok(self)
    }

    /// The policies as object identifiers.
    pub fn policies(&self) -> Result<Vec<ObjectIdentifier>, KeyError> {
        let read = |text: &String| ObjectIdentifier::new(text).map_err(|_| KeyError::Plan(format!("{text} is no object identifier")));
        self.policies.iter().map(read).collect()
    }

    /// The addresses that the certificate of `key` names.
    pub fn addresses(&self, key: &PlannedKey) -> Addresses {
        let Some(issuer) = &key.issuer else { return Addresses::default() };
        let has_signer = self.keys.iter().any(|other| other.purpose == Purpose::OcspSigner && other.issuer.as_ref() == Some(issuer));
        Addresses {
            revocation_list: self.revocation_list_url.as_ref().map(|url| format!("{url}/{issuer}.crl")),
            // nobody looks up an OCSP signer: it carries ocsp-nocheck
            ocsp: if has_signer && key.purpose != Purpose::OcspSigner { self.ocsp_url.clone() } else { None },
            issuer: self.issuer_url.as_ref().map(|url| format!("{url}/{issuer}.cer")),
        }
    }

    fn check(&self) -> Result<(), KeyError> {
        let wrong = |problem: String| Err(KeyError::Plan(problem));
        if self.country.len() != 2 || !self.country.bytes().all(|b| b.is_ascii_uppercase()) {
            return wrong("country must be two capital letters".into());
        }
        if self.revocation_list_days == 0 || self.revocation_list_days > 36_500 {
            return wrong("revocation_list_days must be 1 to 36500".into());
        }
        self.policies()?;
        for (index, key) in self.keys.iter().enumerate() {
            let file = &key.file;
            let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
            if file.is_empty() || !file.bytes().all(allowed) {
                return wrong(format!("file {file:?} must be lower-case letters, digits and -"));
            }
            // a hundred years either way
            if key.days == 0 || key.days > 36_500 || key.starts_in_days.unsigned_abs() > 36_500 {
                return wrong(format!("key {file:?} must be valid for 1 to 36500 days and start at most 36500 days from now"));
            }
            let before = self.keys.get(..index).unwrap_or_default();
            if before.iter().any(|other| other.file == *file) {
                return wrong(format!("file {file:?} is there twice"));
            }
            let issuer = key.issuer.as_ref().map(|name| before.iter().find(|other| other.file == *name));
            let fits = match (key.purpose, issuer) {
                (Purpose::Root, issuer) => issuer.is_none(),
                (Purpose::IssuingAuthority, Some(Some(issuer))) => issuer.purpose == Purpose::Root,
                (_, Some(Some(issuer))) => matches!(issuer.purpose, Purpose::Root | Purpose::IssuingAuthority),
                (_, _) => false,
            };
            if !fits {
                return wrong(format!("key {file:?} needs an issuer that stands before it and may issue it; a root has none"));
            }
            if key.purpose != Purpose::QrToken && key.qr_issuer.is_some() {
                return wrong(format!("key {file:?} has a qr_issuer but is no qr-token key"));
            }
        }
        Ok(())
    }
}
