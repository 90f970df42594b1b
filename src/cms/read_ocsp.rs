//! Reading an OCSP answer (证书状态应答, RFC 6960 section 4.2). Whether to believe it is decided elsewhere.

use crate::cms::certificate_id::CertificateId;
use crate::cms::der_read::{DerError, DerReader, Tlv, tag};
use crate::cms::read_extensions::read_extensions;
use crate::cms::read_revocation_list::read_reason;
use crate::cms::read_time::read_time;
use crate::cms::signed_parts::SignedParts;
use const_oid::{ObjectIdentifier, db::rfc6960};
use time::OffsetDateTime;

/// More certificates or single answers than any responder gives.
const MOST: usize = 256;
/// id-pkix-ocsp-basic.
const BASIC: ObjectIdentifier = rfc6960::ID_PKIX_OCSP_BASIC;

/// A BasicOCSPResponse, borrowed from its DER.
#[derive(Clone, Debug)]
pub struct OcspAnswer<'a> {
    /// The whole BasicOCSPResponse.
    pub basic: &'a [u8],
    /// When it was signed.
    pub produced_at: OffsetDateTime,
    /// Who signed it.
    pub responder: ResponderId<'a>,
    /// What it says, one certificate each.
    pub answers: Vec<SingleAnswer<'a>>,
    /// The certificates that it brings.
    pub certificates: Vec<&'a [u8]>,
    /// The value of the nonce extension.
    pub nonce: Option<&'a [u8]>,
    /// What its signature covers.
    pub signed: SignedParts<'a>,
}

/// How a responder names itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponderId<'a> {
    /// Its subject name, whole SEQUENCE.
    Name(&'a [u8]),
    /// SHA-1 of the bits of its public key.
    KeyHash(&'a [u8]),
}

/// The state of one certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SingleAnswer<'a> {
    /// Which certificate.
    pub certificate: CertificateId<'a>,
    /// Its state.
    pub status: OcspStatus,
    /// When the state was known to be right.
    pub this_update: OffsetDateTime,
    /// When newer information is there at the latest.
    pub next_update: Option<OffsetDateTime>,
}

