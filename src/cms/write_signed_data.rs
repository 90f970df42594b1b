//! Writes the CMS SignedData of a PAdES baseline signature as exact DER: everything constant of a signer is encoded once.

use crate::{
    cms::{
        algorithm::SignatureAlgorithm,
        algorithm_identifier::{hash_identifier, signature_identifier},
        der_read::{DerReader, tag},
        der_write::{SEQUENCE, SET, constructed, element, header, header_length, octet_string, oid, sequence, set_of_content},
    },
    domain::digest::Digest,
};
use const_oid::db::rfc5911;
use der::asn1::ObjectIdentifier;
use x509_parser::{certificate::X509Certificate, oid_registry::OID_SIG_ED25519, prelude::FromDer, public_key::PublicKey};

/// `id-aa-CMSAlgorithmProtection` (RFC 6211).
const ALGORITHM_PROTECTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.52");
/// `id-aa-signatureTimeStampToken` (RFC 3161 appendix A).
const SIGNATURE_TIME_STAMP: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.14");
const VERSION_1: &[u8] = &[0x02, 0x01, 0x01];

/// Why a SignedData cannot be written.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// The chain is empty.
    #[error("the signer has no certificate; give its certificate chain")]
    NoCertificate,
    /// A certificate of the chain is no DER certificate.
    #[error("certificate {0} of the chain is not a DER certificate; export it again")]
    BadCertificate(usize),
    /// A certificate does not issue the one before it.
    #[error("certificate {0} of the chain did not issue the one before it; order the file leaf first, without the root")]
    BrokenChain(usize),
    /// The chain holds its root.
    #[error("certificate {0} of the chain is a root; remove it: verifiers bring their own anchors")]
    RootInChain(usize),
    /// The certificate's key is of another kind than the algorithm.
    #[error("the certificate's key cannot be used with {0}")]
    WrongKeyKind(&'static str),
    /// The message digest has not the length of the hash.
    #[error("the message digest is not of the signer's hash algorithm")]
    WrongDigestLength,
    /// A time-stamp token is not one DER SEQUENCE.
    #[error("the time-stamp token is not one DER value; ask the time-stamp authority again")]
    BadToken,
}

/// The constant parts of every signature of one signer.
#[derive(Debug)]
pub struct SignedDataTemplate {
    algorithm: SignatureAlgorithm,
    certificate_digest: Digest,
    /// version, digestAlgorithms, encapContentInfo and certificates of SignedData.
    outer: Vec<u8>,
    /// version, sid and digestAlgorithm of SignerInfo.
    inner: Vec<u8>,
    /// Content of the signedAttrs set, zeros where the message digest goes.
    attributes: Vec<u8>,
    digest_at: usize,
    signature_algorithm: Vec<u8>,
    longest_signature: usize,
}

/// The signed attributes with tag SET OF: the bytes that are to be signed (RFC 5652 section 5.4).
pub struct SignedAttributes(Vec<u8>);

impl SignedAttributes {
    /// The message for the key.
    pub fn to_be_signed(&self) -> &[u8] {
        &self.0
    }
}

