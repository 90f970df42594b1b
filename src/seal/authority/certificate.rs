//! Issues certificates: root, issuing authority, seal, time-stamp, OCSP signer, QR token, and one that is unfit for any of them.

use super::{AuthorityError, Issuer, extension, key_identifier, name::DistinguishedName, time};
use crate::{
    cms::{
        algorithm_identifier::signature_identifier,
        der_write::{NULL, TRUE, bit_string, element, named_bits, octet_string, oid, sequence, unsigned_integer},
    },
    seal::signer::Signer,
};
use ::time::OffsetDateTime;
use const_oid::db::{rfc5280 as ids, rfc6960};
use der::asn1::ObjectIdentifier;
use spki::{SubjectPublicKeyInfoRef, der::Decode};

/// What a key may be used for; it decides the extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// The anchor: issues issuing authorities.
    Root,
    /// Issues end-entity certificates and their revocation list.
    IssuingAuthority,
    /// Seals documents (电子印章): digitalSignature and contentCommitment.
    Seal,
    /// Signs time-stamps: the sole, critical extended usage timeStamping (RFC 3161 section 2.3).
    TimeStamp,
    /// Signs OCSP answers in the name of its issuer (RFC 6960 section 4.2.2.2); not to be looked up itself (ocsp-nocheck).
    OcspSigner,
    /// Signs QR tokens and status lists: digitalSignature, with an extended usage of its own, so that it is no seal.
    QrToken,
    /// Encrypts keys of TLS sessions: the wrong usage that a verifier must refuse.
    Unfit,
}

/// Everything a certificate says.
#[derive(Clone, Debug)]
pub struct CertificateSpec<'a> {
    /// What the key is for.
    pub purpose: Purpose,
    /// Serial number: 16 random bytes.
    pub serial: [u8; 16],
    /// The subject.
    pub subject: &'a DistinguishedName,
    /// SubjectPublicKeyInfo of the subject, DER.
    pub public_key: &'a [u8],
    /// First moment of validity, to the second.
    pub not_before: OffsetDateTime,
    /// Last moment of validity.
    pub not_after: OffsetDateTime,
    /// Certificate policies.
    pub policies: &'a [ObjectIdentifier],
    /// Where the issuer's revocation list can be fetched.
    pub revocation_list_url: Option<&'a str>,
    /// Where the issuer answers OCSP requests.
    pub ocsp_url: Option<&'a str>,
    /// Where the issuer's own certificate can be fetched.
    pub issuer_url: Option<&'a str>,
}

/// A private extended key usage for QR tokens, under the joint UUID arc (ITU-T X.667):
/// 2.25.146165209393724120240953118887095605264.
const QR_TOKEN_USAGE: &[u8] =
    &[0x69, 0x81, 0xdb, 0xf6, 0xb2, 0xcd, 0xc9, 0xe7, 0x92, 0x97, 0x97, 0x9d, 0xca, 0xfd, 0x83, 0xcf, 0xd6, 0xb2, 0xb0, 0x10];

/// Issues a certificate; `issuer` is `None` for a root, which names and signs itself. `signer` holds the issuer's key.
pub fn certificate(spec: &CertificateSpec<'_>, issuer: Option<&Issuer>, signer: &dyn Signer) -> Result<Vec<u8>, AuthorityError> {
    let key = SubjectPublicKeyInfoRef::from_der(spec.public_key).map_err(|_| AuthorityError::BadPublicKey)?;
    let identifier = key_identifier(key.subject_public_key.raw_bytes());
    if spec.not_before >= spec.not_after {
        return Err(AuthorityError::BadValidity);
    }
    let subject = spec.subject.to_der();
    let algorithm = signature_identifier(signer.algorithm());
    let to_be_signed = sequence(&[
        // [0] version 3
        &[0xa0, 3, 2, 1, 2],
        &serial_number(&spec.serial),
        &algorithm,
        issuer.map_or(&subject, |issuer| &issuer.name),
        &sequence(&[&time(spec.not_before)?, &time(spec.not_after)?]),
        &subject,
        spec.public_key,
        &element(0xa3, &extensions(spec, &identifier, issuer)),
    ]);
    let signature = signer.sign(&to_be_signed)?;
    Ok(sequence(&[&to_be_signed, &algorithm, &bit_string(&signature)]))
}

