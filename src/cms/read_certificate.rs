//! What we need to know of an X.509 certificate (RFC 5280), borrowed from its DER.

use crate::cms::der_read::{DerError, DerReader, tag};
use crate::cms::signed_parts::SignedParts;
use const_oid::{ObjectIdentifier, db::rfc6960};
use time::OffsetDateTime;
use x509_parser::extensions::{DistributionPointName, GeneralName};
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
    /// Subject name, whole SEQUENCE.
    pub subject: &'a [u8],
    /// First moment of validity.
    pub not_before: OffsetDateTime,
    /// Last moment of validity.
    pub not_after: OffsetDateTime,
    /// SubjectPublicKeyInfo, whole SEQUENCE.
    pub spki: &'a [u8],
    /// Common name of the subject, or its whole name.
    pub name: String,
    /// SubjectKeyIdentifier.
    pub key_identifier: Option<&'a [u8]>,
    /// Key identifier of AuthorityKeyIdentifier.
    pub authority_key_identifier: Option<&'a [u8]>,
    /// Bits of keyUsage; `None` when there is no such extension.
    pub key_usage: Option<KeyUsage>,
    /// Purposes of extendedKeyUsage; `None` when there is no such extension.
    pub purposes: Option<Vec<Purpose>>,
    /// Is extendedKeyUsage critical?
    pub purposes_are_critical: bool,
    /// Does basicConstraints say CA?
    pub is_authority: bool,
    /// Where the issuer answers OCSP requests (authorityInfoAccess), in the order of the certificate.
    pub ocsp_urls: Vec<&'a str>,
    /// Where the issuer's own certificate can be fetched (authorityInfoAccess).
    pub ca_issuer_urls: Vec<&'a str>,
    /// Where revocation lists can be fetched (cRLDistributionPoints).
    pub crl_urls: Vec<&'a str>,
    /// id-pkix-ocsp-nocheck: an OCSP signer that is trusted for its whole life.
    pub has_ocsp_nocheck: bool,
    /// What the issuer's signature covers.
    pub signed: SignedParts<'a>,
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
    /// cRLSign.
    pub list_signing: bool,
}

/// A purpose of extendedKeyUsage, by what it means for a seal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Signing documents: id-kp-documentSigning (RFC 9336), its forerunners of Adobe and Microsoft, emailProtection, anyExtendedKeyUsage.
    Document,
    /// timeStamping.
    TimeStamping,
    /// Signing OCSP answers in the name of the issuer (id-kp-OCSPSigning).
    OcspSigning,
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

