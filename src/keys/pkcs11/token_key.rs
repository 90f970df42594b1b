//! A key in a token with its certificate chain: paired, tested, ready to sign.

use crate::{
    cms::{
        algorithm::{HashAlgorithm, SignatureAlgorithm},
        der_write::{sequence, unsigned_integer},
        write_signed_data::SignedDataTemplate,
    },
    domain::secret::Secret,
    keys::{
        KeyError,
        encrypted_file::is_exposed,
        file_key::read_chain,
        is_example,
        pkcs11::{TokenError, TokenUri, pool::Pool},
        self_test::self_test,
    },
    seal::signer::{SignError, Signer},
};
use cryptoki::{
    mechanism::{Mechanism, MechanismType},
    types::AuthPin,
};
use std::{fmt, fs, path::Path};
use x509_parser::{certificate::X509Certificate, prelude::FromDer, public_key::PublicKey};
use zeroize::Zeroize;

/// A private key that never leaves its token.
pub struct TokenKey {
    pool: Pool,
    way: Way,
    algorithm: SignatureAlgorithm,
    chain: Vec<Vec<u8>>,
}

/// What the token is asked to do.
#[derive(Clone, Copy)]
enum Way {
    /// CKM_ECDSA over the digest; gives `r || s`.
    Ecdsa(HashAlgorithm),
    /// CKM_SHA256_RSA_PKCS over the message.
    Sha256Rsa,
    /// CKM_RSA_PKCS over DigestInfo, for a token that does not hash.
    Rsa,
}

/// DigestInfo of SHA-256 up to the digest (RFC 8017 section 9.2 note 1).
const SHA256_DIGEST_INFO: [u8; 19] = [0x30, 0x31, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0, 4, 0x20];

impl TokenKey {
    /// Finds the key of `uri`, pairs it with the chain of `chain_path` (PEM; the key's certificate first, no root), and lets it sign
    /// once. The PIN is in the file that `uri` names, readable by its owner only, or else it is `passphrase`.
    pub fn load(uri: &TokenUri, chain_path: &Path, passphrase: &Secret<String>) -> Result<Self, KeyError> {
        let chain = read_chain(chain_path)?;
        let algorithm = algorithm_of(&chain).ok_or(TokenError::Unsupported)?;
        SignedDataTemplate::new(algorithm, &chain)
            .map_err(|problem| KeyError::BadChain { path: chain_path.to_owned(), problem: problem.into() })?;
        let pin = match &uri.pin_file {
            Some(file) => read_pin(file)?,
            None => Secret::new(passphrase.expose().clone()),
        };
        if pin.expose().is_empty() {
            return Err(KeyError::MissingPassphrase);
        }
        let pool = Pool::new(uri.clone(), AuthPin::from(pin.expose().as_str()));
        let way = way(algorithm, &pool.mechanisms()?)?;
        let loaded = Self { pool, way, algorithm, chain };
        match self_test(&loaded) {
            // the token signs, but with another key than the certificate's
            Err(KeyError::SelfTest) => Err(KeyError::NotAPair(chain_path.to_owned())),
            other => other.map(|()| loaded),
        }
    }

    /// Is its certificate one of the examples?
    pub fn is_example(&self) -> bool {
        self.chain.iter().any(|certificate| is_example(certificate))
    }
}

impl Signer for TokenKey {
    fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }

    fn chain(&self) -> &[Vec<u8>] {
        &self.chain
    }

    fn ready(&self) -> Result<(), SignError> {
        self.pool.ready().map_err(away)
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        let (mechanism, data) = match self.way {
            Way::Ecdsa(hash) => (Mechanism::Ecdsa, hash.digest(message)),
            Way::Sha256Rsa => (Mechanism::Sha256RsaPkcs, message.to_vec()),
            Way::Rsa => (Mechanism::RsaPkcs, [&SHA256_DIGEST_INFO[..], &HashAlgorithm::Sha256.digest(message)].concat()),
        };
        let signature = self.pool.with(|loan| loan.session.sign(&mechanism, loan.key, &data)).map_err(away)?;
        match self.way {
            Way::Ecdsa(_) => {
                let (r, s) = signature.split_at(signature.len() / 2);
                Ok(sequence(&[&unsigned_integer(r), &unsigned_integer(s)]))
            }
            Way::Sha256Rsa | Way::Rsa => Ok(signature),
        }
    }
}

impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenKey({})", self.algorithm.name())
    }
}

fn away(error: TokenError) -> SignError {
    SignError::Away(error.to_string())
}

fn way(algorithm: SignatureAlgorithm, mechanisms: &[MechanismType]) -> Result<Way, TokenError> {
    let has = |mechanism| mechanisms.contains(&mechanism);
    match algorithm {
        SignatureAlgorithm::EcdsaP256Sha256 | SignatureAlgorithm::EcdsaP384Sha384 if has(MechanismType::ECDSA) => {
            Ok(Way::Ecdsa(algorithm.hash()))
        }
        SignatureAlgorithm::RsaPkcs1Sha256 if has(MechanismType::SHA256_RSA_PKCS) => Ok(Way::Sha256Rsa),
        SignatureAlgorithm::RsaPkcs1Sha256 if has(MechanismType::RSA_PKCS) => Ok(Way::Rsa),
        _ => Err(TokenError::Unsupported),
    }
}

/// How the key of the first certificate signs; `None` for a kind that is not used with tokens.
fn algorithm_of(chain: &[Vec<u8>]) -> Option<SignatureAlgorithm> {
    let (_, certificate) = X509Certificate::from_der(chain.first()?).ok()?;
    match certificate.public_key().parsed().ok()? {
        PublicKey::EC(point) if point.key_size() == 256 => Some(SignatureAlgorithm::EcdsaP256Sha256),
        PublicKey::EC(point) if point.key_size() == 384 => Some(SignatureAlgorithm::EcdsaP384Sha384),
        PublicKey::RSA(_) => Some(SignatureAlgorithm::RsaPkcs1Sha256),
        _ => None,
    }
}

/// The first line of a file that only its owner may read.
fn read_pin(path: &Path) -> Result<Secret<String>, KeyError> {
    if is_exposed(path)? {
        return Err(KeyError::Exposed(path.to_owned()));
    }
    let mut text = fs::read_to_string(path).map_err(|source| KeyError::Read { path: path.to_owned(), source })?;
    let pin = Secret::new(text.lines().next().unwrap_or_default().to_owned());
    text.zeroize();
    Ok(pin)
}
