//! Reading the SignedData of a PDF signature (RFC 5652), as strictly as PAdES baseline allows.

use crate::cms::check_signature::AlgorithmIdentifier;
use crate::cms::der_read::{DerError, DerReader, Tlv, exact, tag};
use crate::cms::signed_attributes::SignedAttributes;
use const_oid::ObjectIdentifier;

const ID_SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
/// id-data: what a detached PDF signature says it signs.
pub const ID_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
/// id-aa-signatureTimeStampToken.
pub const ID_SIGNATURE_TIME_STAMP: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.14");

/// A detached SignedData with exactly one signer, borrowed from its DER.
#[derive(Clone, Debug)]
pub struct SignedData<'a> {
    /// The certificates in their order.
    pub certificates: Vec<&'a [u8]>,
    /// Are there revocation lists in it? A baseline signature keeps them in the DSS.
    pub has_crls: bool,
    /// Which certificate is the signer's.
    pub signer: SignerIdentifier<'a>,
    /// digestAlgorithm.
    pub digest_algorithm: AlgorithmIdentifier<'a>,
    /// The signed attributes.
    pub attributes: SignedAttributes<'a>,
    /// signatureAlgorithm.
    pub signature_algorithm: AlgorithmIdentifier<'a>,
    /// The signature value.
    pub signature: &'a [u8],
    /// Content octets of the identifiers of the unsigned attributes.
    pub unsigned: Vec<&'a [u8]>,
}

/// How a SignerInfo names its certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignerIdentifier<'a> {
    /// Issuer name (whole SEQUENCE) and content octets of the serial number.
    IssuerAndSerial(&'a [u8], &'a [u8]),
    /// SubjectKeyIdentifier.
    KeyIdentifier(&'a [u8]),
}

impl<'a> SignedData<'a> {
    /// Reads the ContentInfo at the beginning of `bytes`; returns what follows it, too.
    pub fn read(bytes: &'a [u8]) -> Result<(Self, &'a [u8]), DerError> {
        let mut outer = DerReader::new(bytes);
        let content_info = outer.expect(tag::SEQUENCE)?;
        let mut inside = content_info.inside();
        if inside.expect(tag::OID)?.value != ID_SIGNED_DATA.as_bytes() {
            return Err(DerError("it is no SignedData"));
        }
        let signed_data = inside.expect(tag::CONTEXT_0)?.only(tag::SEQUENCE)?;
        inside.end()?;
        Ok((Self::read_inside(&signed_data)?, outer.rest()))
    }

    fn read_inside(signed_data: &Tlv<'a>) -> Result<Self, DerError> {
        let mut inside = signed_data.inside();
        let version = inside.expect(tag::INTEGER)?;
        exact(&version, 0)?;
        let digests = inside.expect(tag::SET)?;
        exact(&digests, 4)?;
        let listed = AlgorithmIdentifier::read(&digests.only(tag::SEQUENCE)?)?;
        let content = inside.expect(tag::SEQUENCE)?.only(tag::OID).map_err(|_| DerError("it carries content of its own"))?;
        if content.value != ID_DATA.as_bytes() {
            return Err(DerError("its content type is not id-data"));
        }
        let mut certificates = Vec::new();
        if let Some(set) = inside.optional(tag::CONTEXT_0)? {
            let mut each = set.inside();
            while !each.at_end() {
                certificates.push(each.expect(tag::SEQUENCE)?.whole);
            }
        }
        let crls = inside.optional(tag::CONTEXT_1)?;
        let signer_infos = inside.expect(tag::SET)?;
        inside.end()?;
        let signer_info = signer_infos.only(tag::SEQUENCE).map_err(|_| DerError("it has not exactly one signer"))?;
        exact(&signer_info, 24)?;
        let signer = SignerInfo::read(&signer_info)?;
        if version.small()? != signer.version {
            return Err(DerError("its version does not fit its signer"));
        }
        if listed.oid != signer.digest_algorithm.oid || listed.parameters != signer.digest_algorithm.parameters {
            return Err(DerError("its digest algorithms are not the signer's"));
        }
        Ok(Self {
            certificates,
            has_crls: crls.is_some(),
            signer: signer.identifier,
            digest_algorithm: signer.digest_algorithm,
            attributes: signer.attributes,
            signature_algorithm: signer.signature_algorithm,
            signature: signer.signature,
            unsigned: signer.unsigned,
        })
    }
}

struct SignerInfo<'a> {
    version: u32,
    identifier: SignerIdentifier<'a>,
    digest_algorithm: AlgorithmIdentifier<'a>,
    attributes: SignedAttributes<'a>,
    signature_algorithm: AlgorithmIdentifier<'a>,
    signature: &'a [u8],
    unsigned: Vec<&'a [u8]>,
}

impl<'a> SignerInfo<'a> {
    fn read(signer_info: &Tlv<'a>) -> Result<Self, DerError> {
        let mut inside = signer_info.inside();
        let version = inside.expect(tag::INTEGER)?.small()?;
        let identifier = match version {
            1 => {
                let sid = inside.expect(tag::SEQUENCE)?;
                let mut parts = sid.inside();
                let (issuer, serial) = (parts.expect(tag::SEQUENCE)?.whole, parts.expect(tag::INTEGER)?.value);
                parts.end()?;
                SignerIdentifier::IssuerAndSerial(issuer, serial)
            }
            3 => SignerIdentifier::KeyIdentifier(inside.expect(tag::CONTEXT_0_PRIMITIVE)?.value),
            _ => return Err(DerError("an unknown version of SignerInfo")),
        };
        let digest_algorithm = AlgorithmIdentifier::read(&inside.expect(tag::SEQUENCE)?)?;
        let attributes = inside.optional(tag::CONTEXT_0)?.ok_or(DerError("it has no signed attributes"))?;
        let attributes = SignedAttributes::read(&attributes)?;
        let signature_algorithm = AlgorithmIdentifier::read(&inside.expect(tag::SEQUENCE)?)?;
        let signature = inside.expect(tag::OCTET_STRING)?.value;
        let mut unsigned = Vec::new();
        if let Some(set) = inside.optional(tag::CONTEXT_1)? {
            let mut each = set.inside();
            while !each.at_end() {
                unsigned.push(each.expect(tag::SEQUENCE)?.inside().expect(tag::OID)?.value);
            }
        }
        inside.end()?;
        Ok(Self { version, identifier, digest_algorithm, attributes, signature_algorithm, signature, unsigned })
    }
}
