//! Does the signature of a time-stamp token hold, and may its signer stamp times (RFC 3161 sections 2.3 and 2.4.2)? No trust decision.

use crate::cms::{
    algorithm::HashAlgorithm,
    check_signature::{CheckedAlgorithm, SignatureError, algorithm, check_signature},
    read_certificate::{Certificate, issuer_and_serial},
    read_signed_data::SignerIdentifier,
    read_time_stamp::{ID_TST_INFO, TimeStampToken},
    signed_attributes::CertificateBinding,
};
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

/// Why a token proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenProblem {
    /// content-type is not id-ct-TSTInfo.
    #[error("the signed content type is not that of a time-stamp")]
    ContentType,
    /// message-digest is not the digest of the TSTInfo.
    #[error("the signed digest is not that of the time-stamp")]
    Digest,
    /// No certificate, or more than one, answers to the name of the signer.
    #[error("the certificate that signed the time-stamp is not there")]
    NoSigner,
    /// signing-certificate(-v2) is absent, or it or the SignerInfo names another certificate.
    #[error("the time-stamp is not bound to its signer's certificate")]
    NotBound,
    /// The certificate may not stamp times: its only, critical purpose must be timeStamping.
    #[error("the certificate that signed the time-stamp may not do so")]
    Purpose,
    /// The certificate was not valid when it stamped.
    #[error("the certificate that signed the time-stamp was not valid then")]
    Validity,
    /// The signature itself.
    #[error(transparent)]
    Signature(#[from] SignatureError),
}

impl TimeStampToken<'_> {
    /// The one certificate that signed, among those of the token and `others`.
    pub fn signer<'c>(&self, others: impl IntoIterator<Item = &'c [u8]>) -> Result<Certificate<'c>, TokenProblem>
    where
        Self: 'c,
    {
        let embedded = self.signed.certificates.iter().copied();
        let mut found: Option<Certificate<'c>> = None;
        for der in embedded.chain(others) {
            if !self.may_name(der) {
                continue;
            }
            let Ok(certificate) = Certificate::read(der) else { continue };
            match &found {
                _ if !self.names(&certificate) => {}
                Some(first) if first.der != certificate.der => return Err(TokenProblem::NoSigner),
                _ => found = Some(certificate),
            }
        }
        found.ok_or(TokenProblem::NoSigner)
    }

    /// Not a certificate of another issuer or serial number; whether it can be read at all is not asked.
    fn may_name(&self, der: &[u8]) -> bool {
        match (self.signed.signer, issuer_and_serial(der)) {
            (SignerIdentifier::IssuerAndSerial(issuer, serial), Ok(own)) => own == (issuer, serial),
            (SignerIdentifier::KeyIdentifier(_), _) | (_, Err(_)) => true,
        }
    }

    /// Is this token signed by `signer`, bound to it, and may `signer` stamp times? The path to an anchor is not looked at.
    pub fn check(&self, signer: &Certificate<'_>) -> Result<CheckedAlgorithm, TokenProblem> {
        let attributes = &self.signed.attributes;
        if attributes.content_type != ID_TST_INFO.as_bytes() {
            return Err(TokenProblem::ContentType);
        }
        let hash = self.signed.digest_algorithm.hash().ok_or(SignatureError::Unsupported)?;
        if hash.digest(self.content) != attributes.message_digest {
            return Err(TokenProblem::Digest);
        }
        if let Some((digest, signature)) = &attributes.protection
            && (digest.hash() != Some(hash) || *signature != self.signed.signature_algorithm)
        {
            return Err(SignatureError::Contradiction.into());
        }
        if !self.names(signer) || !self.is_bound(signer) {
            return Err(TokenProblem::NotBound);
        }
        if !signer.may_stamp_time() {
            return Err(TokenProblem::Purpose);
        }
        if self.info.gen_time < signer.not_before || self.info.gen_time > signer.not_after {
            return Err(TokenProblem::Validity);
        }
        let algorithm = algorithm(&self.signed.signature_algorithm, hash, signer.spki)?;
        check_signature(&algorithm, signer.spki, &attributes.signed_bytes(), self.signed.signature)?;
        Ok(algorithm)
    }

    fn names(&self, certificate: &Certificate<'_>) -> bool {
        match self.signed.signer {
            SignerIdentifier::IssuerAndSerial(issuer, serial) => certificate.issuer == issuer && certificate.serial == serial,
            SignerIdentifier::KeyIdentifier(identifier) => certificate.key_identifier == Some(identifier),
        }
    }

    /// Every binding that is there must name `signer`, and one must be there.
    fn is_bound(&self, signer: &Certificate<'_>) -> bool {
        let attributes = &self.signed.attributes;
        let second = attributes.signing_certificate.as_ref().map(|binding| {
            let hash = binding.hash.map_or(Some(HashAlgorithm::Sha256), |identifier| identifier.hash());
            hash.is_some_and(|hash| hash.digest(signer.der) == binding.digest) && names(binding, signer)
        });
        let first = attributes
            .signing_certificate_v1
            .as_ref()
            .map(|binding| digest(&SHA1_FOR_LEGACY_USE_ONLY, signer.der).as_ref() == binding.digest && names(binding, signer));
        second.or(first).is_some() && second != Some(false) && first != Some(false)
    }
}

fn names(binding: &CertificateBinding<'_>, signer: &Certificate<'_>) -> bool {
    binding.issuer_serial.is_none_or(|(issuer, serial)| issuer == signer.issuer && serial == signer.serial)
}
