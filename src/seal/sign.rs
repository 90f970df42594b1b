//! Spends a permit: lets the key sign, and puts the signature, with a time-stamp where there is one, into the gap.

use crate::{
    cms::write_signed_data::SignedAttributes,
    domain::digest::Digest,
    seal::{Permit, Prepared, SealError, SignerFacts, gap::Gapped, signer::Signer},
};

/// A document whose signature exists but is not in its gap yet: the moment to ask for a time-stamp over it.
pub struct Signed {
    document: Gapped,
    facts: SignerFacts,
    attributes: SignedAttributes,
    signature: Vec<u8>,
}

/// Lets the key sign `prepared`. Nothing has been signed when it fails. The same arguments give the key the same message.
pub fn sign(prepared: Prepared, permit: Permit, signer: &dyn Signer) -> Result<Signed, SealError> {
    let Prepared { document, digest, message_digest, facts } = prepared;
    if permit.digest() != digest {
        return Err(SealError::WrongPermit { permit: permit.digest(), document: digest });
    }
    let template = facts.template();
    let certificate = signer.chain().first().map(|der| Digest::of(der));
    if certificate != Some(template.certificate_digest()) || signer.algorithm() != template.algorithm() {
        return Err(SealError::WrongSigner);
    }
    let attributes = template.attributes(&message_digest)?;
    let signature = signer.sign(attributes.to_be_signed())?;
    Ok(Signed { document, facts, attributes, signature })
}

impl Signed {
    /// The octets of `SignerInfo.signature`: what a signature time-stamp covers.
    pub fn signature_value(&self) -> &[u8] {
        &self.signature
    }

    /// The sealed document: baseline B-B, or B-T with `token`, a DER TimeStampToken over [`Self::signature_value`].
    /// [`SealError::DoesNotFit`] says how much room the next try needs.
    pub fn finish(self, token: Option<&[u8]>) -> Result<Vec<u8>, SealError> {
        let cms = self.facts.template().encode(&self.attributes, &self.signature, token)?;
        self.document.fill(&cms)
    }
}
