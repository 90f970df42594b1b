//! Reading a time-stamp token (时间戳, RFC 3161 section 2.4.2): a SignedData around a TSTInfo.

use crate::cms::check_signature::AlgorithmIdentifier;
use crate::cms::der_read::{DerError, DerReader, Tlv, exact, tag};
use crate::cms::read_extensions::read_extensions;
use crate::cms::read_signed_data::SignedData;
use crate::cms::read_time::read_precise_time;
use const_oid::ObjectIdentifier;
use time::{Duration, OffsetDateTime};

/// id-ct-TSTInfo: the content type of a time-stamp token.
pub const ID_TST_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");

/// A time-stamp token, borrowed from its DER. Whether its signature holds says [`crate::cms::check_time_stamp`].
#[derive(Clone, Debug)]
pub struct TimeStampToken<'a> {
    /// The whole ContentInfo.
    pub der: &'a [u8],
    /// The signature around the content.
    pub signed: SignedData<'a>,
    /// DER of the TSTInfo: what message-digest is the digest of.
    pub content: &'a [u8],
    /// The TSTInfo, read.
    pub info: TstInfo<'a>,
}

/// What a time-stamp authority states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TstInfo<'a> {
    /// Content octets of the policy's identifier.
    pub policy: &'a [u8],
    /// Hash algorithm of the imprint.
    pub imprint_algorithm: AlgorithmIdentifier<'a>,
    /// The digest that existed.
    pub imprint: &'a [u8],
    /// Content octets of the serial number.
    pub serial: &'a [u8],
    /// When.
    pub gen_time: OffsetDateTime,
    /// How far from the true time that may be, either way; `None` when nothing is said.
    pub accuracy: Option<Duration>,
    /// Are two tokens of this authority always in the order of their times?
    pub ordering: bool,
    /// Content octets of the nonce.
    pub nonce: Option<&'a [u8]>,
    /// The name that the authority gives itself, a GeneralName.
    pub tsa: Option<&'a [u8]>,
}

impl<'a> TimeStampToken<'a> {
    /// Reads the token at the beginning of `der`; returns what follows it, too (in a PDF: padding).
    pub fn read(der: &'a [u8]) -> Result<(Self, &'a [u8]), DerError> {
        let (signed, content, rest) = SignedData::read_around(der, ID_TST_INFO)?;
        let length = der.len().saturating_sub(rest.len());
        let token = Self { der: der.get(..length).unwrap_or_default(), signed, content, info: TstInfo::read(content)? };
        Ok((token, rest))
    }
}

impl<'a> TstInfo<'a> {
    /// Reads the TSTInfo, which must be all of `der`.
    pub fn read(der: &'a [u8]) -> Result<Self, DerError> {
        let mut outer = DerReader::new(der);
        let sequence = outer.expect(tag::SEQUENCE)?;
        outer.end()?;
        exact(&sequence, 12)?;
        let mut inside = sequence.inside();
        if inside.expect(tag::INTEGER)?.small()? != 1 {
            return Err(DerError("an unknown version of TSTInfo"));
        }
        let policy = inside.expect(tag::OID)?.value;
        let (imprint_algorithm, imprint) = read_imprint(&inside.expect(tag::SEQUENCE)?)?;
        let serial = inside.expect(tag::INTEGER)?.integer()?;
        let gen_time = read_precise_time(&inside.expect(tag::GENERALIZED_TIME)?)?;
        let accuracy = inside.optional(tag::SEQUENCE)?.map(|tlv| read_accuracy(&tlv)).transpose()?;
        let ordering = inside.optional(tag::BOOLEAN)?.map_or(Ok(false), |tlv| tlv.boolean())?;
        let nonce = inside.optional(tag::INTEGER)?.map(|tlv| tlv.integer()).transpose()?;
        let tsa = inside.optional(tag::CONTEXT_0)?.map(|tlv| tlv.value);
        if let Some(extensions) = inside.optional(tag::CONTEXT_1)?
            && read_extensions(&extensions)?.iter().any(|extension| extension.critical)
        {
            return Err(DerError("a critical extension of the time-stamp that is not known here"));
        }
        inside.end()?;
        Ok(Self { policy, imprint_algorithm, imprint, serial, gen_time, accuracy, ordering, nonce, tsa })
    }
}

/// `MessageImprint { hashAlgorithm, hashedMessage }`.
pub fn read_imprint<'a>(sequence: &Tlv<'a>) -> Result<(AlgorithmIdentifier<'a>, &'a [u8]), DerError> {
    let mut inside = sequence.inside();
    let algorithm = AlgorithmIdentifier::read(&inside.expect(tag::SEQUENCE)?)?;
    let imprint = inside.expect(tag::OCTET_STRING)?.value;
    inside.end()?;
    if algorithm.hash().is_some_and(|hash| hash.ring().output_len() != imprint.len()) {
        return Err(DerError("an imprint of another length than its hash"));
    }
    Ok((algorithm, imprint))
}

/// `Accuracy { seconds, [0] millis, [1] micros }`, each optional.
fn read_accuracy(sequence: &Tlv<'_>) -> Result<Duration, DerError> {
    let mut inside = sequence.inside();
    let mut part = |tag| inside.optional(tag)?.map_or(Ok(0), |tlv| tlv.small());
    let (seconds, millis, micros) = (part(tag::INTEGER)?, part(tag::CONTEXT_0_PRIMITIVE)?, part(tag::CONTEXT_1_PRIMITIVE)?);
    inside.end()?;
    if millis > 999 || micros > 999 {
        return Err(DerError("an accuracy out of range"));
    }
    Ok(Duration::seconds(seconds.into()) + Duration::milliseconds(millis.into()) + Duration::microseconds(micros.into()))
}
