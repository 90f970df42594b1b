//! Makes new private keys as PKCS#8.

use crate::{
    ambient::{Entropy, random_bytes},
    cms::der_write::{octet_string, oid, sequence},
    keys::{KeyError, generate_rsa::generate_rsa},
};
use const_oid::db::rfc8410;
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, EcdsaKeyPair},
};
use zeroize::Zeroizing;

/// The kinds of keys that are made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyKind {
    /// ECDSA on P-256.
    #[default]
    EcdsaP256,
    /// ECDSA on P-384.
    EcdsaP384,
    /// RSA with 3072 bits.
    Rsa3072,
    /// Ed25519.
    Ed25519,
}

/// Makes a key. ECDSA keys come from ring's own random source, which cannot be replaced; the others from `entropy`.
pub fn generate(kind: KeyKind, entropy: &dyn Entropy) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let ecdsa = |algorithm| {
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &SystemRandom::new());
        document.map(|d| Zeroizing::new(d.as_ref().to_vec())).map_err(|_| KeyError::Generate("ring made no key".into()))
    };
    match kind {
        KeyKind::EcdsaP256 => ecdsa(&ECDSA_P256_SHA256_ASN1_SIGNING),
        KeyKind::EcdsaP384 => ecdsa(&ECDSA_P384_SHA384_ASN1_SIGNING),
        KeyKind::Rsa3072 => generate_rsa(3072, entropy),
        KeyKind::Ed25519 => {
            let seed = Zeroizing::new(random_bytes::<32>(entropy)?);
            let algorithm = sequence(&[&oid(rfc8410::ID_ED_25519)]);
            // PKCS#8 version 1 without the public key: the form that openssl 3.0 reads (RFC 8410 section 7)
            Ok(Zeroizing::new(sequence(&[&[2, 1, 0], &algorithm, &octet_string(&octet_string(seed.as_slice()))])))
        }
    }
}
