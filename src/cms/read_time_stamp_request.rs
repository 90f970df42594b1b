//! Reading a TimeStampReq (RFC 3161 section 2.4.1).

use crate::cms::check_signature::AlgorithmIdentifier;
use crate::cms::der_read::{DerError, DerReader, exact, tag};
use crate::cms::read_time_stamp::read_imprint;

/// A request, borrowed from its DER.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeStampRequest<'a> {
    /// Hash algorithm of the imprint.
    pub imprint_algorithm: AlgorithmIdentifier<'a>,
    /// The digest to stamp.
    pub imprint: &'a [u8],
    /// Content octets of the identifier of the policy that is asked for.
    pub policy: Option<&'a [u8]>,
    /// Content octets of the nonce.
    pub nonce: Option<&'a [u8]>,
    /// Shall the token hold the authority's certificate?
    pub wants_certificate: bool,
    /// Are there extensions?
    pub has_extensions: bool,
}

impl<'a> TimeStampRequest<'a> {
    /// Reads the request, which must be all of `der`.
    pub fn read(der: &'a [u8]) -> Result<Self, DerError> {
        let mut outer = DerReader::new(der);
        let sequence = outer.expect(tag::SEQUENCE)?;
        outer.end()?;
        exact(&sequence, 8)?;
        let mut inside = sequence.inside();
        if inside.expect(tag::INTEGER)?.small()? != 1 {
            return Err(DerError("an unknown version of TimeStampReq"));
        }
        let (imprint_algorithm, imprint) = read_imprint(&inside.expect(tag::SEQUENCE)?)?;
        let policy = inside.optional(tag::OID)?.map(|tlv| tlv.value);
        let nonce = inside.optional(tag::INTEGER)?.map(|tlv| tlv.value);
        let wants_certificate = inside.optional(tag::BOOLEAN)?.map_or(Ok(false), |tlv| tlv.boolean())?;
        let has_extensions = inside.optional(tag::CONTEXT_0)?.is_some();
        inside.end()?;
        Ok(Self { imprint_algorithm, imprint, policy, nonce, wants_certificate, has_extensions })
    }
}
