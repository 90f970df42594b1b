//! What certificates, revocation lists and OCSP answers have in common: DER, an algorithm, and a signature over that DER.

use crate::cms::{
    algorithm::HashAlgorithm,
    check_signature::{AlgorithmIdentifier, CheckedAlgorithm, SignatureError, algorithm, check_signature},
    der_read::{DerError, DerReader, tag},
};
use const_oid::db::rfc5912;

/// The parts of a signed object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignedParts<'a> {
    /// The DER that was signed, whole.
    pub to_be_signed: &'a [u8],
    /// The algorithm that it claims.
    pub algorithm: AlgorithmIdentifier<'a>,
    /// The signature value.
    pub signature: &'a [u8],
}

impl<'a> SignedParts<'a> {
    /// Reads the three elements that every signed object begins with: what is signed (a SEQUENCE), the algorithm, a BIT STRING.
    pub fn read(inside: &mut DerReader<'a>) -> Result<Self, DerError> {
        let to_be_signed = inside.expect(tag::SEQUENCE)?.whole;
        let algorithm = AlgorithmIdentifier::read(&inside.expect(tag::SEQUENCE)?)?;
        let signature = inside.expect(tag::BIT_STRING)?.octets_of_bits()?;
        Ok(Self { to_be_signed, algorithm, signature })
    }

    /// Does the signature hold under the key `spki` (SubjectPublicKeyInfo, DER)? Gives the algorithm, so that its strength can be judged.
    pub fn check(&self, spki: &[u8]) -> Result<CheckedAlgorithm, SignatureError> {
        if self.algorithm.oid == rfc5912::RSA_ENCRYPTION.as_bytes() {
            // names no hash; in CMS the digest algorithm does, here nothing
            return Err(SignatureError::Contradiction);
        }
        let hashes = [HashAlgorithm::Sha256, HashAlgorithm::Sha384, HashAlgorithm::Sha512];
        let mut failure = SignatureError::Contradiction;
        for hash in hashes {
            match algorithm(&self.algorithm, hash, spki) {
                Ok(fitting) => return check_signature(&fitting, spki, self.to_be_signed, self.signature).map(|()| fitting),
                Err(SignatureError::Contradiction) => {}
                Err(other) => failure = other,
            }
        }
        Err(failure)
    }
}
