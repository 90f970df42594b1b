//! A path from a signer's certificate to a trusted anchor (RFC 5280 clause 6), by webpki, with the usages that webpki leaves out.

use crate::cms::certificate_algorithms::CERTIFICATE_ALGORITHMS;
use crate::cms::read_certificate::Certificate;
use crate::cms::signature_memory::SignatureChecks;
use rustls::pki_types::{AlgorithmIdentifier, CertificateDer, InvalidSignature, SignatureVerificationAlgorithm, TrustAnchor, UnixTime};
use time::OffsetDateTime;
use webpki::{EndEntityCert, Error, ExtendedKeyUsageValidator, KeyPurposeIdIter, VerifiedPath};

/// A path that holds at the moment it was built for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// Positions, in the list of intermediates that was given, of those that the path uses; the leaf's issuer first.
    pub used: Vec<usize>,
    /// Position of the anchor in the list of anchors.
    pub anchor: usize,
}

/// What the leaf of a path is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathPurpose {
    /// Sealing or signing documents.
    Seal,
    /// Stamping times: extendedKeyUsage critical, and timeStamping alone (RFC 3161 section 2.3).
    TimeStamp,
}

impl PathPurpose {
    /// May the key of `leaf` be used so?
    pub fn allows(self, leaf: &Certificate<'_>) -> bool {
        match self {
            Self::Seal => leaf.may_seal(),
            Self::TimeStamp => leaf.may_stamp_time(),
        }
    }
}

/// Why there is no path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// No anchor, or none that the certificate leads to.
    #[error("no path to a trusted anchor")]
    NoChain,
    /// A certificate of the path is not valid at that moment.
    #[error("a certificate of the path is not valid at that moment")]
    OutOfValidity,
    /// Usage, basic constraints, path length, names or a critical extension forbid it.
    #[error("the path breaks a constraint of its certificates")]
    Constraints,
    /// A certificate was signed with an algorithm that we do not check.
    #[error("a certificate of the path is signed with an unsupported algorithm")]
    Unsupported,
    /// A certificate cannot be read.
    #[error("a certificate of the path cannot be read")]
    Malformed,
}

/// An algorithm that does not compute again what was found to hold before.
#[derive(Debug)]
struct Remembering<'m> {
    algorithm: &'static dyn SignatureVerificationAlgorithm,
    checks: &'m SignatureChecks,
}

impl SignatureVerificationAlgorithm for Remembering<'_> {
    fn verify_signature(&self, public_key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        let (key_kind, kind) = (self.public_key_alg_id(), self.signature_alg_id());
        let parts = [b"certificate", key_kind.as_ref(), kind.as_ref(), public_key, message, signature];
        self.checks.check(&parts, InvalidSignature, || self.algorithm.verify_signature(public_key, message, signature))
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        self.algorithm.public_key_alg_id()
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        self.algorithm.signature_alg_id()
    }
}

/// Purposes are judged by [`PathPurpose::allows`] on the leaf; authorities of documents are not limited by purpose.
struct AnyPurpose;

impl ExtendedKeyUsageValidator for AnyPurpose {
    fn validate(&self, purposes: KeyPurposeIdIter<'_, '_>) -> Result<(), Error> {
        purposes.into_iter().try_for_each(|purpose| purpose.map(drop))
    }
}

/// Builds a path: names, signatures, validity at `at`, basic constraints and path length, name constraints, critical extensions
/// (webpki); keyUsage of the leaf and of every authority, purpose of the leaf (ours).
pub fn build_path(
    leaf: &Certificate<'_>,
    purpose: PathPurpose,
    intermediates: &[&[u8]],
    anchors: &[TrustAnchor<'_>],
    at: OffsetDateTime,
    checks: &SignatureChecks,
) -> Result<Path, PathError> {
    if anchors.is_empty() {
        return Err(PathError::NoChain);
    }
    let seconds = u64::try_from(at.unix_timestamp()).map_err(|_| PathError::OutOfValidity)?;
    let moment = UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds));
    let der = CertificateDer::from(leaf.der);
    let end_entity = EndEntityCert::try_from(&der).map_err(path_error)?;
    let others: Vec<CertificateDer<'_>> = intermediates.iter().map(|der| CertificateDer::from(*der)).collect();
    let remembering: Vec<_> = CERTIFICATE_ALGORITHMS.iter().map(|algorithm| Remembering { algorithm: *algorithm, checks }).collect();
    let algorithms: Vec<&dyn SignatureVerificationAlgorithm> = remembering.iter().map(|one| one as _).collect();
    let authorities = |path: &VerifiedPath<'_>| {
        let all = path.intermediate_certificates().all(|issuer| Certificate::read(&issuer.der()).is_ok_and(|issuer| issuer.may_certify()));
        if all { Ok(()) } else { Err(Error::EndEntityUsedAsCa) }
    };
    let path =
        end_entity.verify_for_usage(&algorithms, anchors, &others, moment, AnyPurpose, None, Some(&authorities)).map_err(path_error)?;
    if !purpose.allows(leaf) {
        return Err(PathError::Constraints);
    }
    let used = path.intermediate_certificates().filter_map(|used| intermediates.iter().position(|der| **der == *used.der())).collect();
    let anchor = anchors.iter().position(|anchor| std::ptr::eq(anchor, path.anchor())).ok_or(PathError::NoChain)?;
    Ok(Path { used, anchor })
}

fn path_error(error: Error) -> PathError {
    match error {
        Error::UnknownIssuer | Error::InvalidSignatureForPublicKey => PathError::NoChain,
        Error::CertExpired { .. } | Error::CertNotValidYet { .. } => PathError::OutOfValidity,
        Error::UnsupportedSignatureAlgorithmContext(_) | Error::UnsupportedSignatureAlgorithmForPublicKeyContext(_) => {
            PathError::Unsupported
        }
        Error::CaUsedAsEndEntity
        | Error::EndEntityUsedAsCa
        | Error::PathLenConstraintViolated
        | Error::NameConstraintViolation
        | Error::UnsupportedCriticalExtension
        | Error::RequiredEkuNotFoundContext(_)
        | Error::ExtensionValueInvalid
        | Error::MaximumPathDepthExceeded => PathError::Constraints,
        _ => PathError::Malformed,
    }
}
