//! The evidence bundle (证据包): a report with everything that it rests on, so that the same verdict can be reached offline later.

use crate::domain::digest::Digest;
use crate::domain::verdict::Report;
use crate::verify::evidence::{Evidence, ValidationMaterial};
use crate::verify::examine::Examined;
use crate::verify::policy::{Policy, Profile, RevocationRule};
use base64::{Engine, engine::general_purpose::STANDARD};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// What a bundle of this form calls itself.
pub const BUNDLE_FORMAT: &str = "elicence-evidence/1";

/// A report, the digest of the document it is about, and everything outside the document that it rests on, but trust: whoever reads a
/// bundle says anew what is trusted. Nothing in it is believed before its own signature is checked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EvidenceBundle {
    /// `elicence-evidence/1`.
    pub format: String,
    /// SHA-256 of the whole document.
    pub document: Digest,
    /// The moment that was judged about, RFC 3339.
    pub at: String,
    /// The policy that was applied: `licence` or `general`.
    pub policy: String,
    /// The rule about revocation: `require`, `prefer` or `ignore`.
    pub revocation: String,
    /// SHA-256 of the certificates of the anchors that were trusted.
    pub anchors: Vec<Digest>,
    /// Certificates, DER in Base64: those of the document and those given or fetched.
    pub certificates: Vec<String>,
    /// Certificate revocation lists, DER in Base64.
    pub revocation_lists: Vec<String>,
    /// OCSP answers, DER in Base64.
    pub ocsp_answers: Vec<String>,
    /// Time-stamp tokens of the document, DER in Base64.
    pub time_stamps: Vec<String>,
    /// The answer.
    pub report: Report,
}

/// Why a bundle was not taken.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// Not the JSON of a bundle.
    #[error("it is no evidence bundle: {0}")]
    Malformed(String),
    /// It is about another document.
    #[error("the bundle is about another document: its digest is {0}; give the document that was verified then")]
    OtherDocument(Digest),
}

impl EvidenceBundle {
    /// Gathers the bundle of one conclusion.
    pub fn gather(document: &[u8], examined: &Examined, evidence: &Evidence, policy: &Policy, at: OffsetDateTime, report: Report) -> Self {
        let outside = [&evidence.given, &evidence.fetched];
        let embedded = examined.certificates();
        let certificates = embedded.chain(outside.iter().flat_map(|one| one.certificates.iter().map(Vec::as_slice)));
        let lists = examined.store.revocation_lists.iter().map(|one| one.der.as_slice());
        let answers = examined.store.ocsp_answers.iter().map(|one| one.der.as_slice());
        let stamps = examined.signatures.iter().flat_map(|signature| &signature.facts.stamps);
        let stamps = stamps.chain(examined.stamps.iter().map(|stamp| &stamp.facts));
        Self {
            format: BUNDLE_FORMAT.into(),
            document: Digest::of(document),
            at: at.format(&Rfc3339).unwrap_or_default(),
            policy: match policy.profile {
                Profile::Licence => "licence".into(),
                Profile::General => "general".into(),
            },
            revocation: match policy.revocation {
                RevocationRule::Require => "require".into(),
                RevocationRule::Prefer => "prefer".into(),
                RevocationRule::Ignore => "ignore".into(),
            },
            anchors: evidence.anchors.iter().map(|anchor| Digest::of(anchor.der())).collect(),
            certificates: written(certificates),
            revocation_lists: written(lists.chain(outside.iter().flat_map(|one| one.revocation_lists.iter().map(Vec::as_slice)))),
            ocsp_answers: written(answers.chain(outside.iter().flat_map(|one| one.ocsp_answers.iter().map(Vec::as_slice)))),
            time_stamps: written(stamps.map(|stamp| stamp.token.as_slice())),
            report,
        }
    }

    /// Reads the JSON of a bundle about `document`.
    pub fn read(json: &str, document: &[u8]) -> Result<Self, BundleError> {
        let bundle: Self = serde_json::from_str(json).map_err(|error| BundleError::Malformed(error.to_string()))?;
        if bundle.format != BUNDLE_FORMAT {
            return Err(BundleError::Malformed(format!("its format is {}, not {BUNDLE_FORMAT}", bundle.format)));
        }
        if bundle.document != Digest::of(document) {
            return Err(BundleError::OtherDocument(bundle.document));
        }
        Ok(bundle)
    }

    /// The moment that was judged about.
    pub fn moment(&self) -> Result<OffsetDateTime, BundleError> {
        OffsetDateTime::parse(&self.at, &Rfc3339).map_err(|_| BundleError::Malformed("its moment is not RFC 3339".into()))
    }

    /// Certificates and revocation data, as evidence to conclude with.
    pub fn material(&self) -> Result<ValidationMaterial, BundleError> {
        Ok(ValidationMaterial {
            certificates: read(&self.certificates)?,
            revocation_lists: read(&self.revocation_lists)?,
            ocsp_answers: read(&self.ocsp_answers)?,
        })
    }
}

/// Each once, in their order.
fn written<'a>(all: impl Iterator<Item = &'a [u8]>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for text in all.filter(|der| !der.is_empty()).map(|der| STANDARD.encode(der)) {
        if !found.contains(&text) {
            found.push(text);
        }
    }
    found
}

fn read(texts: &[String]) -> Result<Vec<Vec<u8>>, BundleError> {
    let malformed = |_| BundleError::Malformed("it holds text that is not Base64".into());
    texts.iter().map(|text| STANDARD.decode(text).map_err(malformed)).collect()
}
