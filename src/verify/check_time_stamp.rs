//! One time-stamp token by the bytes alone (check V12): its imprint, its signature, the certificate it is bound to.

use crate::cms::algorithm::HashAlgorithm;
use crate::cms::check_signature::SignatureError;
use crate::cms::check_time_stamp::TokenProblem;
use crate::cms::der_read::DerReader;
use crate::cms::read_time_stamp::TimeStampToken;
use crate::domain::verdict::ReasonCode;
use crate::pdf::read::{Limits, SignatureBytes};
use crate::verify::check_seal::SignerCertificate;
use crate::verify::covered_digests::CoveredDigests;
use time::{Duration, OffsetDateTime};

/// What one time-stamp says, and whether it holds.
#[derive(Clone, Debug, Default)]
pub struct StampFacts {
    /// Why it does not hold; `None` when imprint and signature hold.
    pub failure: Option<ReasonCode>,
    /// The whole token, DER; empty for one that cannot be read.
    pub token: Vec<u8>,
    /// When it says that what it covers existed.
    pub time: Option<StampTime>,
    /// The authority's certificate.
    pub authority: Option<SignerCertificate>,
    /// The other certificates of the token.
    pub others: Vec<Vec<u8>>,
    /// Does the token carry what its signature does not cover and nobody asks for: unsigned attributes, revocation lists?
    pub has_idle: bool,
    /// How the algorithm is named.
    pub algorithm: Option<&'static str>,
}

/// The time of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StampTime {
    /// genTime.
    pub at: OffsetDateTime,
    /// How far from the true time that may be, either way.
    pub accuracy: Duration,
}

/// More tokens than anybody puts into one signature.
const MOST_TOKENS: usize = 16;

/// Judges the document time-stamp (文档时间戳) in `bytes` over the bytes it covers. Its signer may stand among `store`, certificates
/// of the document.
pub fn check_document_stamp(bytes: &SignatureBytes<'_>, digests: &CoveredDigests<'_>, store: &[&[u8]], limits: &Limits) -> StampFacts {
    if !bytes.dict.is(b"SubFilter", b"ETSI.RFC3161") || bytes.contents().len() > limits.cms {
        return failed(ReasonCode::FormatFailure);
    }
    match TimeStampToken::read(bytes.contents()) {
        Ok((token, padding)) if padding.iter().all(|byte| *byte == 0) => {
            check_token(&token, |hash| digests.digest(hash, bytes).as_ref().to_vec(), store)
        }
        _ => failed(ReasonCode::FormatFailure),
    }
}

/// Judges the signature time-stamps in the values of attributes, each the content of a SET, over a signature value.
pub fn check_signature_stamps<'a>(attributes: impl Iterator<Item = &'a [u8]>, signature: &[u8], store: &[&[u8]]) -> Vec<StampFacts> {
    let mut found = Vec::new();
    for values in attributes {
        let mut each = DerReader::new(values);
        loop {
            if found.len() == MOST_TOKENS {
                found.push(failed(ReasonCode::FormatFailure));
                return found;
            }
            found.push(match each.any().map(|value| TimeStampToken::read(value.whole)) {
                Ok(Ok((token, []))) => check_token(&token, |hash| hash.digest(signature), store),
                _ => failed(ReasonCode::FormatFailure),
            });
            if each.at_end() {
                break;
            }
        }
    }
    found
}

fn failed(reason: ReasonCode) -> StampFacts {
    StampFacts { failure: Some(reason), ..StampFacts::default() }
}

fn check_token(token: &TimeStampToken<'_>, digest_of: impl Fn(HashAlgorithm) -> Vec<u8>, store: &[&[u8]]) -> StampFacts {
    let time = StampTime { at: token.info.gen_time, accuracy: token.info.accuracy.unwrap_or_default() };
    let has_idle = !token.signed.unsigned.is_empty() || token.signed.has_crls;
    let mut facts = StampFacts { token: token.der.to_vec(), time: Some(time), has_idle, ..StampFacts::default() };
    facts.failure = check(token, digest_of, store, &mut facts).err();
    facts
}

fn check(
    token: &TimeStampToken<'_>,
    digest_of: impl Fn(HashAlgorithm) -> Vec<u8>,
    store: &[&[u8]],
    facts: &mut StampFacts,
) -> Result<(), ReasonCode> {
    let signer = token.signer(store.iter().copied()).map_err(problem)?;
    facts.authority = Some(SignerCertificate { der: signer.der.to_vec(), name: signer.name.clone() });
    // One of them is the signer's, if it did not come from the store; the same once more is another.
    let own = token.signed.certificates.iter().position(|der| *der == signer.der);
    facts.others = token.signed.certificates.iter().enumerate().filter(|(at, _)| Some(*at) != own).map(|(_, der)| der.to_vec()).collect();
    let hash = token.info.imprint_algorithm.hash().ok_or(ReasonCode::CryptoConstraints)?;
    if digest_of(hash) != token.info.imprint {
        return Err(ReasonCode::HashFailure);
    }
    facts.algorithm = Some(token.check(&signer).map_err(problem)?.name);
    Ok(())
}

fn problem(problem: TokenProblem) -> ReasonCode {
    match problem {
        TokenProblem::ContentType | TokenProblem::Signature(SignatureError::Contradiction) => ReasonCode::FormatFailure,
        TokenProblem::Digest => ReasonCode::HashFailure,
        TokenProblem::NoSigner | TokenProblem::NotBound => ReasonCode::NoSigningCertificate,
        TokenProblem::Purpose | TokenProblem::Validity => ReasonCode::ChainConstraints,
        TokenProblem::Signature(SignatureError::Unsupported) => ReasonCode::CryptoConstraints,
        TokenProblem::Signature(SignatureError::Wrong) => ReasonCode::SigCryptoFailure,
    }
}
