//! What a conclusion rests on besides the file: trusted anchors, QR keys, the register's answer. Fetched by the caller, never here.

use crate::cms::read_certificate::Certificate;
use crate::cms::read_ocsp::OcspAnswer;
use crate::cms::read_revocation_list::RevocationList;
use crate::cms::signature_memory::SignatureMemory;
use crate::domain::{digest::Digest, key_set::KeySet, licence::LicenceId, licence::LicenceState};
use rustls::pki_types::{CertificateDer, TrustAnchor};
use std::sync::Arc;
use time::OffsetDateTime;

/// Everything that was gathered for one conclusion. The default is nothing at all.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// Validation material that the caller gave, e.g. from an evidence bundle.
    pub given: ValidationMaterial,
    /// Validation material that was fetched for this conclusion.
    pub fetched: ValidationMaterial,
    /// Signatures of certificates, lists and answers that were found to hold before. Share one between conclusions: a chain that
    /// returns is not computed again.
    pub memory: SignatureMemory,
    /// The roots that the caller configured; nothing else is trusted. Cheap to clone.
    pub anchors: Vec<Anchor>,
    /// Public keys of QR tokens; without the key of a token its signature is not checked.
    pub qr_keys: KeySet,
    /// What the register said; `None` when it was not asked.
    pub register: Option<RegisterAnswer>,
}

/// Certificates and revocation data from outside the file, each in DER; nothing of it is trusted before its signature is checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ValidationMaterial {
    /// Certificates that may complete a chain.
    pub certificates: Vec<Vec<u8>>,
    /// Certificate revocation lists.
    pub revocation_lists: Vec<Vec<u8>>,
    /// OCSP answers: whole OCSPResponses, or bare BasicOCSPResponses.
    pub ocsp_answers: Vec<Vec<u8>>,
}

/// Why a file of evidence was not taken.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("no certificate, revocation list or OCSP answer can be read in it: give PEM or DER")]
pub struct MaterialError;

impl ValidationMaterial {
    /// Adds what stands in `file`: one certificate, revocation list or OCSP answer in DER, or any number of them in PEM.
    pub fn add(&mut self, file: &[u8]) -> Result<(), MaterialError> {
        use rustls::pki_types::pem::from_buf;
        if self.add_der(file) {
            return Ok(());
        }
        let (mut rest, mut found) = (file, false);
        while let Ok(Some((_, der))) = from_buf(&mut rest) {
            found |= self.add_der(&der);
        }
        if found { Ok(()) } else { Err(MaterialError) }
    }

    fn add_der(&mut self, der: &[u8]) -> bool {
        let kind = if Certificate::read(der).is_ok() {
            &mut self.certificates
        } else if RevocationList::read(der).is_ok() {
            &mut self.revocation_lists
        } else if OcspAnswer::read(der).is_ok() {
            &mut self.ocsp_answers
        } else {
            return false;
        };
        kind.push(der.to_vec());
        true
    }

    /// Adds everything of `other`.
    pub fn extend(&mut self, other: Self) {
        self.certificates.extend(other.certificates);
        self.revocation_lists.extend(other.revocation_lists);
        self.ocsp_answers.extend(other.ocsp_answers);
    }
}

/// What to fetch before [`crate::verify::conclude`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    /// Ask the register this; only where an intact seal stands over licence data.
    pub register: Option<RegisterQuestion>,
    /// Certificates whose revocation the evidence at hand cannot judge, each once.
    pub revocation: Vec<RevocationQuestion>,
}

/// A certificate whose revocation is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevocationQuestion {
    /// The certificate, DER.
    pub certificate: Vec<u8>,
    /// The certificate of its issuer, DER.
    pub issuer: Vec<u8>,
    /// Where its OCSP responder is.
    pub ocsp_urls: Vec<String>,
    /// Where its revocation list is.
    pub crl_urls: Vec<String>,
}

/// What the register is asked about a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisterQuestion {
    /// Licence id of the payload.
    pub licence_id: LicenceId,
    /// 证照标识 of the payload.
    pub identifier: String,
    /// SHA-256 over the byte range of the seal: the digest of the signed revision.
    pub signed_digest: Digest,
    /// SHA-256 over the canonical payload.
    pub payload_digest: Digest,
}

/// What the register answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisterAnswer {
    /// State of the licence; `None` when the register does not know it.
    pub state: Option<LicenceState>,
    /// Did this service seal exactly this signed revision under that licence id and identifier?
    pub signed_digest_matches: bool,
    /// Is the payload the registered one?
    pub payload_digest_matches: bool,
    /// When that was so.
    pub as_of: OffsetDateTime,
}

/// A trust anchor (信任锚): a certificate that the operator configured, or that a trusted list names. Its own validity dates are not
/// judged: it is trusted because it is configured, for its [`Scope`] and within the dates that were set.
#[derive(Clone)]
pub struct Anchor {
    parts: Arc<AnchorParts>,
    scope: Scope,
    from: Option<OffsetDateTime>,
    until: Option<OffsetDateTime>,
}

