//! Reading an OCSPRequest (RFC 6960 section 4.1.1); a signature on it is not looked at.

use crate::cms::certificate_id::CertificateId;
use crate::cms::der_read::{DerError, DerReader, tag};
use crate::cms::read_extensions::read_extensions;
use const_oid::db::rfc6960;

/// More certificates than one request may ask for.
const MOST: usize = 64;
/// The longest nonce (RFC 9654).
const LONGEST_NONCE: usize = 128;

/// A request, borrowed from its DER.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OcspRequest<'a> {
    /// The certificates that it asks for; at least one.
    pub certificates: Vec<CertificateId<'a>>,
    /// The value of the nonce extension: DER of an OCTET STRING.
    pub nonce: Option<&'a [u8]>,
}

impl<'a> OcspRequest<'a> {
    /// Reads the request, which must be all of `der`.
    pub fn read(der: &'a [u8]) -> Result<Self, DerError> {
        let mut outer = DerReader::new(der);
        let mut whole = outer.expect(tag::SEQUENCE)?.inside();
        outer.end()?;
        let mut inside = whole.expect(tag::SEQUENCE)?.inside();
        let _signature = whole.optional(tag::CONTEXT_0)?;
        whole.end()?;
        if let Some(version) = inside.optional(tag::CONTEXT_0)?
            && version.only(tag::INTEGER)?.small()? != 0
        {
            return Err(DerError("an unknown version of OCSPRequest"));
        }
        let _requestor = inside.optional(tag::CONTEXT_1)?;
        let mut each = inside.expect(tag::SEQUENCE)?.inside();
        let mut certificates = Vec::new();
        while !each.at_end() && certificates.len() < MOST {
            let mut request = each.expect(tag::SEQUENCE)?.inside();
            certificates.push(CertificateId::read(&request.expect(tag::SEQUENCE)?)?);
            if let Some(extensions) = request.optional(tag::CONTEXT_0)?
                && read_extensions(&extensions.only(tag::SEQUENCE)?)?.iter().any(|extension| extension.critical)
            {
                return Err(DerError("a critical extension of a request that is not known here"));
            }
            request.end()?;
        }
        each.end()?;
        if certificates.is_empty() {
            return Err(DerError("a request for no certificate"));
        }
        let mut nonce = None;
        if let Some(extensions) = inside.optional(tag::CONTEXT_2)? {
            for extension in read_extensions(&extensions.only(tag::SEQUENCE)?)? {
                if extension.is(rfc6960::ID_PKIX_OCSP_NONCE) {
                    if !(1..=LONGEST_NONCE).contains(&extension.only(tag::OCTET_STRING)?.value.len()) {
                        return Err(DerError("a nonce that is too long"));
                    }
                    nonce = Some(extension.value);
                } else if extension.critical {
                    return Err(DerError("a critical extension of the request that is not known here"));
                }
            }
        }
        inside.end()?;
        Ok(Self { certificates, nonce })
    }
}
