//! Reading a TimeStampResp (RFC 3161 section 2.4.2): what a time-stamp authority answers, with or without a token.

use crate::cms::der_read::{DerError, DerReader, Tlv, tag};

/// An answer, borrowed from its DER.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeStampAnswer<'a> {
    /// The number of the status: 0 granted, 1 granted with changes, 2 rejected, 3 waiting, 4 and 5 about the authority's certificate.
    pub status: u32,
    /// What the authority says about it.
    pub texts: Vec<&'a str>,
    /// Why it failed.
    pub failure: Option<StampFailure>,
    /// The token, a ContentInfo; there if and only if it was granted.
    pub token: Option<&'a [u8]>,
}

/// PKIFailureInfo, the values of RFC 3161; the number is that of the bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StampFailure {
    /// badAlg: the hash algorithm of the imprint is not accepted.
    BadAlgorithm = 0,
    /// badRequest: the request is not permitted or not supported.
    BadRequest = 2,
    /// badDataFormat: the request is malformed.
    BadDataFormat = 5,
    /// timeNotAvailable: the authority has no time.
    TimeNotAvailable = 14,
    /// unacceptedPolicy: the policy that was asked for is not served.
    UnacceptedPolicy = 15,
    /// unacceptedExtension: an extension of the request is not known.
    UnacceptedExtension = 16,
    /// addInfoNotAvailable: additional information was not understood or is not there.
    AddInfoNotAvailable = 17,
    /// systemFailure: the authority cannot answer now.
    SystemFailure = 25,
    /// A bit that RFC 3161 does not name.
    Other = 255,
}

impl<'a> TimeStampAnswer<'a> {
    /// Reads the answer, which must be all of `der`.
    pub fn read(der: &'a [u8]) -> Result<Self, DerError> {
        let mut outer = DerReader::new(der);
        let mut inside = outer.expect(tag::SEQUENCE)?.inside();
        outer.end()?;
        let mut info = inside.expect(tag::SEQUENCE)?.inside();
        let status = info.expect(tag::INTEGER)?.small()?;
        let texts = info.optional(tag::SEQUENCE)?.map_or(Ok(Vec::new()), |list| read_texts(&list))?;
        let failure = info.optional(tag::BIT_STRING)?.map(|bits| read_failure(&bits)).transpose()?;
        info.end()?;
        let token = inside.optional(tag::SEQUENCE)?.map(|tlv| tlv.whole);
        inside.end()?;
        if token.is_some() != (status <= 1) {
            return Err(DerError("a status that does not fit the token"));
        }
        Ok(Self { status, texts, failure, token })
    }
}

fn read_texts<'a>(list: &Tlv<'a>) -> Result<Vec<&'a str>, DerError> {
    let (mut each, mut texts) = (list.inside(), Vec::new());
    while !each.at_end() {
        let text = each.expect(tag::UTF8_STRING)?.value;
        texts.push(str::from_utf8(text).map_err(|_| DerError("a text that is not UTF-8"))?);
    }
    Ok(texts)
}

/// The first bit that is set.
fn read_failure(bits: &Tlv<'_>) -> Result<StampFailure, DerError> {
    use StampFailure as F;
    let bytes = bits.value.get(1..).unwrap_or_default();
    let known = [
        F::BadAlgorithm,
        F::BadRequest,
        F::BadDataFormat,
        F::TimeNotAvailable,
        F::UnacceptedPolicy,
        F::UnacceptedExtension,
        F::AddInfoNotAvailable,
        F::SystemFailure,
    ];
    let is_set = |failure: &F| bytes.get(*failure as usize / 8).is_some_and(|byte| byte & (0x80 >> (*failure as usize % 8)) != 0);
    if bytes.iter().all(|byte| *byte == 0) {
        return Err(DerError("a failure without a bit"));
    }
    Ok(known.into_iter().find(is_set).unwrap_or(F::Other))
}