/// `CertStatus`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OcspStatus {
    /// Not revoked.
    Good,
    /// Revoked.
    Revoked {
        /// Since when.
        at: OffsetDateTime,
        /// CRLReason, by its number.
        reason: Option<u8>,
    },
    /// The responder does not know it.
    Unknown,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OcspError {
    /// It cannot be read.
    #[error(transparent)]
    Malformed(#[from] DerError),
    /// The responder gave an error instead of an answer: 1 malformedRequest, 2 internalError, 3 tryLater, 5 sigRequired, 6 unauthorized.
    #[error("the responder answered with error {0}")]
    Refused(u8),
}

impl<'a> OcspAnswer<'a> {
    /// Reads an OCSPResponse or a bare BasicOCSPResponse, which must be all of `der`.
    pub fn read(der: &'a [u8]) -> Result<Self, OcspError> {
        let mut outer = DerReader::new(der);
        let whole = outer.expect(tag::SEQUENCE)?;
        outer.end()?;
        let mut inside = whole.inside();
        let Some(status) = inside.optional(tag::ENUMERATED)? else { return Ok(Self::read_basic(&whole)?) };
        match status.value {
            [0] => {}
            [refused] => return Err(OcspError::Refused(*refused)),
            _ => return Err(DerError("a malformed status").into()),
        }
        let mut bytes = inside.expect(tag::CONTEXT_0)?.only(tag::SEQUENCE)?.inside();
        inside.end()?;
        if bytes.expect(tag::OID)?.value != BASIC.as_bytes() {
            return Err(DerError("an OCSP answer of an unknown type").into());
        }
        let basic = bytes.expect(tag::OCTET_STRING)?.only(tag::SEQUENCE)?;
        bytes.end()?;
        Ok(Self::read_basic(&basic)?)
    }

    fn read_basic(basic: &Tlv<'a>) -> Result<Self, DerError> {
        let mut inside = basic.inside();
        let signed = SignedParts::read(&mut inside)?;
        let mut certificates = Vec::new();
        if let Some(list) = inside.optional(tag::CONTEXT_0)? {
            let mut each = list.only(tag::SEQUENCE)?.inside();
            while !each.at_end() && certificates.len() < MOST {
                certificates.push(each.expect(tag::SEQUENCE)?.whole);
            }
            each.end()?;
        }
        inside.end()?;
        let mut data = DerReader::new(signed.to_be_signed).expect(tag::SEQUENCE)?.inside();
        if let Some(version) = data.optional(tag::CONTEXT_0)?
            && version.only(tag::INTEGER)?.small()? != 0
        {
            return Err(DerError("an unknown version of the OCSP answer"));
        }
        let responder = data.any()?;
        let responder = match responder.tag {
            tag::CONTEXT_1 => ResponderId::Name(responder.only(tag::SEQUENCE)?.whole),
            tag::CONTEXT_2 => ResponderId::KeyHash(responder.only(tag::OCTET_STRING)?.value),
            _ => return Err(DerError("a responder without a name")),
        };
        let produced_at = read_time(&data.expect(tag::GENERALIZED_TIME)?)?;
        let mut each = data.expect(tag::SEQUENCE)?.inside();
        let mut answers = Vec::new();
        while !each.at_end() && answers.len() < MOST {
            answers.push(SingleAnswer::read(&each.expect(tag::SEQUENCE)?)?);
        }
        each.end()?;
        let mut nonce = None;
        if let Some(extensions) = data.optional(tag::CONTEXT_1)? {
            for extension in read_extensions(&extensions.only(tag::SEQUENCE)?)? {
                if extension.is(rfc6960::ID_PKIX_OCSP_NONCE) {
                    nonce = Some(extension.value);
                } else if extension.critical {
                    return Err(DerError("a critical extension of the OCSP answer that is not known here"));
                }
            }
        }
        data.end()?;
        Ok(Self { basic: basic.whole, produced_at, responder, answers, certificates, nonce, signed })
    }
}

impl<'a> SingleAnswer<'a> {
    fn read(sequence: &Tlv<'a>) -> Result<Self, DerError> {
        let mut inside = sequence.inside();
        let certificate = CertificateId::read(&inside.expect(tag::SEQUENCE)?)?;
        let status = inside.any()?;
        let status = match (status.tag, status.value) {
            (tag::CONTEXT_0_PRIMITIVE, []) => OcspStatus::Good,
            (tag::CONTEXT_1, _) => {
                let mut revoked = status.inside();
                let at = read_time(&revoked.expect(tag::GENERALIZED_TIME)?)?;
                let reason = revoked.optional(tag::CONTEXT_0)?.map(|tlv| read_reason(&tlv.only(tag::ENUMERATED)?)).transpose()?;
                revoked.end()?;
                OcspStatus::Revoked { at, reason }
            }
            (tag::CONTEXT_2_PRIMITIVE, []) => OcspStatus::Unknown,
            _ => return Err(DerError("a state of a certificate that does not exist")),
        };
        let this_update = read_time(&inside.expect(tag::GENERALIZED_TIME)?)?;
        let next_update = inside.optional(tag::CONTEXT_0)?.map(|tlv| read_time(&tlv.only(tag::GENERALIZED_TIME)?)).transpose()?;
        if let Some(extensions) = inside.optional(tag::CONTEXT_1)?
            && read_extensions(&extensions.only(tag::SEQUENCE)?)?.iter().any(|extension| extension.critical)
        {
            return Err(DerError("a critical extension of a single answer that is not known here"));
        }
        inside.end()?;
        Ok(Self { certificate, status, this_update, next_update })
    }
}
