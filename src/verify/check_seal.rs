//! One signature by the bytes alone (checks V3 to V9): what it covers, its CMS, its certificate, its digest, its value.

use crate::cms::algorithm::HashAlgorithm;
use crate::cms::algorithm_name::algorithm_name;
use crate::cms::check_signature::{AlgorithmIdentifier, SignatureError, algorithm, check_signature};
use crate::cms::read_certificate::Certificate;
use crate::cms::read_signed_data::{ID_DATA, ID_SIGNATURE_TIME_STAMP, SignedData, SignerIdentifier};
use crate::cms::signed_attributes::CertificateBinding;
use crate::domain::digest::Digest;
use crate::domain::verdict::ReasonCode;
use crate::pdf::read::{Limits, SignatureBytes};
use crate::verify::check_time_stamp::{StampFacts, check_signature_stamps};
use crate::verify::covered_digests::CoveredDigests;

/// What one signature says, and whether it holds.
#[derive(Clone, Debug, Default)]
pub struct SealFacts {
    /// Why it does not hold, or cannot be judged; `None` when digest and value hold.
    pub failure: Option<ReasonCode>,
    /// The signer's certificate.
    pub signer: Option<SignerCertificate>,
    /// The other certificates of the CMS.
    pub others: Vec<Vec<u8>>,
    /// How the algorithm is named.
    pub algorithm: Option<&'static str>,
    /// Is it a PAdES baseline signature (B-B)?
    pub baseline: bool,
    /// The signature time-stamps (unsigned attribute), in their order.
    pub stamps: Vec<StampFacts>,
    /// SHA-256 over the covered bytes.
    pub signed_digest: Option<Digest>,
}

/// The signer's certificate and what was read of it.
#[derive(Clone, Debug)]
pub struct SignerCertificate {
    /// The certificate.
    pub der: Vec<u8>,
    /// Common name.
    pub name: String,
}

/// Judges the CMS in `bytes` over the bytes it covers. Signers of its time-stamps may stand among `store`, certificates of the document.
pub fn check_seal(bytes: &SignatureBytes<'_>, digests: &CoveredDigests<'_>, store: &[&[u8]], limits: &Limits) -> SealFacts {
    let mut facts = SealFacts::default();
    facts.failure = check(bytes, digests, store, limits, &mut facts).err();
    facts
}

