//! The DER of AlgorithmIdentifier for every signature and hash algorithm that this service makes.

use crate::cms::{
    algorithm::{HashAlgorithm, SignatureAlgorithm},
    der_write::{NULL, element, oid, sequence, unsigned_integer},
};
use const_oid::db::{rfc5912, rfc8410};
use der::asn1::ObjectIdentifier;

/// `AlgorithmIdentifier` of a hash: no parameters (RFC 5754 section 2).
pub fn hash_identifier(hash: HashAlgorithm) -> Vec<u8> {
    sequence(&[&oid(hash.oid())])
}

/// `AlgorithmIdentifier` of a signature: RSA PKCS#1 with NULL (RFC 4055 section 5), PSS with all parameters explicit but the
/// default trailer (RFC 4055 section 3.1), ECDSA and Ed25519 without parameters (RFC 5758, RFC 8419).
pub fn signature_identifier(algorithm: SignatureAlgorithm) -> Vec<u8> {
    use SignatureAlgorithm as A;
    match algorithm {
        A::EcdsaP256Sha256 => sequence(&[&oid(rfc5912::ECDSA_WITH_SHA_256)]),
        A::EcdsaP384Sha384 => sequence(&[&oid(rfc5912::ECDSA_WITH_SHA_384)]),
        A::Ed25519 => sequence(&[&oid(rfc8410::ID_ED_25519)]),
        A::RsaPkcs1Sha256 => with_null(rfc5912::SHA_256_WITH_RSA_ENCRYPTION),
        A::RsaPkcs1Sha384 => with_null(rfc5912::SHA_384_WITH_RSA_ENCRYPTION),
        A::RsaPkcs1Sha512 => with_null(rfc5912::SHA_512_WITH_RSA_ENCRYPTION),
        A::RsaPssSha256 | A::RsaPssSha384 | A::RsaPssSha512 => pss(algorithm.hash()),
    }
}

fn with_null(algorithm: ObjectIdentifier) -> Vec<u8> {
    sequence(&[&oid(algorithm), NULL])
}

fn pss(hash: HashAlgorithm) -> Vec<u8> {
    let digest = with_null(hash.oid());
    let salt = [hash.ring().output_len() as u8];
    let parameters = sequence(&[
        &element(0xa0, &digest),
        &element(0xa1, &sequence(&[&oid(rfc5912::ID_MGF_1), &digest])),
        &element(0xa2, &unsigned_integer(&salt)),
    ]);
    sequence(&[&oid(rfc5912::ID_RSASSA_PSS), &parameters])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_encodings() {
        assert_eq!(hex::encode(signature_identifier(SignatureAlgorithm::EcdsaP256Sha256)), "300a06082a8648ce3d040302");
        assert_eq!(hex::encode(signature_identifier(SignatureAlgorithm::RsaPkcs1Sha256)), "300d06092a864886f70d01010b0500");
        // as openssl writes it for -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32
        assert_eq!(
            hex::encode(signature_identifier(SignatureAlgorithm::RsaPssSha256)),
            "304106092a864886f70d01010a3034a00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d06096086480165030402010500a203020120"
        );
        assert_eq!(hex::encode(hash_identifier(HashAlgorithm::Sha256)), "300b0609608648016503040201");
    }
}
