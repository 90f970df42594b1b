//! Issues certificate revocation lists (CRL version 2, RFC 5280 section 5).

use super::{AuthorityError, Issuer, extension, time};
use crate::{
    cms::{
        algorithm_identifier::signature_identifier,
        der_write::{bit_string, element, sequence, unsigned_integer},
    },
    seal::signer::Signer,
};
use ::time::OffsetDateTime;
use const_oid::db::rfc5280 as ids;

/// Why a certificate was revoked (CRLReason).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RevocationReason {
    /// The private key may be in other hands.
    KeyCompromise = 1,
    /// Name or unit of the subject changed.
    AffiliationChanged = 3,
    /// Replaced by another certificate.
    Superseded = 4,
    /// No longer needed.
    CessationOfOperation = 5,
}

/// One revoked certificate.
#[derive(Clone, Debug)]
pub struct Revoked {
    /// Content octets of its serial number; see [`super::certificate::serial_octets`].
    pub serial: Vec<u8>,
    /// Since when.
    pub at: OffsetDateTime,
    /// Why (CRLReason, by its number); see [`RevocationReason`].
    pub reason: Option<u8>,
}

/// Everything a list says.
#[derive(Clone, Debug)]
pub struct RevocationListSpec<'a> {
    /// Number of the list, growing with each.
    pub number: u64,
    /// When it was made.
    pub this_update: OffsetDateTime,
    /// When the next one is there at the latest.
    pub next_update: OffsetDateTime,
    /// The revoked certificates.
    pub revoked: &'a [Revoked],
}

/// Issues the list, DER.
pub fn revocation_list(spec: &RevocationListSpec<'_>, issuer: &Issuer, signer: &dyn Signer) -> Result<Vec<u8>, AuthorityError> {
    if spec.this_update >= spec.next_update {
        return Err(AuthorityError::BadValidity);
    }
    let algorithm = signature_identifier(signer.algorithm());
    let entries = spec.revoked.iter().map(entry).collect::<Result<Vec<_>, _>>()?.concat();
    // revokedCertificates is absent, not empty, when there is none
    let entries = if entries.is_empty() { Vec::new() } else { element(0x30, &entries) };
    let number = extension(ids::ID_CE_CRL_NUMBER, false, &unsigned_integer(&spec.number.to_be_bytes()));
    let to_be_signed = sequence(&[
        &[2, 1, 1],
        &algorithm,
        &issuer.name,
        &time(spec.this_update)?,
        &time(spec.next_update)?,
        &entries,
        &element(0xa0, &sequence(&[&issuer.extension(), &number])),
    ]);
    let signature = signer.sign(&to_be_signed)?;
    Ok(sequence(&[&to_be_signed, &algorithm, &bit_string(&signature)]))
}

fn entry(revoked: &Revoked) -> Result<Vec<u8>, AuthorityError> {
    let reason = |reason| sequence(&[&extension(ids::ID_CE_CRL_REASONS, false, &element(0x0a, &[reason]))]);
    Ok(sequence(&[&element(0x02, &revoked.serial), &time(revoked.at)?, &revoked.reason.map(reason).unwrap_or_default()]))
}
