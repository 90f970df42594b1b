//! The signed attributes of a CAdES signature (RFC 5652 clause 11, RFC 5035, RFC 6211), each at most once.

use crate::cms::check_signature::AlgorithmIdentifier;
use crate::cms::der_read::{DerError, Tlv, tag};
use const_oid::ObjectIdentifier;

const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const SIGNING_TIME: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.5");
const SIGNING_CERTIFICATE_V1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.12");
const SIGNING_CERTIFICATE_V2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");
const ALGORITHM_PROTECTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.52");
const ADOBE_REVOCATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113583.1.1.8");

/// The signed attributes, borrowed.
#[derive(Clone, Debug)]
pub struct SignedAttributes<'a> {
    /// As they stand, with the tag `[0]`; what is signed is the same with the tag of a SET.
    pub whole: &'a [u8],
    /// Content octets of content-type.
    pub content_type: &'a [u8],
    /// message-digest.
    pub message_digest: &'a [u8],
    /// The first ESSCertIDv2 of signing-certificate-v2; `None` without that attribute.
    pub signing_certificate: Option<CertificateBinding<'a>>,
    /// The first ESSCertID of signing-certificate (RFC 2634): SHA-1 of the certificate. Time-stamp tokens may still carry it.
    pub signing_certificate_v1: Option<CertificateBinding<'a>>,
    /// CMSAlgorithmProtection: digest and signature algorithm.
    pub protection: Option<(AlgorithmIdentifier<'a>, AlgorithmIdentifier<'a>)>,
    /// Has it attributes that PAdES baseline forbids: signing-time, adbe-revocationInfoArchival?
    pub has_forbidden: bool,
}

/// ESSCertIDv2, or ESSCertID: which certificate the signer bound to the signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CertificateBinding<'a> {
    /// Hash algorithm; `None` means SHA-256 (in an ESSCertID: SHA-1).
    pub hash: Option<AlgorithmIdentifier<'a>>,
    /// Digest of the whole certificate.
    pub digest: &'a [u8],
    /// Issuer name (whole SEQUENCE) and content octets of the serial number, where given.
    pub issuer_serial: Option<(&'a [u8], &'a [u8])>,
}

impl<'a> SignedAttributes<'a> {
    /// Reads `[0] IMPLICIT SET OF Attribute`: ascending, each type once, each with one value.
    pub fn read(attributes: &Tlv<'a>) -> Result<Self, DerError> {
        let mut each = attributes.inside();
        let mut seen: Vec<&[u8]> = Vec::with_capacity(8);
        let (mut content_type, mut message_digest, mut protection) = (None, None, None);
        let (mut signing_certificate, mut signing_certificate_v1) = (None, None);
        let mut has_forbidden = false;
        let mut before: &[u8] = &[];
        while !each.at_end() {
            let attribute = each.expect(tag::SEQUENCE)?;
            if attribute.whole < before {
                return Err(DerError("signed attributes are not in ascending order"));
            }
            before = attribute.whole;
            let mut parts = attribute.inside();
            let oid = parts.expect(tag::OID)?.value;
            let values = parts.expect(tag::SET)?;
            parts.end()?;
            if seen.contains(&oid) {
                return Err(DerError("a signed attribute stands twice"));
            }
            seen.push(oid);
            let is = |known: ObjectIdentifier| oid == known.as_bytes();
            if is(CONTENT_TYPE) {
                content_type = Some(values.only(tag::OID)?.value);
            } else if is(MESSAGE_DIGEST) {
                message_digest = Some(values.only(tag::OCTET_STRING)?.value);
            } else if is(SIGNING_CERTIFICATE_V2) {
                signing_certificate = Some(CertificateBinding::read(&values.only(tag::SEQUENCE)?)?);
            } else if is(SIGNING_CERTIFICATE_V1) {
                let binding = CertificateBinding::read(&values.only(tag::SEQUENCE)?)?;
                if binding.hash.is_some() {
                    return Err(DerError("an ESSCertID with a hash algorithm"));
                }
                signing_certificate_v1 = Some(binding);
            } else if is(ALGORITHM_PROTECTION) {
                protection = Some(read_protection(&values.only(tag::SEQUENCE)?)?);
            } else if is(SIGNING_TIME) || is(ADOBE_REVOCATION) {
                has_forbidden = true;
            }
        }
        Ok(Self {
            whole: attributes.whole,
            content_type: content_type.ok_or(DerError("content-type is missing"))?,
            message_digest: message_digest.ok_or(DerError("message-digest is missing"))?,
            signing_certificate,
            signing_certificate_v1,
            protection,
            has_forbidden,
        })
    }

    /// The bytes that were signed: the same DER with the tag of a SET.
    pub fn signed_bytes(&self) -> Vec<u8> {
        let mut bytes = self.whole.to_vec();
        if let Some(first) = bytes.first_mut() {
            *first = tag::SET;
        }
        bytes
    }
}

impl<'a> CertificateBinding<'a> {
    fn read(signing_certificate: &Tlv<'a>) -> Result<Self, DerError> {
        let mut parts = signing_certificate.inside();
        let first = parts.expect(tag::SEQUENCE)?.inside().expect(tag::SEQUENCE)?;
        let mut inside = first.inside();
        let hash = inside.optional(tag::SEQUENCE)?.map(|tlv| AlgorithmIdentifier::read(&tlv)).transpose()?;
        let digest = inside.expect(tag::OCTET_STRING)?.value;
        let issuer_serial = match inside.optional(tag::SEQUENCE)? {
            None => None,
            Some(pair) => {
                let mut pair = pair.inside();
                let issuer = pair.expect(tag::SEQUENCE)?.only(tag::CONTEXT_4)?.only(tag::SEQUENCE)?.whole;
                let serial = pair.expect(tag::INTEGER)?.value;
                pair.end()?;
                Some((issuer, serial))
            }
        };
        inside.end()?;
        Ok(Self { hash, digest, issuer_serial })
    }
}

/// `SEQUENCE { digestAlgorithm, [1] IMPLICIT signatureAlgorithm }`; a MAC algorithm has no place in a signature.
fn read_protection<'a>(value: &Tlv<'a>) -> Result<(AlgorithmIdentifier<'a>, AlgorithmIdentifier<'a>), DerError> {
    let mut inside = value.inside();
    let digest = AlgorithmIdentifier::read(&inside.expect(tag::SEQUENCE)?)?;
    let signature = AlgorithmIdentifier::read(&inside.expect(tag::CONTEXT_1)?)?;
    inside.end()?;
    Ok((digest, signature))
}
