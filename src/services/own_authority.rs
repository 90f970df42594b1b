//! The certification authorities (证书颁发机构) of this installation, for trials and small places: what they know of their certificates.

use crate::{
    cms::{certificate_id::CertificateId, read_certificate::Certificate, read_ocsp::OcspStatus, read_revocation_list::RevocationList},
    seal::{
        authority::{Issuer, revocation_list::Revoked},
        signer::Signer,
    },
    services::SetupError,
};
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};
use time::OffsetDateTime;

/// A certification authority whose revocation state is published here.
pub struct OwnAuthority {
    /// Its name in addresses: `/pki/NAME.crl`.
    pub name: String,
    /// Its certificate, DER.
    pub certificate: Vec<u8>,
    /// Its key; without it only `list` is published, as it is.
    pub signer: Option<Arc<dyn Signer>>,
    /// Who answers OCSP requests for it; without one nobody does.
    pub ocsp: Option<Arc<dyn Signer>>,
    /// The certificates that it is known to have issued, DER, among others; of any other serial number OCSP knows nothing.
    pub issued: Vec<Vec<u8>>,
    /// The revocation list that says which certificates are revoked, DER; none = no certificate is.
    pub list: Option<Vec<u8>>,
    /// How long a new list is good for.
    pub list_for: Duration,
    /// How long an OCSP answer is good for.
    pub answer_for: Duration,
}

/// The same, read and checked.
pub(super) struct ReadyIssuer {
    pub(super) name: String,
    pub(super) certificate: Vec<u8>,
    pub(super) signer: Option<Arc<dyn Signer>>,
    pub(super) ocsp: Option<Arc<dyn Signer>>,
    pub(super) issuer: Issuer,
    /// Serial numbers (content octets) that it is known to have given.
    pub(super) issued: BTreeSet<Vec<u8>>,
    pub(super) list: Option<Vec<u8>>,
    /// Number of `list`; new lists count on from it.
    pub(super) list_number: u64,
    pub(super) revoked: Vec<Revoked>,
    pub(super) list_for: Duration,
    pub(super) answer_for: Duration,
    /// The list that was published last, and when.
    pub(super) published: Mutex<Option<(Arc<Vec<u8>>, OffsetDateTime)>>,
}

impl OwnAuthority {
    pub(super) fn ready(self) -> Result<ReadyIssuer, SetupError> {
        let name = self.name.clone();
        let wrong = |reason: &str| SetupError::OwnAuthority { name: name.clone(), reason: reason.into() };
        let issuer = Issuer::of_certificate(&self.certificate).map_err(|error| wrong(&error.to_string()))?;
        let certificate = Certificate::read(&self.certificate).map_err(|error| wrong(&error.to_string()))?;
        if self.signer.as_ref().is_some_and(|signer| signer.chain().first() != Some(&self.certificate)) {
            return Err(wrong("its key belongs to another certificate"));
        }
        if let Some(signer) = &self.ocsp {
            let der = signer.chain().first().map_or(&[][..], Vec::as_slice);
            let of_issuer = Certificate::read(der).is_ok_and(|responder| {
                responder.may_answer_ocsp() && responder.issuer == certificate.subject && responder.signed.check(certificate.spki).is_ok()
            });
            if !of_issuer {
                return Err(wrong("its OCSP key was not certified by it for that"));
            }
        }
        let mut issued = BTreeSet::new();
        for known in self.issued.iter().filter_map(|der| Certificate::read(der).ok()) {
            if known.issuer == certificate.subject && known.signed.check(certificate.spki).is_ok() {
                issued.insert(known.serial.to_vec());
            }
        }
        let (mut revoked, mut list_number) = (Vec::new(), 0);
        if let Some(list) = &self.list {
            let list = RevocationList::read(list).map_err(|error| wrong(&error.to_string()))?;
            if list.issuer != certificate.subject || list.signed.check(certificate.spki).is_err() || !list.scope.is_complete() {
                return Err(wrong("its revocation list is not its own complete list"));
            }
            list_number = list.number.unwrap_or_default().iter().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
            let entry = |(serial, entry): (&[u8], _)| revoked_of(serial, entry);
            revoked = list.entries().map(entry).collect();
        }
        Ok(ReadyIssuer {
            name: self.name,
            certificate: self.certificate,
            signer: self.signer,
            ocsp: self.ocsp,
            issuer,
            issued,
            list: self.list,
            list_number,
            revoked,
            list_for: self.list_for,
            answer_for: self.answer_for,
            published: Mutex::default(),
        })
    }
}

fn revoked_of(serial: &[u8], entry: crate::cms::read_revocation_list::RevokedEntry) -> Revoked {
    Revoked { serial: serial.to_vec(), at: entry.at, reason: entry.reason }
}

impl ReadyIssuer {
    /// Did this authority issue the certificate that `id` names?
    pub(super) fn has_issued(&self, id: &CertificateId<'_>) -> bool {
        Certificate::read(&self.certificate).is_ok_and(|certificate| id.is_issued_by(&certificate))
    }

    /// What it knows of the certificate with this serial number (content octets): what it has issued and not revoked is good. Of a
    /// number that it never gave it knows nothing (RFC 6960 section 2.2).
    pub(super) fn status(&self, serial: &[u8]) -> OcspStatus {
        match self.revoked.iter().find(|revoked| revoked.serial == serial) {
            Some(revoked) => OcspStatus::Revoked { at: revoked.at, reason: revoked.reason },
            None if self.issued.contains(serial) => OcspStatus::Good,
            None => OcspStatus::Unknown,
        }
    }
}
