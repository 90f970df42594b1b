//! Answers OCSP requests (证书状态, RFC 6960): the state of certificates, signed by their issuer or by whom it has certified for that.

use super::{AuthorityError, generalized_time};
use crate::{
    cms::{
        algorithm_identifier::signature_identifier,
        certificate_id::CertificateId,
        check_signature::key_bits,
        der_write::{bit_string, element, octet_string, oid, sequence},
        read_certificate::Certificate,
        read_ocsp::OcspStatus,
        read_ocsp_request::OcspRequest,
    },
    seal::signer::Signer,
};
use ::time::OffsetDateTime;
use const_oid::db::rfc6960;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

/// Why a responder gives no answer (OCSPResponseStatus).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OcspRefusal {
    /// The request cannot be read.
    MalformedRequest = 1,
    /// The responder failed.
    InternalError = 2,
    /// The responder cannot answer now.
    TryLater = 3,
    /// The responder does not answer for that issuer.
    Unauthorized = 6,
}

/// From when to when an answer says how things stand.
#[derive(Clone, Copy, Debug)]
pub struct OcspTimes {
    /// When the answer is signed, and until when what it says was looked up; cut to the second.
    pub at: OffsetDateTime,
    /// When newer information is there at the latest.
    pub next_update: OffsetDateTime,
}

/// The answer to `request` (OCSPRequest): an OCSPResponse in every case. `status` tells the state of a certificate, or `None` where this
/// responder does not answer for its issuer. Only the key's failure is an error.
pub fn answer(
    request: &[u8],
    status: &dyn Fn(&CertificateId<'_>) -> Option<OcspStatus>,
    times: OcspTimes,
    signer: &dyn Signer,
) -> Result<Vec<u8>, AuthorityError> {
    let Ok(request) = OcspRequest::read(request) else { return Ok(refusal(OcspRefusal::MalformedRequest)) };
    let states: Option<Vec<_>> = request.certificates.iter().map(|id| status(id).map(|status| (id.der, status))).collect();
    match states {
        Some(states) => sign(&states, request.nonce, times, signer),
        None => Ok(refusal(OcspRefusal::Unauthorized)),
    }
}

/// An OCSPResponse that is no answer.
pub fn refusal(refusal: OcspRefusal) -> Vec<u8> {
    sequence(&[&element(0x0a, &[refusal as u8])])
}

/// The answer about certificates, each named by the DER of its CertID; `nonce` is the value of the request's nonce extension.
pub fn sign(
    states: &[(&[u8], OcspStatus)],
    nonce: Option<&[u8]>,
    times: OcspTimes,
    signer: &dyn Signer,
) -> Result<Vec<u8>, AuthorityError> {
    if times.at >= times.next_update {
        return Err(AuthorityError::BadValidity);
    }
    let der = signer.chain().first().ok_or(AuthorityError::BadSigner)?;
    let certificate = Certificate::read(der).map_err(|_| AuthorityError::BadSigner)?;
    if !certificate.may_answer_ocsp() && !certificate.may_certify() {
        return Err(AuthorityError::BadSigner);
    }
    let key = key_bits(certificate.spki).ok_or(AuthorityError::BadSigner)?;
    let singles = states.iter().map(|(id, status)| single(id, *status, times)).collect::<Result<Vec<_>, _>>()?;
    let to_be_signed = sequence(&[
        // responderID byKey
        &element(0xa2, &octet_string(digest(&SHA1_FOR_LEGACY_USE_ONLY, key).as_ref())),
        &generalized_time(times.at)?,
        &element(0x30, &singles.concat()),
        &nonce
            .map_or(Vec::new(), |nonce| element(0xa1, &sequence(&[&sequence(&[&oid(rfc6960::ID_PKIX_OCSP_NONCE), &octet_string(nonce)])]))),
    ]);
    let signature = signer.sign(&to_be_signed)?;
    let basic =
        sequence(&[&to_be_signed, &signature_identifier(signer.algorithm()), &bit_string(&signature), &element(0xa0, &sequence(&[der]))]);
    let bytes = sequence(&[&oid(rfc6960::ID_PKIX_OCSP_BASIC), &octet_string(&basic)]);
    // OCSPResponseStatus successful
    Ok(sequence(&[&element(0x0a, &[0]), &element(0xa0, &bytes)]))
}

fn single(id: &[u8], status: OcspStatus, times: OcspTimes) -> Result<Vec<u8>, AuthorityError> {
    let status = match status {
        OcspStatus::Good => element(0x80, &[]),
        OcspStatus::Unknown => element(0x82, &[]),
        OcspStatus::Revoked { at, reason } => {
            let reason = reason.map_or(Vec::new(), |reason| element(0xa0, &element(0x0a, &[reason])));
            element(0xa1, &[generalized_time(at)?, reason].concat())
        }
    };
    Ok(sequence(&[id, &status, &generalized_time(times.at)?, &element(0xa0, &generalized_time(times.next_update)?)]))
}
