//! What we need to know of an X.509 certificate (RFC 5280), borrowed from its DER.

use const_oid::ObjectIdentifier;
use x509_parser::prelude::{FromDer, ParsedExtension, X509Certificate};

/// A certificate, read.
#[derive(Clone, Debug)]
pub struct Certificate<'a> {
    /// The whole certificate.
    pub der: &'a [u8],
    /// Issuer name, whole SEQUENCE.
    pub issuer: &'a [u8],
    /// Content octets of the serial number.
    pub serial: &'a [u8],
    /// SubjectPublicKeyInfo, whole SEQUENCE.
    pub spki: &'a [u8],
    /// Common name of the subject, or its whole name.
    pub name: String,
    /// SubjectKeyIdentifier.
    pub key_identifier: Option<&'a [u8]>,
    /// Bits of keyUsage; `None` when there is no such extension.
    pub key_usage: Option<KeyUsage>,
    /// Purposes of extendedKeyUsage; `None` when there is no such extension.
    pub purposes: Option<Vec<Purpose>>,
    /// Does basicConstraints say CA?
    pub is_authority: bool,
}

/// The bits of keyUsage that matter here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyUsage {
    /// digitalSignature.
    pub digital_signature: bool,
    /// contentCommitment, once called nonRepudiation.
    pub content_commitment: bool,
    /// keyCertSign.
    pub certificate_signing: bool,
}

/// A purpose of extendedKeyUsage, by what it means for a seal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Signing documents: id-kp-documentSigning (RFC 9336), its forerunners of Adobe and Microsoft, emailProtection, anyExtendedKeyUsage.
    Document,
    /// timeStamping.
    TimeStamping,
    /// Something else.
    Other,
}

/// The certificate cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the certificate cannot be read")]
pub struct CertificateError;

const DOCUMENT_SIGNING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.36");
const ADOBE_AUTHENTIC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113583.1.1.5");
const MICROSOFT_DOCUMENT: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.311.10.3.12");

impl<'a> Certificate<'a> {
    /// Reads one certificate, which must be all of `der`.
    pub fn read(der: &'a [u8]) -> Result<Self, CertificateError> {
        let (rest, parsed) = X509Certificate::from_der(der).map_err(|_| CertificateError)?;
        if !rest.is_empty() {
            return Err(CertificateError);
        }
        // Borrow from `der`, not from `parsed`: names and keys are slices of the input.
        let tbs = &parsed.tbs_certificate;
        let basic_constraints = parsed.basic_constraints().map_err(|_| CertificateError)?;
        let key_usage = parsed.key_usage().map_err(|_| CertificateError)?.map(|extension| KeyUsage {
            digital_signature: extension.value.digital_signature(),
            content_commitment: extension.value.non_repudiation(),
            certificate_signing: extension.value.key_cert_sign(),
        });
        let purposes = parsed.extended_key_usage().map_err(|_| CertificateError)?.map(|extension| purposes(extension.value));
        let key_identifier = parsed.extensions().iter().find_map(|extension| match extension.parsed_extension() {
            ParsedExtension::SubjectKeyIdentifier(identifier) => slice_of(der, identifier.0),
            _ => None,
        });
        let common_name = tbs.subject.iter_common_name().next().and_then(|name| name.as_str().ok());
        Ok(Self {
            der,
            issuer: slice_of(der, tbs.issuer.as_raw()).ok_or(CertificateError)?,
            serial: slice_of(der, tbs.raw_serial()).ok_or(CertificateError)?,
            spki: slice_of(der, tbs.subject_pki.raw).ok_or(CertificateError)?,
            name: common_name.map_or_else(|| tbs.subject.to_string(), str::to_owned),
            key_identifier,
            key_usage,
            purposes,
            is_authority: basic_constraints.is_some_and(|extension| extension.value.ca),
        })
    }

    /// May its key seal documents? An absent keyUsage or extendedKeyUsage does not limit it.
    pub fn may_seal(&self) -> bool {
        let usage = self.key_usage.is_none_or(|usage| usage.digital_signature || usage.content_commitment);
        let purpose = self.purposes.as_ref().is_none_or(|purposes| purposes.contains(&Purpose::Document));
        usage && purpose && !self.is_authority
    }

    /// May its key sign certificates?
    pub fn may_certify(&self) -> bool {
        self.is_authority && self.key_usage.is_none_or(|usage| usage.certificate_signing)
    }
}

/// The same octets as a slice of `whole` itself, so that they live as long as it does.
fn slice_of<'a>(whole: &'a [u8], part: &[u8]) -> Option<&'a [u8]> {
    let start = (part.as_ptr() as usize).checked_sub(whole.as_ptr() as usize)?;
    whole.get(start..start.checked_add(part.len())?)
}

fn purposes(extension: &x509_parser::extensions::ExtendedKeyUsage<'_>) -> Vec<Purpose> {
    let documents = [DOCUMENT_SIGNING, ADOBE_AUTHENTIC, MICROSOFT_DOCUMENT];
    let mut found: Vec<Purpose> = extension
        .other
        .iter()
        .map(|oid| if documents.iter().any(|known| known.as_bytes() == oid.as_bytes()) { Purpose::Document } else { Purpose::Other })
        .collect();
    if extension.any || extension.email_protection {
        found.push(Purpose::Document);
    }
    if extension.time_stamping {
        found.push(Purpose::TimeStamping);
    }
    if extension.server_auth || extension.client_auth || extension.code_signing || extension.ocsp_signing {
        found.push(Purpose::Other);
    }
    found
}
