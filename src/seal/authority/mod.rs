//! An authority as functions: certificates and revocation lists (RFC 5280), OCSP answers (RFC 6960) and time-stamps (RFC 3161) from
//! arguments and a signer, nothing else.

pub mod certificate;
pub mod name;
pub mod ocsp_answer;
pub mod revocation_list;
pub mod time_stamp;

use crate::{
    cms::der_write::{element, octet_string, oid, sequence},
    domain::digest::Digest,
    seal::signer::SignError,
};
use der::asn1::ObjectIdentifier;
use time::{OffsetDateTime, UtcOffset};
use x509_parser::{certificate::X509Certificate, prelude::FromDer};

/// Why nothing was issued.
#[derive(Debug, thiserror::Error)]
pub enum AuthorityError {
    /// The issuer's certificate cannot be read or is not one of an authority.
    #[error("the issuer's certificate is not that of a certification authority; give the right one")]
    NotAnAuthority,
    /// A public key is no SubjectPublicKeyInfo.
    #[error("the public key is not a SubjectPublicKeyInfo in DER")]
    BadPublicKey,
    /// The validity is empty or beyond the year 9999.
    #[error("the validity must start before it ends, between the years 1950 and 9999")]
    BadValidity,
    /// The signer's certificate does not allow it.
    #[error("the signer's certificate does not allow what it should sign; give the key that was certified for it")]
    BadSigner,
    /// The issuer's key failed.
    #[error(transparent)]
    Key(#[from] SignError),
}

/// What a certificate or list names its issuer by.
#[derive(Clone, Debug)]
pub struct Issuer {
    /// DER of the name.
    name: Vec<u8>,
    /// The subject key identifier.
    key_identifier: Vec<u8>,
}

impl Issuer {
    /// From the issuer's own certificate, DER.
    pub fn of_certificate(der: &[u8]) -> Result<Self, AuthorityError> {
        let (_, certificate) = X509Certificate::from_der(der).map_err(|_| AuthorityError::NotAnAuthority)?;
        if !certificate.is_ca() {
            return Err(AuthorityError::NotAnAuthority);
        }
        let bits = certificate.public_key().subject_public_key.data.as_ref();
        Ok(Self { name: certificate.subject().as_raw().to_vec(), key_identifier: key_identifier(bits) })
    }

    /// AuthorityKeyIdentifier with the key identifier only.
    fn extension(&self) -> Vec<u8> {
        extension(const_oid::db::rfc5280::ID_CE_AUTHORITY_KEY_IDENTIFIER, false, &sequence(&[&element(0x80, &self.key_identifier)]))
    }
}

/// The leftmost 160 bits of SHA-256 over the public key's bits (RFC 7093 section 2, method 1).
fn key_identifier(public_key_bits: &[u8]) -> Vec<u8> {
    Digest::of(public_key_bits).0.iter().take(20).copied().collect()
}

/// `Extension { extnID, critical DEFAULT FALSE, extnValue }`.
fn extension(id: ObjectIdentifier, critical: bool, value: &[u8]) -> Vec<u8> {
    let critical: &[u8] = if critical { crate::cms::der_write::TRUE } else { &[] };
    sequence(&[&oid(id), critical, &octet_string(value)])
}

/// GeneralizedTime, cut to the second.
fn generalized_time(moment: OffsetDateTime) -> Result<Vec<u8>, AuthorityError> {
    let utc = moment.to_offset(UtcOffset::UTC);
    let (year, month, day) = (utc.year(), u8::from(utc.month()), utc.day());
    if !(1950..=9999).contains(&year) {
        return Err(AuthorityError::BadValidity);
    }
    let text = format!("{year}{month:02}{day:02}{:02}{:02}{:02}Z", utc.hour(), utc.minute(), utc.second());
    Ok(element(0x18, text.as_bytes()))
}

/// `Time`: UTCTime until 2049, GeneralizedTime from 2050 on (RFC 5280 section 4.1.2.5).
fn time(moment: OffsetDateTime) -> Result<Vec<u8>, AuthorityError> {
    let utc = moment.to_offset(UtcOffset::UTC);
    let year = utc.year();
    if !(1950..=2049).contains(&year) {
        return generalized_time(moment);
    }
    let (month, day) = (u8::from(utc.month()), utc.day());
    let text = format!("{:02}{month:02}{day:02}{:02}{:02}{:02}Z", year % 100, utc.hour(), utc.minute(), utc.second());
    Ok(element(0x17, text.as_bytes()))
}
