//! Checks the one enveloped signature of a trusted list (XML-DSig, XAdES): strict about its form, so that what was signed is what is read.

use crate::{
    cms::{
        algorithm::HashAlgorithm,
        check_signature::{AlgorithmIdentifier, algorithm, check_signature},
        der_write::{NULL, constructed, oid, sequence, unsigned_integer},
    },
    verify::trust_list::{TrustListError, canonicalize::canonicalize},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use const_oid::{ObjectIdentifier, db::rfc5912};
use roxmltree::{Document, Node};
use std::collections::BTreeSet;
use x509_parser::parse_x509_certificate;

const DS: &str = "http://www.w3.org/2000/09/xmldsig#";
const XADES: &str = "http://uri.etsi.org/01903/v1.3.2#";
const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
/// References that a signature may have: the list, the signed properties, the key, and one to spare.
const MOST_REFERENCES: usize = 4;

/// Checks every digest and the signature value under one of `signers`.
pub fn check_xml_signature(source: &str, document: &Document<'_>, signers: &[Vec<u8>]) -> Result<(), TrustListError> {
    if signers.is_empty() {
        return Err(TrustListError::NoSigner);
    }
    let root = document.root_element();
    let mut signatures = document.descendants().filter(|node| node.has_tag_name((DS, "Signature")));
    let signature = match (signatures.next(), signatures.next()) {
        (Some(one), None) if one.parent() == Some(root) => one,
        (None, _) => return Err(TrustListError::Signature("it has no signature")),
        _ => return Err(TrustListError::Form("there must be one signature, directly below the root")),
    };
    refuse_equal_ids(document)?;
    let signed_info = only_child(signature, "SignedInfo")?;
    let method = only_child(signed_info, "CanonicalizationMethod")?;
    if method.attribute("Algorithm") != Some(EXCLUSIVE) || method.has_children() {
        return Err(TrustListError::Form("only exclusive canonicalisation without parameters is read"));
    }
    check_references(source, document, signature, signed_info)?;

    let claim = claim_of(only_child(signed_info, "SignatureMethod")?)?;
    let message = canonicalize(source, signed_info, None)?;
    let value = base64_of(only_child(signature, "SignatureValue")?)?;
    let held = signers.iter().any(|signer| claim.holds(signer, message.as_bytes(), &value));
    if held { Ok(()) } else { Err(TrustListError::Signature("no configured certificate signed it")) }
}

/// An identifier that two elements share would let one be signed and the other be read.
fn refuse_equal_ids(document: &Document<'_>) -> Result<(), TrustListError> {
    let mut seen = BTreeSet::new();
    for id in document.descendants().filter_map(id_of) {
        if !seen.insert(id) {
            return Err(TrustListError::Form("two elements have the same identifier"));
        }
    }
    Ok(())
}

fn id_of<'a>(node: Node<'a, '_>) -> Option<&'a str> {
    node.attributes().find(|attribute| attribute.name().eq_ignore_ascii_case("id")).map(|attribute| attribute.value())
}

/// One reference is the whole list without its signature; others may only be parts of the signature itself.
fn check_references(
    source: &str,
    document: &Document<'_>,
    signature: Node<'_, '_>,
    signed_info: Node<'_, '_>,
) -> Result<(), TrustListError> {
    let root = document.root_element();
    let (mut whole_list, mut signed) = (false, vec![]);
    let references: Vec<_> = signed_info.children().filter(|node| node.has_tag_name((DS, "Reference"))).collect();
    if references.len() > MOST_REFERENCES {
        return Err(TrustListError::Form("it has too many references"));
    }
    for reference in references {
        let uri = reference.attribute("URI").ok_or(TrustListError::Form("a reference has no URI"))?;
        let transforms = only_child(reference, "Transforms")?;
        let steps: Vec<_> = elements(transforms).map(|step| (step.attribute("Algorithm"), elements(step).next().is_some())).collect();
        let target = match uri.strip_prefix('#') {
            None if uri.is_empty() => document.root(),
            Some(id) => {
                document.descendants().find(|node| id_of(*node) == Some(id)).ok_or(TrustListError::Form("a reference leads nowhere"))?
            }
            None => return Err(TrustListError::Form("a reference leads out of the list")),
        };
        let enveloped = [(Some(ENVELOPED), false), (Some(EXCLUSIVE), false)];
        if target.is_root() || target == root {
            if steps != enveloped || whole_list {
                return Err(TrustListError::Form("the list must be referenced once, by the enveloped-signature and exclusive transforms"));
            }
            whole_list = true;
        } else if target.ancestors().skip(1).all(|node| node != signature) || steps != enveloped[1..] {
            return Err(TrustListError::Form("a reference must be the list, or a part of its signature by the exclusive transform"));
        }
        let left_out = (target.is_root() || target == root).then(|| signature.id());
        let canonical = canonicalize(source, target, left_out)?;
        let hash = hash_of(only_child(reference, "DigestMethod")?)?;
        if hash.digest(canonical.as_bytes()) != base64_of(only_child(reference, "DigestValue")?)? {
            return Err(TrustListError::Signature("a digest differs: the list was changed"));
        }
        signed.push(target.id());
    }
    if !whole_list {
        return Err(TrustListError::Form("no reference is the whole list"));
    }
    match signature.descendants().find(|node| node.has_tag_name((XADES, "SignedProperties"))) {
        Some(properties) if !signed.contains(&properties.id()) => Err(TrustListError::Form("the signed properties are not signed")),
        _ => Ok(()),
    }
}

/// What a SignatureMethod claims, as CMS would write it.
struct Claim {
    hash: HashAlgorithm,
    oid: ObjectIdentifier,
    parameters: Option<Vec<u8>>,
    ecdsa: bool,
}

fn claim_of(method: Node<'_, '_>) -> Result<Claim, TrustListError> {
    use HashAlgorithm::{Sha256, Sha384, Sha512};
    let name = method.attribute("Algorithm").unwrap_or_default();
    let name =
        name.strip_prefix("http://www.w3.org/2001/04/xmldsig-more#").or(name.strip_prefix("http://www.w3.org/2007/05/xmldsig-more#"));
    let rsa = |hash, oid| Claim { hash, oid, parameters: None, ecdsa: false };
    let pss = |hash| Claim { hash, oid: rfc5912::ID_RSASSA_PSS, parameters: Some(pss_parameters(hash)), ecdsa: false };
    let ecdsa = |hash, oid| Claim { hash, oid, parameters: None, ecdsa: true };
    match name.filter(|_| elements(method).next().is_none()) {
        Some("rsa-sha256") => Ok(rsa(Sha256, rfc5912::SHA_256_WITH_RSA_ENCRYPTION)),
        Some("rsa-sha384") => Ok(rsa(Sha384, rfc5912::SHA_384_WITH_RSA_ENCRYPTION)),
        Some("rsa-sha512") => Ok(rsa(Sha512, rfc5912::SHA_512_WITH_RSA_ENCRYPTION)),
        Some("sha256-rsa-MGF1") => Ok(pss(Sha256)),
        Some("sha384-rsa-MGF1") => Ok(pss(Sha384)),
        Some("sha512-rsa-MGF1") => Ok(pss(Sha512)),
        Some("ecdsa-sha256") => Ok(ecdsa(Sha256, rfc5912::ECDSA_WITH_SHA_256)),
        Some("ecdsa-sha384") => Ok(ecdsa(Sha384, rfc5912::ECDSA_WITH_SHA_384)),
        Some("ecdsa-sha512") => Ok(ecdsa(Sha512, rfc5912::ECDSA_WITH_SHA_512)),
        _ => Err(TrustListError::Form("its algorithm must be RSA or ECDSA with SHA-2")),
    }
}

/// RSASSA-PSS-params with MGF1 of the same hash and a salt as long as the hash: the defaults of RFC 9231 section 2.3.10.
fn pss_parameters(hash: HashAlgorithm) -> Vec<u8> {
    let hash_identifier = sequence(&[&oid(hash.oid()), NULL]);
    let mask = sequence(&[&oid(rfc5912::ID_MGF_1), &hash_identifier]);
    let salt = u8::try_from(hash.ring().output_len()).unwrap_or_default();
    sequence(&[&constructed(0xa0, &[&hash_identifier]), &constructed(0xa1, &[&mask]), &constructed(0xa2, &[&unsigned_integer(&[salt])])])
}

impl Claim {
    fn holds(&self, signer: &[u8], message: &[u8], value: &[u8]) -> bool {
        let Ok((_, certificate)) = parse_x509_certificate(signer) else { return false };
        let spki = certificate.public_key().raw;
        let claimed = AlgorithmIdentifier { oid: self.oid.as_bytes(), parameters: self.parameters.as_deref() };
        // XML writes ECDSA as r || s, CMS as a SEQUENCE of the two
        let value = match self.ecdsa {
            true if !value.len().is_multiple_of(2) => return false,
            true => {
                let (r, s) = value.split_at(value.len() / 2);
                sequence(&[&unsigned_integer(r), &unsigned_integer(s)])
            }
            false => value.to_vec(),
        };
        algorithm(&claimed, self.hash, spki).is_ok_and(|algorithm| check_signature(&algorithm, spki, message, &value).is_ok())
    }
}

fn hash_of(method: Node<'_, '_>) -> Result<HashAlgorithm, TrustListError> {
    match method.attribute("Algorithm").unwrap_or_default() {
        "http://www.w3.org/2001/04/xmlenc#sha256" => Ok(HashAlgorithm::Sha256),
        "http://www.w3.org/2001/04/xmldsig-more#sha384" => Ok(HashAlgorithm::Sha384),
        "http://www.w3.org/2001/04/xmlenc#sha512" => Ok(HashAlgorithm::Sha512),
        _ => Err(TrustListError::Form("a digest must be of SHA-2")),
    }
}

fn elements<'a, 'i>(node: Node<'a, 'i>) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(Node::is_element)
}

/// The one child of the XML-DSig namespace with that name.
fn only_child<'a, 'i>(node: Node<'a, 'i>, name: &str) -> Result<Node<'a, 'i>, TrustListError> {
    let mut children = node.children().filter(|child| child.has_tag_name((DS, name)));
    match (children.next(), children.next()) {
        (Some(child), None) => Ok(child),
        _ => Err(TrustListError::Form("a part of the signature is missing or stands there twice")),
    }
}

fn base64_of(node: Node<'_, '_>) -> Result<Vec<u8>, TrustListError> {
    // the whole value must be one text: a comment in it would hide a part
    let text: String = match node.children().count() {
        1 => node.text().unwrap_or_default().split_ascii_whitespace().collect(),
        _ => String::new(),
    };
    STANDARD.decode(text).map_err(|_| TrustListError::Form("a value is not base64"))
}