fn check(
    bytes: &SignatureBytes<'_>,
    digests: &CoveredDigests<'_>,
    store: &[&[u8]],
    limits: &Limits,
    facts: &mut SealFacts,
) -> Result<(), ReasonCode> {
    let sub_filter = bytes.dict.get(b"SubFilter").as_name();
    let pades = sub_filter == Some(b"ETSI.CAdES.detached");
    match sub_filter {
        Some(b"ETSI.CAdES.detached" | b"adbe.pkcs7.detached") => {}
        Some(b"adbe.pkcs7.sha1" | b"adbe.x509.rsa_sha1") => return Err(ReasonCode::CryptoConstraints),
        Some(_) => return Err(ReasonCode::SigConstraints),
        None => return Err(ReasonCode::FormatFailure),
    }
    if bytes.contents().len() > limits.cms {
        return Err(ReasonCode::FormatFailure);
    }
    let (cms, padding) = SignedData::read(bytes.contents()).map_err(|_| ReasonCode::FormatFailure)?;
    if padding.iter().any(|byte| *byte != 0) || cms.attributes.content_type != ID_DATA.as_bytes() {
        return Err(ReasonCode::FormatFailure);
    }
    let signer = find_signer(&cms).ok_or(ReasonCode::NoSigningCertificate)?;
    facts.signer = Some(SignerCertificate { der: signer.der.to_vec(), name: signer.name.clone() });
    facts.others = cms.certificates.iter().filter(|der| **der != signer.der).map(|der| der.to_vec()).collect();
    facts.algorithm = algorithm_name(&cms.signature_algorithm, &cms.digest_algorithm, signer.spki);
    let stamps = cms.unsigned.iter().filter(|attribute| attribute.oid == ID_SIGNATURE_TIME_STAMP.as_bytes());
    facts.stamps = check_signature_stamps(stamps.map(|attribute| attribute.values), cms.signature, store);
    facts.baseline = pades
        && !cms.attributes.has_forbidden
        && !cms.has_crls
        && bytes.dict.entry(b"M").is_some()
        && bytes.dict.entry(b"Cert").is_none()
        && bytes.dict.entry(b"Filter").is_some()
        && cms.unsigned.iter().all(|attribute| attribute.oid == ID_SIGNATURE_TIME_STAMP.as_bytes());
    if let Some((digest, signature)) = &cms.attributes.protection
        && (!same_digest(digest, &cms.digest_algorithm) || *signature != cms.signature_algorithm)
    {
        return Err(ReasonCode::FormatFailure);
    }
    let bound = cms.attributes.signing_certificate.ok_or(ReasonCode::NoSigningCertificate)?;
    if !is_bound(&bound, &signer) {
        return Err(ReasonCode::NoSigningCertificate);
    }
    let digest = cms.digest_algorithm.hash().ok_or(ReasonCode::CryptoConstraints)?;
    let found = digests.digest(digest, bytes);
    facts.signed_digest = match <[u8; 32]>::try_from(found.as_ref()) {
        Ok(sha256) if digest == HashAlgorithm::Sha256 => Some(Digest(sha256)),
        _ => <[u8; 32]>::try_from(digests.digest(HashAlgorithm::Sha256, bytes).as_ref()).ok().map(Digest),
    };
    if found.as_ref() != cms.attributes.message_digest {
        return Err(ReasonCode::HashFailure);
    }
    let algorithm = algorithm(&cms.signature_algorithm, digest, signer.spki).map_err(signature_failure)?;
    check_signature(&algorithm, signer.spki, &cms.attributes.signed_bytes(), cms.signature).map_err(signature_failure)
}

fn signature_failure(error: SignatureError) -> ReasonCode {
    match error {
        SignatureError::Unsupported => ReasonCode::CryptoConstraints,
        SignatureError::Contradiction => ReasonCode::FormatFailure,
        SignatureError::Wrong => ReasonCode::SigCryptoFailure,
    }
}

/// Digest algorithms are the same whether their parameters are absent or NULL (RFC 5754).
fn same_digest(one: &AlgorithmIdentifier<'_>, other: &AlgorithmIdentifier<'_>) -> bool {
    one.oid == other.oid && [one.parameters, other.parameters].iter().all(|p| matches!(p, None | Some([5, 0])))
}

/// The one certificate that the SignerInfo names; `None` also when two of them answer to the name.
fn find_signer<'a>(cms: &SignedData<'a>) -> Option<Certificate<'a>> {
    let mut named = cms.certificates.iter().filter_map(|der| Certificate::read(der).ok()).filter(|certificate| match cms.signer {
        SignerIdentifier::IssuerAndSerial(issuer, serial) => certificate.issuer == issuer && certificate.serial == serial,
        SignerIdentifier::KeyIdentifier(identifier) => certificate.key_identifier == Some(identifier),
    });
    let first = named.next()?;
    named.next().is_none().then_some(first)
}

/// Does signing-certificate-v2 bind this very certificate (check V6)?
fn is_bound(binding: &CertificateBinding<'_>, signer: &Certificate<'_>) -> bool {
    let hash = binding.hash.map_or(Some(HashAlgorithm::Sha256), |identifier| identifier.hash());
    let digest = hash.is_some_and(|hash| ring::digest::digest(hash.ring(), signer.der).as_ref() == binding.digest);
    digest && binding.issuer_serial.is_none_or(|(issuer, serial)| issuer == signer.issuer && serial == signer.serial)
}
