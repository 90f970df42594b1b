//! Answers time-stamp requests (时间戳, RFC 3161): a token over the digest that was asked about, or why there is none.

use super::{AuthorityError, generalized_time};
use crate::{
    cms::{
        algorithm::HashAlgorithm,
        algorithm_identifier::{hash_identifier, signature_identifier},
        der_write::{SET, constructed, element, octet_string, oid, sequence, set_of_content, unsigned_integer},
        read_certificate::Certificate,
        read_time_stamp::ID_TST_INFO,
        read_time_stamp_answer::StampFailure,
        read_time_stamp_request::TimeStampRequest,
    },
    seal::signer::Signer,
};
use ::time::{Duration, OffsetDateTime};
use const_oid::db::rfc5911;
use der::asn1::ObjectIdentifier;

const VERSION_1: &[u8] = &[0x02, 0x01, 0x01];
const VERSION_3: &[u8] = &[0x02, 0x01, 0x03];

/// What holds for every token of an authority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StampPolicy {
    /// The policy under which it stamps.
    pub policy: ObjectIdentifier,
    /// How far its clock may be from the true time, either way. Times are cut to the second: at least one second.
    pub accuracy: Duration,
}

/// Everything that one token says.
#[derive(Clone, Copy, Debug)]
pub struct TokenSpec<'a> {
    /// Hash algorithm of the imprint.
    pub hash: HashAlgorithm,
    /// The digest to stamp.
    pub imprint: &'a [u8],
    /// Content octets of the nonce of the request.
    pub nonce: Option<&'a [u8]>,
    /// Shall the token hold the authority's certificates?
    pub with_certificates: bool,
    /// Serial number; the caller never gives one twice.
    pub serial: u128,
    /// When; cut to the second.
    pub at: OffsetDateTime,
}

/// The answer to `request` (TimeStampReq), a TimeStampResp in both cases: with a token, or with the reason why not. Only the key's
/// failure is an error.
pub fn answer(
    request: &[u8],
    serial: u128,
    at: OffsetDateTime,
    policy: &StampPolicy,
    signer: &dyn Signer,
) -> Result<Vec<u8>, AuthorityError> {
    let spec = match accept(request, policy) {
        Ok((hash, request)) => {
            TokenSpec { hash, imprint: request.imprint, nonce: request.nonce, with_certificates: request.wants_certificate, serial, at }
        }
        Err((failure, text)) => return Ok(refusal(failure, text)),
    };
    // PKIStatus granted
    Ok(sequence(&[&sequence(&[&[2, 1, 0]]), &token(&spec, policy, signer)?]))
}

/// A TimeStampResp that rejects the request.
pub fn refusal(failure: StampFailure, text: &str) -> Vec<u8> {
    let text = sequence(&[&element(0x0c, text.as_bytes())]);
    // PKIStatus rejection
    sequence(&[&sequence(&[&[2, 1, 2], &text, &one_bit(failure as usize)])])
}

/// Is the request one that can be granted?
fn accept<'a>(request: &'a [u8], policy: &StampPolicy) -> Result<(HashAlgorithm, TimeStampRequest<'a>), (StampFailure, &'static str)> {
    let request = TimeStampRequest::read(request).map_err(|error| (StampFailure::BadDataFormat, error.0))?;
    let hash = request.imprint_algorithm.hash().ok_or((StampFailure::BadAlgorithm, "use SHA-256, SHA-384 or SHA-512"))?;
    if request.has_extensions {
        return Err((StampFailure::UnacceptedExtension, "no extension is known here"));
    }
    if request.policy.is_some_and(|asked| asked != policy.policy.as_bytes()) {
        return Err((StampFailure::UnacceptedPolicy, "this policy is not served here"));
    }
    if request.nonce.is_some_and(|nonce| nonce.len() > 64) {
        return Err((StampFailure::BadRequest, "the nonce is longer than 64 bytes"));
    }
    Ok((hash, request))
}

