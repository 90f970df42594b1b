//! RSASSA-PSS-params (RFC 4055 section 3.1): which hash, which mask generation, how long a salt.

use crate::cms::algorithm::HashAlgorithm;
use crate::cms::check_signature::{AlgorithmIdentifier, RSA_PSS, SignatureError};
use crate::cms::der_read::{DerError, DerReader, tag};
use const_oid::ObjectIdentifier;

const MGF1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.8");

/// Longest salt that is read, bytes: what fits the longest key.
const LONGEST_SALT: u32 = 1024;

/// Parameters with one hash for the message and for MGF1, and trailer field 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PssParameters {
    /// The hash.
    pub hash: HashAlgorithm,
    /// Length of the salt, bytes.
    pub salt: usize,
}

impl PssParameters {
    /// Reads the parameters. An absent hash means SHA-1, which is not supported; an absent salt length means 20. Two hashes are
    /// a contradiction.
    pub fn read(parameters: &[u8]) -> Result<Self, SignatureError> {
        let (hash, mask, salt, trailer) = read_fields(parameters).map_err(|_| SignatureError::Unsupported)?;
        let hash = hash.and_then(|hash| hash.hash()).ok_or(SignatureError::Unsupported)?;
        let mask_hash = mask.filter(|mask| mask.oid == MGF1.as_bytes()).and_then(|mask| {
            let parameters = DerReader::new(mask.parameters.unwrap_or_default()).expect(tag::SEQUENCE).ok()?;
            AlgorithmIdentifier::read(&parameters).ok()?.hash()
        });
        if mask_hash != Some(hash) {
            return Err(SignatureError::Contradiction);
        }
        if salt > LONGEST_SALT || trailer != 1 {
            return Err(SignatureError::Unsupported);
        }
        Ok(Self { hash, salt: salt as usize })
    }

    /// May a key of id-RSASSA-PSS make such signatures? Parameters in the key bind the hash and set the shortest salt (section 3.3).
    pub fn fit_key(&self, key: &AlgorithmIdentifier<'_>) -> Result<bool, SignatureError> {
        if key.oid != RSA_PSS.as_bytes() {
            return Ok(false);
        }
        match key.parameters {
            None => Ok(true),
            Some(bound) => PssParameters::read(bound).map(|bound| bound.hash == self.hash && bound.salt <= self.salt),
        }
    }
}

type Fields<'a> = (Option<AlgorithmIdentifier<'a>>, Option<AlgorithmIdentifier<'a>>, u32, u32);

fn read_fields(parameters: &[u8]) -> Result<Fields<'_>, DerError> {
    let mut outer = DerReader::new(parameters);
    let mut inside = outer.expect(tag::SEQUENCE)?.inside();
    outer.end()?;
    let mut identifier = |context| inside.optional(context)?.map(|tlv| AlgorithmIdentifier::read(&tlv.only(tag::SEQUENCE)?)).transpose();
    let (hash, mask) = (identifier(tag::CONTEXT_0)?, identifier(tag::CONTEXT_1)?);
    let mut number = |context, default| match inside.optional(context)? {
        Some(tlv) => tlv.only(tag::INTEGER)?.small(),
        None => Ok(default),
    };
    let (salt, trailer) = (number(tag::CONTEXT_2, 20)?, number(tag::CONTEXT_3, 1)?);
    inside.end()?;
    Ok((hash, mask, salt, trailer))
}
