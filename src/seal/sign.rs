//! Spends a permit: lets the key sign, and puts the signature into the gap.

use crate::{
    domain::digest::Digest,
    seal::{Permit, Prepared, SealError, signer::Signer},
};

/// Signs `prepared` and gives the sealed document. Nothing has been signed when it fails, but where the error is
/// [`SealError::DoesNotFit`].
pub fn sign(prepared: Prepared, permit: Permit, signer: &dyn Signer) -> Result<Vec<u8>, SealError> {
    let Prepared { mut bytes, gap, digest, message_digest, facts } = prepared;
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
    let cms = template.encode(&attributes, &signature);
    let room = gap.len().saturating_sub(2) / 2;
    let does_not_fit = SealError::DoesNotFit { needed: cms.len(), room };
    // behind the signature the gap keeps its zeros
    match bytes.get_mut(gap.start + 1..gap.start + 1 + 2 * cms.len()) {
        Some(place) if cms.len() <= room => hex::encode_to_slice(&cms, place).map_err(|_| does_not_fit).map(|()| bytes),
        _ => Err(does_not_fit),
    }
}
