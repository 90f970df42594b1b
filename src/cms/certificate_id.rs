//! CertID (RFC 6960 section 4.1.1): how OCSP names a certificate, by hashes of its issuer's name and key and by its serial number.

use crate::cms::{
    algorithm::HashAlgorithm,
    check_signature::{AlgorithmIdentifier, key_bits},
    der_read::{DerError, Tlv, tag},
    der_write::{NULL, element, octet_string, oid, sequence},
    read_certificate::Certificate,
};
use const_oid::db::rfc5912;
use ring::digest::{Algorithm, SHA1_FOR_LEGACY_USE_ONLY, digest};

/// A CertID, borrowed from its DER.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CertificateId<'a> {
    /// The whole SEQUENCE.
    pub der: &'a [u8],
    /// The hash algorithm.
    pub algorithm: AlgorithmIdentifier<'a>,
    /// Hash of the issuer's name.
    pub issuer_name: &'a [u8],
    /// Hash of the bits of the issuer's public key.
    pub issuer_key: &'a [u8],
    /// Content octets of the serial number.
    pub serial: &'a [u8],
}

impl<'a> CertificateId<'a> {
    /// Reads the SEQUENCE.
    pub fn read(sequence: &Tlv<'a>) -> Result<Self, DerError> {
        let mut inside = sequence.inside();
        let algorithm = AlgorithmIdentifier::read(&inside.expect(tag::SEQUENCE)?)?;
        let issuer_name = inside.expect(tag::OCTET_STRING)?.value;
        let issuer_key = inside.expect(tag::OCTET_STRING)?.value;
        let serial = inside.expect(tag::INTEGER)?.integer()?;
        inside.end()?;
        Ok(Self { der: sequence.whole, algorithm, issuer_name, issuer_key, serial })
    }

    /// Does it name the certificate with this serial number (content octets) that `issuer` has issued? By SHA-1, as most responders
    /// write it (it is a name here, not a proof), or SHA-2.
    pub fn is_of(&self, serial: &[u8], issuer: &Certificate<'_>) -> bool {
        self.serial == serial && self.is_issued_by(issuer)
    }

    /// Does it name a certificate that `issuer` has issued?
    pub fn is_issued_by(&self, issuer: &Certificate<'_>) -> bool {
        let (Some(hash), Some(key)) = (self.hash(), key_bits(issuer.spki)) else { return false };
        digest(hash, issuer.subject).as_ref() == self.issuer_name && digest(hash, key).as_ref() == self.issuer_key
    }

    fn hash(&self) -> Option<&'static Algorithm> {
        let is_sha1 = self.algorithm.oid == rfc5912::ID_SHA_1.as_bytes() && matches!(self.algorithm.parameters, None | Some([5, 0]));
        if is_sha1 { Some(&SHA1_FOR_LEGACY_USE_ONLY) } else { self.algorithm.hash().map(HashAlgorithm::ring) }
    }
}

/// The CertID of the certificate with `serial` (content octets) under `issuer`, by SHA-1: the only hash that every responder knows
/// (RFC 5019 section 2.1.1). `None` when the issuer's key cannot be read.
pub fn certificate_id(serial: &[u8], issuer: &Certificate<'_>) -> Option<Vec<u8>> {
    let hash = |bytes| octet_string(digest(&SHA1_FOR_LEGACY_USE_ONLY, bytes).as_ref());
    let algorithm = sequence(&[&oid(rfc5912::ID_SHA_1), NULL]);
    Some(sequence(&[&algorithm, &hash(issuer.subject), &hash(key_bits(issuer.spki)?), &element(tag::INTEGER, serial)]))
}