const OCSP_ACCESS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.1");
const ISSUER_ACCESS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.48.2");

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
            list_signing: extension.value.crl_sign(),
        });
        let extended = parsed.extended_key_usage().map_err(|_| CertificateError)?;
        let mut addresses = Addresses::default();
        let (mut key_identifier, mut authority_key_identifier) = (None, None);
        for extension in parsed.extensions() {
            match extension.parsed_extension() {
                ParsedExtension::SubjectKeyIdentifier(identifier) => key_identifier = slice_of(der, identifier.0),
                ParsedExtension::AuthorityKeyIdentifier(identifier) => {
                    authority_key_identifier = identifier.key_identifier.as_ref().and_then(|identifier| slice_of(der, identifier.0));
                }
                other => addresses.collect(der, other),
            }
        }
        let nocheck = rfc6960::ID_PKIX_OCSP_NOCHECK.as_bytes();
        let signed = read_signed(der).map_err(|_| CertificateError)?;
        let common_name = tbs.subject.iter_common_name().next().and_then(|name| name.as_str().ok());
        Ok(Self {
            der,
            signed,
            subject: slice_of(der, tbs.subject.as_raw()).ok_or(CertificateError)?,
            not_before: tbs.validity.not_before.to_datetime(),
            not_after: tbs.validity.not_after.to_datetime(),
            authority_key_identifier,
            purposes_are_critical: extended.as_ref().is_some_and(|extension| extension.critical),
            ocsp_urls: addresses.ocsp,
            ca_issuer_urls: addresses.issuers,
            crl_urls: addresses.lists,
            has_ocsp_nocheck: parsed.extensions().iter().any(|extension| extension.oid.as_bytes() == nocheck),
            issuer: slice_of(der, tbs.issuer.as_raw()).ok_or(CertificateError)?,
            serial: slice_of(der, tbs.raw_serial()).ok_or(CertificateError)?,
            spki: slice_of(der, tbs.subject_pki.raw).ok_or(CertificateError)?,
            name: common_name.map_or_else(|| tbs.subject.to_string(), str::to_owned),
            key_identifier,
            key_usage,
            purposes: extended.map(|extension| purposes(extension.value)),
            is_authority: basic_constraints.is_some_and(|extension| extension.value.ca),
        })
    }

    /// May its key seal documents? An absent keyUsage or extendedKeyUsage does not limit it.
    pub fn may_seal(&self) -> bool {
        let usage = self.key_usage.is_none_or(|usage| usage.digital_signature || usage.content_commitment);
        let purpose = self.purposes.as_ref().is_none_or(|purposes| purposes.contains(&Purpose::Document));
        usage && purpose && !self.is_authority
    }

    /// May its key stamp times? timeStamping must be its only purpose, and critical (RFC 3161 section 2.3).
    pub fn may_stamp_time(&self) -> bool {
        let usage = self.key_usage.is_none_or(|usage| usage.digital_signature || usage.content_commitment);
        let purpose = self.purposes.as_deref() == Some(&[Purpose::TimeStamping]) && self.purposes_are_critical;
        usage && purpose && !self.is_authority
    }

    /// May its key answer OCSP requests in the name of its issuer (RFC 6960 section 4.2.2.2)?
    pub fn may_answer_ocsp(&self) -> bool {
        let usage = self.key_usage.is_none_or(|usage| usage.digital_signature || usage.content_commitment);
        let purpose = self.purposes.as_ref().is_some_and(|purposes| purposes.contains(&Purpose::OcspSigning));
        usage && purpose && !self.is_authority
    }

    /// May its key sign revocation lists?
    pub fn may_sign_lists(&self) -> bool {
        self.key_usage.is_none_or(|usage| usage.list_signing)
    }

    /// Do issuer and subject have the same name?
    pub fn is_self_issued(&self) -> bool {
        self.issuer == self.subject
    }

    /// Is it valid at that moment?
    pub fn is_valid_at(&self, moment: OffsetDateTime) -> bool {
        (self.not_before..=self.not_after).contains(&moment)
    }

    /// May its key sign certificates?
    pub fn may_certify(&self) -> bool {
        self.is_authority && self.key_usage.is_none_or(|usage| usage.certificate_signing)
    }
}

/// Addresses that a certificate names, `http` and others alike.
#[derive(Default)]
struct Addresses<'a> {
    ocsp: Vec<&'a str>,
    issuers: Vec<&'a str>,
    lists: Vec<&'a str>,
}

impl<'a> Addresses<'a> {
    fn collect(&mut self, der: &'a [u8], extension: &ParsedExtension<'_>) {
        let address = |name: &GeneralName<'_>| match name {
            GeneralName::URI(uri) => slice_of(der, uri.as_bytes()).and_then(|bytes| str::from_utf8(bytes).ok()),
            _ => None,
        };
        match extension {
            ParsedExtension::AuthorityInfoAccess(access) => {
                for description in &access.accessdescs {
                    if description.access_method.as_bytes() == OCSP_ACCESS.as_bytes() {
                        self.ocsp.extend(address(&description.access_location));
                    } else if description.access_method.as_bytes() == ISSUER_ACCESS.as_bytes() {
                        self.issuers.extend(address(&description.access_location));
                    }
                }
            }
            ParsedExtension::CRLDistributionPoints(points) => {
                for point in &points.points {
                    if let Some(DistributionPointName::FullName(names)) = &point.distribution_point {
                        self.lists.extend(names.iter().filter_map(address));
                    }
                }
            }
            _ => {}
        }
    }
}

/// Issuer name (whole SEQUENCE) and content octets of the serial number of a certificate that need not be read further: who looks for
/// one among many asks this first.
pub fn issuer_and_serial(der: &[u8]) -> Result<(&[u8], &[u8]), DerError> {
    let mut tbs = DerReader::new(der).expect(tag::SEQUENCE)?.inside().expect(tag::SEQUENCE)?.inside();
    tbs.optional(tag::CONTEXT_0)?;
    let serial = tbs.expect(tag::INTEGER)?.value;
    tbs.expect(tag::SEQUENCE)?;
    Ok((tbs.expect(tag::SEQUENCE)?.whole, serial))
}

fn read_signed(der: &[u8]) -> Result<SignedParts<'_>, DerError> {
    let mut inside = DerReader::new(der).expect(tag::SEQUENCE)?.inside();
    let signed = SignedParts::read(&mut inside)?;
    inside.end()?;
    Ok(signed)
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
    if extension.ocsp_signing {
        found.push(Purpose::OcspSigning);
    }
    if extension.server_auth || extension.client_auth || extension.code_signing {
        found.push(Purpose::Other);
    }
    found
}