/// A time-stamp token (ContentInfo, exact DER): SignedData version 3 around the TSTInfo, with content-type, message-digest and
/// signing-certificate-v2 (RFC 5816) as signed attributes.
pub fn token(spec: &TokenSpec<'_>, policy: &StampPolicy, signer: &dyn Signer) -> Result<Vec<u8>, AuthorityError> {
    let der = signer.chain().first().ok_or(AuthorityError::BadSigner)?;
    let certificate = Certificate::read(der).map_err(|_| AuthorityError::BadSigner)?;
    if !certificate.may_stamp_time() {
        return Err(AuthorityError::BadSigner);
    }
    let hash = signer.algorithm().hash();
    let content = info(spec, policy)?;
    let attributes = set_of_content(vec![
        attribute(rfc5911::ID_CONTENT_TYPE, &oid(ID_TST_INFO)),
        attribute(rfc5911::ID_MESSAGE_DIGEST, &octet_string(&hash.digest(&content))),
        attribute(
            rfc5911::ID_AA_SIGNING_CERTIFICATE_V_2,
            // SHA-256 is the default hash of ESSCertIDv2, and so left out
            &sequence(&[&sequence(&[&sequence(&[&octet_string(&HashAlgorithm::Sha256.digest(der))])])]),
        ),
    ]);
    let signature = signer.sign(&element(SET, &attributes))?;
    let serial = element(0x02, certificate.serial);
    let signer_info = sequence(&[
        VERSION_1,
        &sequence(&[certificate.issuer, &serial]),
        &hash_identifier(hash),
        &element(0xa0, &attributes),
        &signature_identifier(signer.algorithm()),
        &octet_string(&signature),
    ]);
    let certificates = if spec.with_certificates { element(0xa0, &set_of_content(signer.chain().to_vec())) } else { Vec::new() };
    let signed_data = sequence(&[
        VERSION_3,
        &constructed(SET, &[&hash_identifier(hash)]),
        &sequence(&[&oid(ID_TST_INFO), &element(0xa0, &octet_string(&content))]),
        &certificates,
        &constructed(SET, &[&signer_info]),
    ]);
    Ok(sequence(&[&oid(rfc5911::ID_SIGNED_DATA), &element(0xa0, &signed_data)]))
}

/// TSTInfo; ordering is FALSE and so left out.
fn info(spec: &TokenSpec<'_>, policy: &StampPolicy) -> Result<Vec<u8>, AuthorityError> {
    Ok(sequence(&[
        VERSION_1,
        &oid(policy.policy),
        &sequence(&[&hash_identifier(spec.hash), &octet_string(spec.imprint)]),
        &unsigned_integer(&spec.serial.to_be_bytes()),
        &generalized_time(spec.at)?,
        &accuracy(policy.accuracy),
        &spec.nonce.map_or(Vec::new(), |nonce| element(0x02, nonce)),
    ]))
}

/// `Accuracy { seconds, [0] millis }`, at least one second; zero parts are left out.
fn accuracy(accuracy: Duration) -> Vec<u8> {
    let accuracy = accuracy.max(Duration::SECOND);
    let seconds = unsigned_integer(&accuracy.whole_seconds().to_be_bytes());
    let millis = match accuracy.subsec_milliseconds() {
        0 => Vec::new(),
        millis => {
            let mut number = unsigned_integer(&millis.to_be_bytes());
            if let Some(tag) = number.first_mut() {
                *tag = 0x80;
            }
            number
        }
    };
    sequence(&[&seconds, &millis])
}

/// `Attribute { type, SET { value } }`.
fn attribute(kind: ObjectIdentifier, value: &[u8]) -> Vec<u8> {
    sequence(&[&oid(kind), &constructed(SET, &[value])])
}

/// BIT STRING with only the bit `number` set, cut behind it.
fn one_bit(number: usize) -> Vec<u8> {
    let mut content = vec![0; 2 + number / 8];
    if let Some(unused) = content.first_mut() {
        *unused = 7 - (number % 8) as u8;
    }
    if let Some(last) = content.last_mut() {
        *last = 0x80 >> (number % 8);
    }
    element(0x03, &content)
}
