//! Reading the SignedData of a PDF signature or of a time-stamp token (RFC 5652), as strictly as PAdES baseline allows.

use crate::cms::check_signature::AlgorithmIdentifier;
use crate::cms::der_read::{DerError, DerReader, Tlv, exact, tag};
use crate::cms::signed_attributes::SignedAttributes;
use const_oid::ObjectIdentifier;

const ID_SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
/// id-data: what a detached PDF signature says it signs.
pub const ID_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
/// id-aa-signatureTimeStampToken.
pub const ID_SIGNATURE_TIME_STAMP: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.14");

/// A SignedData with exactly one signer, borrowed from its DER.
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
    /// The unsigned attributes in their order.
    pub unsigned: Vec<UnsignedAttribute<'a>>,
}

/// An attribute that the signature does not cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnsignedAttribute<'a> {
    /// Content octets of its identifier.
    pub oid: &'a [u8],
    /// Its values one after the other: the content of the SET.
    pub values: &'a [u8],
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
    /// Reads the ContentInfo of a detached signature (id-data without content) at the beginning of `bytes`; returns what follows
    /// it, too.
    pub fn read(bytes: &'a [u8]) -> Result<(Self, &'a [u8]), DerError> {
        let mut reader = DerReader::new(bytes);
        let (signed, content) = Self::read_content_info(&mut reader, ID_DATA)?;
        if content.is_some() {
            return Err(DerError("it carries content of its own"));
        }
        Ok((signed, reader.rest()))
    }

    /// Reads a ContentInfo that carries content of the type `kind`; returns the content's octets and what follows the ContentInfo.
    pub fn read_around(bytes: &'a [u8], kind: ObjectIdentifier) -> Result<(Self, &'a [u8], &'a [u8]), DerError> {
        let mut reader = DerReader::new(bytes);
        let (signed, content) = Self::read_content_info(&mut reader, kind)?;
        Ok((signed, content.ok_or(DerError("it carries no content"))?, reader.rest()))
    }

    fn read_content_info(reader: &mut DerReader<'a>, kind: ObjectIdentifier) -> Result<(Self, Option<&'a [u8]>), DerError> {
        let content_info = reader.expect(tag::SEQUENCE)?;
        let mut inside = content_info.inside();
        if inside.expect(tag::OID)?.value != ID_SIGNED_DATA.as_bytes() {
            return Err(DerError("it is no SignedData"));
        }
        let signed_data = inside.expect(tag::CONTEXT_0)?.only(tag::SEQUENCE)?;
        inside.end()?;
        Self::read_inside(&signed_data, kind)
    }

    fn read_inside(signed_data: &Tlv<'a>, kind: ObjectIdentifier) -> Result<(Self, Option<&'a [u8]>), DerError> {
        let mut inside = signed_data.inside();
        let version = inside.expect(tag::INTEGER)?;
        exact(&version, 0)?;
        let digests = inside.expect(tag::SET)?;
        exact(&digests, 4)?;
        let listed = AlgorithmIdentifier::read(&digests.only(tag::SEQUENCE)?)?;
        let content = read_content(&inside.expect(tag::SEQUENCE)?, kind)?;
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
        // RFC 5652 section 5.1: any content but id-data asks for version 3
        let fitting = if kind == ID_DATA { signer.version } else { 3 };
        if version.small()? != fitting {
            return Err(DerError("its version does not fit its signer"));
        }
        if listed.oid != signer.digest_algorithm.oid || listed.parameters != signer.digest_algorithm.parameters {
            return Err(DerError("its digest algorithms are not the signer's"));
        }
        let signed = Self {
            certificates,
            has_crls: crls.is_some(),
            signer: signer.identifier,
            digest_algorithm: signer.digest_algorithm,
            attributes: signer.attributes,
            signature_algorithm: signer.signature_algorithm,
            signature: signer.signature,
            unsigned: signer.unsigned,
        };
        Ok((signed, content))
    }
}

/// `SEQUENCE { eContentType, [0] EXPLICIT OCTET STRING OPTIONAL }`: the octets.
fn read_content<'a>(encapsulated: &Tlv<'a>, kind: ObjectIdentifier) -> Result<Option<&'a [u8]>, DerError> {
    let mut parts = encapsulated.inside();
    if parts.expect(tag::OID)?.value != kind.as_bytes() {
        return Err(DerError("its content is of another type"));
    }
    let content = parts.optional(tag::CONTEXT_0)?.map(|explicit| explicit.only(tag::OCTET_STRING)).transpose()?;
    parts.end()?;
    Ok(content.map(|octets| octets.value))
}

struct SignerInfo<'a> {
    version: u32,
    identifier: SignerIdentifier<'a>,
    digest_algorithm: AlgorithmIdentifier<'a>,
    attributes: SignedAttributes<'a>,
    signature_algorithm: AlgorithmIdentifier<'a>,
    signature: &'a [u8],
    unsigned: Vec<UnsignedAttribute<'a>>,
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
                let mut attribute = each.expect(tag::SEQUENCE)?.inside();
                let (oid, values) = (attribute.expect(tag::OID)?.value, attribute.expect(tag::SET)?.value);
                attribute.end()?;
                unsigned.push(UnsignedAttribute { oid, values });
            }
        }
        inside.end()?;
        Ok(Self { version, identifier, digest_algorithm, attributes, signature_algorithm, signature, unsigned })
    }
}