struct AnchorParts {
    der: Vec<u8>,
    anchor: TrustAnchor<'static>,
}

/// What an anchor is trusted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    /// Seals and signatures of documents, and what their chains say about revocation.
    pub seal: bool,
    /// Time-stamps.
    pub time_stamp: bool,
    /// QR tokens.
    pub qr: bool,
}

/// One use of an anchor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrustUse {
    /// A seal or signature of a document.
    Seal,
    /// A time-stamp.
    TimeStamp,
    /// A QR token.
    Qr,
}

impl Scope {
    /// Everything: what an anchor without a scope is trusted for.
    pub const ALL: Self = Self { seal: true, time_stamp: true, qr: true };
    /// Nothing.
    pub const NONE: Self = Self { seal: false, time_stamp: false, qr: false };

    /// Does it allow this use?
    pub fn allows(self, what: TrustUse) -> bool {
        match what {
            TrustUse::Seal => self.seal,
            TrustUse::TimeStamp => self.time_stamp,
            TrustUse::Qr => self.qr,
        }
    }

    /// The same with one more use.
    pub fn with(mut self, what: TrustUse) -> Self {
        match what {
            TrustUse::Seal => self.seal = true,
            TrustUse::TimeStamp => self.time_stamp = true,
            TrustUse::Qr => self.qr = true,
        }
        self
    }
}

/// Why a file of anchors was not taken.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum AnchorError {
    /// No PEM certificate in the text.
    #[error("no certificate found: give a PEM file with one or more BEGIN CERTIFICATE blocks")]
    NoCertificate,
    /// A block that is not base64 of a certificate.
    #[error("certificate {0} of the file cannot be read: export it again as PEM")]
    Malformed(usize),
}

impl Anchor {
    /// Reads one certificate as DER; trusted for everything, at any time.
    pub fn from_der(der: &[u8]) -> Result<Self, AnchorError> {
        let certificate = CertificateDer::from(der);
        let anchor = webpki::anchor_from_trusted_cert(&certificate).map_err(|_| AnchorError::Malformed(1))?.to_owned();
        Ok(Self { parts: Arc::new(AnchorParts { der: der.to_vec(), anchor }), scope: Scope::ALL, from: None, until: None })
    }

    /// Reads every certificate of a PEM text, at least one.
    pub fn from_pem(text: &str) -> Result<Vec<Self>, AnchorError> {
        use rustls::pki_types::pem::PemObject;
        let mut anchors = Vec::new();
        for (at, item) in CertificateDer::pem_slice_iter(text.as_bytes()).enumerate() {
            let der = item.map_err(|_| AnchorError::Malformed(at + 1))?;
            anchors.push(Self::from_der(&der).map_err(|_| AnchorError::Malformed(at + 1))?);
        }
        if anchors.is_empty() { Err(AnchorError::NoCertificate) } else { Ok(anchors) }
    }

    /// The same anchor for this scope and these dates only (both included; `None` is open).
    pub fn limited(self, scope: Scope, from: Option<OffsetDateTime>, until: Option<OffsetDateTime>) -> Self {
        Self { scope, from, until, ..self }
    }

    /// Is it trusted for `what` at the moment that is judged about: of a signature, its best signature time?
    pub fn trusts(&self, what: TrustUse, at: OffsetDateTime) -> bool {
        self.scope.allows(what) && self.from.is_none_or(|from| from <= at) && self.until.is_none_or(|until| at <= until)
    }

    /// What it is trusted for.
    pub fn scope(&self) -> Scope {
        self.scope
    }

    /// First and last moment that it is trusted for; `None` is open.
    pub fn dates(&self) -> (Option<OffsetDateTime>, Option<OffsetDateTime>) {
        (self.from, self.until)
    }

    /// The whole certificate as DER.
    pub fn der(&self) -> &[u8] {
        &self.parts.der
    }

    /// Name, key and constraints, as path building wants them.
    pub fn trust_anchor(&self) -> &TrustAnchor<'static> {
        &self.parts.anchor
    }
}

impl std::fmt::Debug for Anchor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Anchor({})", Digest::of(&self.parts.der))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn an_anchor_is_trusted_within_its_scope_and_dates_only() {
        let anchor = Anchor::from_pem(include_str!("../../keys-example/root.pem")).unwrap().remove(0);
        let (before, day, after) = (datetime!(2026-01-01 0:00 UTC), datetime!(2026-06-01 0:00 UTC), datetime!(2027-01-01 0:00 UTC));
        assert!(anchor.trusts(TrustUse::Seal, before) && anchor.trusts(TrustUse::Qr, after));
        let limited = anchor.limited(Scope::NONE.with(TrustUse::TimeStamp), Some(day), Some(day));
        assert!(limited.trusts(TrustUse::TimeStamp, day));
        assert!(!limited.trusts(TrustUse::Seal, day) && !limited.trusts(TrustUse::Qr, day));
        assert!(!limited.trusts(TrustUse::TimeStamp, before) && !limited.trusts(TrustUse::TimeStamp, after));
    }
}