impl SignedDataTemplate {
    /// Prepares for `algorithm` and `chain`: DER certificates, the signer's first, each issued by the next, no root.
    pub fn new(algorithm: SignatureAlgorithm, chain: &[Vec<u8>]) -> Result<Self, WriteError> {
        let leaf_der = chain.first().ok_or(WriteError::NoCertificate)?;
        let leaf = check_chain(chain)?;
        let longest_signature = longest_signature(algorithm, &leaf)?;
        let hash = hash_identifier(algorithm.hash());
        let signature_algorithm = signature_identifier(algorithm);
        let digest_length = algorithm.hash().ring().output_len();
        let certificates = set_of_content(chain.to_vec());
        let outer = [VERSION_1, &constructed(SET, &[&hash]), &sequence(&[&oid(rfc5911::ID_DATA)]), &element(0xa0, &certificates)].concat();
        let serial = element(0x02, leaf.tbs_certificate.raw_serial());
        let sid = sequence(&[leaf.tbs_certificate.issuer.as_raw(), &serial]);
        let inner = [VERSION_1, &sid, &hash].concat();
        let certificate_digest = Digest::of(leaf_der);
        let message_digest = attribute(rfc5911::ID_MESSAGE_DIGEST, &octet_string(&vec![0; digest_length]));
        let attributes = set_of_content(vec![
            attribute(rfc5911::ID_CONTENT_TYPE, &oid(rfc5911::ID_DATA)),
            attribute(
                ALGORITHM_PROTECTION,
                // SEQUENCE { digestAlgorithm, [1] IMPLICIT signatureAlgorithm }
                &sequence(&[&hash, &retag(0xa1, &signature_algorithm)]),
            ),
            message_digest.clone(),
            // SigningCertificateV2 { certs { ESSCertIDv2 { certHash } } }: SHA-256 is the default and so left out (RFC 5035)
            attribute(
                rfc5911::ID_AA_SIGNING_CERTIFICATE_V_2,
                &sequence(&[&sequence(&[&sequence(&[&octet_string(&certificate_digest.0)])])]),
            ),
        ]);
        let digest_at =
            find(&attributes, &message_digest).map(|at| at + message_digest.len() - digest_length).ok_or(WriteError::WrongDigestLength)?;
        Ok(Self { algorithm, certificate_digest, outer, inner, attributes, digest_at, signature_algorithm, longest_signature })
    }

    /// The algorithm it was prepared for.
    pub fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    /// SHA-256 of the signer's certificate.
    pub fn certificate_digest(&self) -> Digest {
        self.certificate_digest
    }

    /// The signed attributes for a document whose digest (by the algorithm's hash) is `message_digest`: content-type,
    /// CMSAlgorithmProtection, message-digest and signing-certificate-v2, in DER order; no signing-time (EN 319 142-1).
    pub fn attributes(&self, message_digest: &[u8]) -> Result<SignedAttributes, WriteError> {
        let mut set = Vec::with_capacity(self.attributes.len() + 4);
        header(&mut set, SET, self.attributes.len());
        let at = set.len() + self.digest_at;
        set.extend_from_slice(&self.attributes);
        if message_digest.len() != self.algorithm.hash().ring().output_len() {
            return Err(WriteError::WrongDigestLength);
        }
        for (to, from) in set.iter_mut().skip(at).zip(message_digest) {
            *to = *from;
        }
        Ok(SignedAttributes(set))
    }

    /// The whole ContentInfo. `token` is an RFC 3161 time-stamp over `signature` (a ContentInfo in DER) and goes into the unsigned
    /// attributes as it is.
    pub fn encode(&self, attributes: &SignedAttributes, signature: &[u8], token: Option<&[u8]>) -> Result<Vec<u8>, WriteError> {
        let unsigned = token.map(time_stamp_attribute).transpose()?.unwrap_or_default();
        let lengths = self.lengths(attributes.0.len(), signature.len(), unsigned.len());
        let mut out = Vec::with_capacity(lengths.total);
        header(&mut out, SEQUENCE, lengths.content_info);
        out.extend(oid(rfc5911::ID_SIGNED_DATA));
        header(&mut out, 0xa0, lengths.explicit);
        header(&mut out, SEQUENCE, lengths.signed_data);
        out.extend_from_slice(&self.outer);
        header(&mut out, SET, lengths.signer_infos);
        header(&mut out, SEQUENCE, lengths.signer_info);
        out.extend_from_slice(&self.inner);
        let attributes_at = out.len();
        out.extend_from_slice(&attributes.0);
        if let Some(tag) = out.get_mut(attributes_at) {
            // stored as [0] IMPLICIT, signed as SET OF
            *tag = 0xa0;
        }
        out.extend_from_slice(&self.signature_algorithm);
        header(&mut out, 0x04, signature.len());
        out.extend_from_slice(signature);
        out.extend_from_slice(&unsigned);
        Ok(out)
    }

    /// The most bytes that [`Self::encode`] can give without a time-stamp.
    pub fn longest(&self) -> usize {
        let attributes = header_length(self.attributes.len()) + self.attributes.len();
        self.lengths(attributes, self.longest_signature, 0).total
    }

