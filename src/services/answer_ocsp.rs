//! Answers OCSP requests for the certification authorities of this installation.

use crate::{
    cms::{certificate_id::CertificateId, read_ocsp::OcspStatus, read_ocsp_request::OcspRequest},
    seal::authority::ocsp_answer::{OcspRefusal, OcspTimes, answer, refusal},
    services::{Refusal, Services, own_authority::ReadyIssuer},
};
use std::sync::Arc;

impl Services {
    /// Answers `request` (OCSPRequest, DER) with an OCSPResponse: states, or why there are none. One answer speaks for one authority:
    /// certificates of others in the same request are unknown. [`Refusal::NotFound`] when nobody answers here.
    pub async fn answer_ocsp(&self, request: &[u8]) -> Result<Vec<u8>, Refusal> {
        if self.own_authorities.iter().all(|authority| authority.ocsp.is_none()) {
            return Err(Refusal::NotFound);
        }
        let Ok(read) = OcspRequest::read(request) else { return Ok(refusal(OcspRefusal::MalformedRequest)) };
        let asked = |authority: &&Arc<ReadyIssuer>| authority.ocsp.is_some() && read.certificates.iter().any(|id| authority.has_issued(id));
        match self.own_authorities.iter().find(asked) {
            Some(authority) => self.sign_ocsp(authority.clone(), request.to_vec()).await,
            None => Ok(refusal(OcspRefusal::Unauthorized)),
        }
    }

    /// Lets the OCSP key of `authority` answer.
    pub(super) async fn sign_ocsp(&self, authority: Arc<ReadyIssuer>, request: Vec<u8>) -> Result<Vec<u8>, Refusal> {
        let signer = authority.ocsp.clone().ok_or(Refusal::NotFound)?;
        let now = self.now();
        let times = OcspTimes { at: now, next_update: now + authority.answer_for };
        let answered = self
            .on_worker(move || {
                let status =
                    |id: &CertificateId<'_>| Some(if authority.has_issued(id) { authority.status(id.serial) } else { OcspStatus::Unknown });
                answer(&request, &status, times, &*signer)
            })
            .await?;
        answered.map_err(|error| Refusal::Unavailable { cause: error.to_string() })
    }
}