/// A positive INTEGER of exactly 16 bytes: the first bit is cleared, the second set.
fn serial_number(random: &[u8; 16]) -> Vec<u8> {
    element(0x02, &serial_octets(random))
}

/// The content octets of that serial number.
pub fn serial_octets(random: &[u8; 16]) -> [u8; 16] {
    (u128::from_be_bytes(*random) & (u128::MAX >> 1) | 1 << 126).to_be_bytes()
}

fn extensions(spec: &CertificateSpec<'_>, identifier: &[u8], issuer: Option<&Issuer>) -> Vec<u8> {
    let mut list = vec![extension(ids::ID_CE_SUBJECT_KEY_IDENTIFIER, false, &octet_string(identifier))];
    list.extend(issuer.map(Issuer::extension));
    let path_length = match spec.purpose {
        Purpose::Root => Some(1),
        Purpose::IssuingAuthority => Some(0),
        _ => None,
    };
    if let Some(length) = path_length {
        list.push(extension(ids::ID_CE_BASIC_CONSTRAINTS, true, &sequence(&[TRUE, &unsigned_integer(&[length])])));
    }
    list.push(extension(ids::ID_CE_KEY_USAGE, true, &named_bits(key_usage(spec.purpose))));
    match spec.purpose {
        Purpose::TimeStamp => list.push(extension(ids::ID_CE_EXT_KEY_USAGE, true, &sequence(&[&oid(ids::ID_KP_TIME_STAMPING)]))),
        Purpose::OcspSigner => {
            list.push(extension(ids::ID_CE_EXT_KEY_USAGE, false, &sequence(&[&oid(ids::ID_KP_OCSP_SIGNING)])));
            list.push(extension(rfc6960::ID_PKIX_OCSP_NOCHECK, false, NULL));
        }
        Purpose::QrToken => list.push(extension(ids::ID_CE_EXT_KEY_USAGE, false, &sequence(&[&element(0x06, QR_TOKEN_USAGE)]))),
        Purpose::Unfit => list.push(extension(ids::ID_CE_EXT_KEY_USAGE, false, &sequence(&[&oid(ids::ID_KP_SERVER_AUTH)]))),
        Purpose::Root | Purpose::IssuingAuthority | Purpose::Seal => {}
    }
    if !spec.policies.is_empty() {
        let policies: Vec<_> = spec.policies.iter().map(|policy| sequence(&[&oid(*policy)])).collect();
        list.push(extension(ids::ID_CE_CERTIFICATE_POLICIES, false, &element(0x30, &policies.concat())));
    }
    if let Some(url) = spec.revocation_list_url {
        // DistributionPoint { distributionPoint [0] { fullName [0] { uniformResourceIdentifier [6] } } }
        let point = element(0xa0, &element(0xa0, &element(0x86, url.as_bytes())));
        list.push(extension(ids::ID_CE_CRL_DISTRIBUTION_POINTS, false, &sequence(&[&sequence(&[&point])])));
    }
    // AccessDescription { accessMethod, uniformResourceIdentifier [6] }
    let access = |method: ObjectIdentifier, url: Option<&str>| url.map(|url| sequence(&[&oid(method), &element(0x86, url.as_bytes())]));
    let access = [access(ids::ID_AD_OCSP, spec.ocsp_url), access(ids::ID_AD_CA_ISSUERS, spec.issuer_url)];
    let access: Vec<u8> = access.into_iter().flatten().flatten().collect();
    if !access.is_empty() {
        list.push(extension(ids::ID_PE_AUTHORITY_INFO_ACCESS, false, &element(0x30, &access)));
    }
    element(0x30, &list.concat())
}

/// KeyUsage bits, bit 0 the most significant (RFC 5280 section 4.2.1.3).
fn key_usage(purpose: Purpose) -> u16 {
    match purpose {
        // keyCertSign, cRLSign
        Purpose::Root | Purpose::IssuingAuthority => 0x0600,
        // digitalSignature, contentCommitment
        Purpose::Seal | Purpose::TimeStamp => 0xc000,
        // digitalSignature
        Purpose::OcspSigner | Purpose::QrToken => 0x8000,
        // keyEncipherment
        Purpose::Unfit => 0x2000,
    }
}
