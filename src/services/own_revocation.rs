//! Tells the state of a certificate that an authority of this installation has issued, without a network: for validation data.

use crate::{
    cms::{read_certificate::Certificate, write_ocsp_request::write_ocsp_request},
    services::{Refusal, Services},
};

/// A signed statement about a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OwnAnswer {
    /// An OCSPResponse, DER.
    Ocsp(Vec<u8>),
    /// A revocation list, DER.
    List(Vec<u8>),
}

impl Services {
    /// What the issuer of `certificate` (both DER) says of it now: an OCSP answer where somebody answers for that issuer, else its list,
    /// both made now (to the second). `None` when the issuer is no authority of this installation.
    pub async fn own_revocation(&self, certificate: &[u8], issuer: &[u8]) -> Result<Option<OwnAnswer>, Refusal> {
        let Some(authority) = self.own_authorities.iter().find(|authority| authority.certificate == issuer).cloned() else {
            return Ok(None);
        };
        if authority.ocsp.is_none() {
            let list = self.sign_revocation_list(authority).await?;
            return Ok(Some(OwnAnswer::List(list.to_vec())));
        }
        let (Ok(certificate), Ok(issuer)) = (Certificate::read(certificate), Certificate::read(issuer)) else { return Ok(None) };
        let Some(request) = write_ocsp_request(certificate.serial, &issuer, None) else { return Ok(None) };
        Ok(Some(OwnAnswer::Ocsp(self.sign_ocsp(authority, request).await?)))
    }
}