    fn lengths(&self, attributes: usize, signature: usize, unsigned: usize) -> Lengths {
        let with_header = |content: usize| header_length(content) + content;
        let signer_info = self.inner.len() + attributes + self.signature_algorithm.len() + with_header(signature) + unsigned;
        let signer_infos = with_header(signer_info);
        let signed_data = self.outer.len() + with_header(signer_infos);
        let explicit = with_header(signed_data);
        let content_info = oid(rfc5911::ID_SIGNED_DATA).len() + with_header(explicit);
        Lengths { signer_info, signer_infos, signed_data, explicit, content_info, total: with_header(content_info) }
    }
}

/// `unsignedAttrs [1] IMPLICIT SET OF Attribute` with the time-stamp alone.
fn time_stamp_attribute(token: &[u8]) -> Result<Vec<u8>, WriteError> {
    let mut reader = DerReader::new(token);
    match reader.expect(tag::SEQUENCE) {
        Ok(_) if reader.at_end() => Ok(element(0xa1, &attribute(SIGNATURE_TIME_STAMP, token))),
        _ => Err(WriteError::BadToken),
    }
}

/// The most bytes by which a time-stamp of `length` bytes makes a SignedData longer: the attribute's own object identifier and three
/// headers, and at most two more bytes in each of the six headers around it.
pub fn time_stamp_growth(length: usize) -> usize {
    const IDENTIFIER: usize = 13;
    const LONGEST_HEADER: usize = 5;
    length + IDENTIFIER + 3 * LONGEST_HEADER + 6 * 2
}

/// Content lengths of the nested elements, innermost first; `total` with the outermost header.
struct Lengths {
    signer_info: usize,
    signer_infos: usize,
    signed_data: usize,
    explicit: usize,
    content_info: usize,
    total: usize,
}

/// `Attribute { type, SET { value } }`.
fn attribute(kind: ObjectIdentifier, value: &[u8]) -> Vec<u8> {
    sequence(&[&oid(kind), &constructed(SET, &[value])])
}

/// The same element under another tag (IMPLICIT).
fn retag(tag: u8, element: &[u8]) -> Vec<u8> {
    let mut out = element.to_vec();
    if let Some(first) = out.first_mut() {
        *first = tag;
    }
    out
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

/// Checks the order of the chain and gives the parsed leaf.
fn check_chain(chain: &[Vec<u8>]) -> Result<X509Certificate<'_>, WriteError> {
    let mut certificates = Vec::with_capacity(chain.len());
    for (index, der) in chain.iter().enumerate() {
        match X509Certificate::from_der(der) {
            Ok(([], certificate)) => certificates.push(certificate),
            _ => return Err(WriteError::BadCertificate(index)),
        }
    }
    for (index, pair) in certificates.windows(2).enumerate() {
        let [subject, issuer] = pair else { continue };
        if issuer.subject().as_raw() == issuer.issuer().as_raw() {
            return Err(WriteError::RootInChain(index + 1));
        }
        if subject.issuer().as_raw() != issuer.subject().as_raw() {
            return Err(WriteError::BrokenChain(index + 1));
        }
    }
    certificates.into_iter().next().ok_or(WriteError::NoCertificate)
}

/// The longest signature value of this key; an ECDSA signature is DER of two numbers that may need a leading zero.
fn longest_signature(algorithm: SignatureAlgorithm, leaf: &X509Certificate<'_>) -> Result<usize, WriteError> {
    use SignatureAlgorithm as A;
    let wrong = || WriteError::WrongKeyKind(algorithm.name());
    let spki = leaf.public_key();
    let key = spki.parsed().map_err(|_| wrong())?;
    let bits = key.key_size();
    match (algorithm, &key) {
        (A::EcdsaP256Sha256, PublicKey::EC(_)) if bits == 256 => Ok(72),
        (A::EcdsaP384Sha384, PublicKey::EC(_)) if bits == 384 => Ok(104),
        (
            A::RsaPkcs1Sha256 | A::RsaPkcs1Sha384 | A::RsaPkcs1Sha512 | A::RsaPssSha256 | A::RsaPssSha384 | A::RsaPssSha512,
            PublicKey::RSA(_),
        ) => Ok(bits.div_ceil(8)),
        (A::Ed25519, PublicKey::Unknown(_)) if spki.algorithm.algorithm == OID_SIG_ED25519 => Ok(64),
        _ => Err(wrong()),
    }
}
