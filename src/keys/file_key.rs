//! A key from an encrypted file with its certificate chain: paired, tested, ready to sign.

use crate::{
    cms::{algorithm::SignatureAlgorithm, write_signed_data::SignedDataTemplate},
    domain::secret::Secret,
    keys::{ChainProblem, KeyError, encrypted_file, is_example, private_key::PrivateKey, self_test::self_test},
    seal::signer::{SignError, Signer},
};
use std::{fmt, fs, path::Path};
use x509_parser::{certificate::X509Certificate, pem::Pem, prelude::FromDer};

/// A private key with the chain of its certificate.
pub struct FileKey {
    key: PrivateKey,
    chain: Vec<Vec<u8>>,
}

impl FileKey {
    /// Loads the PKCS#8 key of `path` (PEM, encrypted) and the chain of `chain_path` (PEM; the key's certificate first, issuing
    /// authorities after it, no root), checks that they belong together and lets the key sign once. The file of a key that is no
    /// example must not be readable by others.
    pub fn load(path: &Path, chain_path: &Path, passphrase: &Secret<String>) -> Result<Self, KeyError> {
        let chain = read_chain(chain_path)?;
        let document = encrypted_file::read(path, passphrase)?;
        let key = PrivateKey::from_pkcs8(document.as_bytes()).ok_or_else(|| KeyError::Unsupported(path.to_owned()))?;
        let loaded = Self::pair(key, chain, chain_path)?;
        if !loaded.is_example() && encrypted_file::is_exposed(path)? {
            return Err(KeyError::Exposed(path.to_owned()));
        }
        Ok(loaded)
    }

    /// Puts a key and its chain (DER) together; `chain_path` is for the messages.
    pub fn pair(key: PrivateKey, chain: Vec<Vec<u8>>, chain_path: &Path) -> Result<Self, KeyError> {
        SignedDataTemplate::new(key.algorithm(), &chain)
            .map_err(|problem| KeyError::BadChain { path: chain_path.to_owned(), problem: problem.into() })?;
        let loaded = Self { key, chain };
        if loaded.certified_key().as_deref() != Some(&loaded.key.public_key()) {
            return Err(KeyError::NotAPair(chain_path.to_owned()));
        }
        self_test(&loaded)?;
        Ok(loaded)
    }

    /// Is it one of the example keys?
    pub fn is_example(&self) -> bool {
        self.chain.iter().any(|certificate| is_example(certificate))
    }

    /// SubjectPublicKeyInfo of the first certificate.
    fn certified_key(&self) -> Option<Vec<u8>> {
        let (_, certificate) = X509Certificate::from_der(self.chain.first()?).ok()?;
        Some(certificate.public_key().raw.to_vec())
    }
}

impl Signer for FileKey {
    fn algorithm(&self) -> SignatureAlgorithm {
        self.key.algorithm()
    }

    fn chain(&self) -> &[Vec<u8>] {
        &self.chain
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        self.key.sign(message)
    }
}

impl fmt::Debug for FileKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FileKey({})", self.algorithm().name())
    }
}

/// Reads the certificates of a PEM file, in its order, as DER.
pub fn read_chain(path: &Path) -> Result<Vec<Vec<u8>>, KeyError> {
    let text = fs::read(path).map_err(|source| KeyError::Read { path: path.to_owned(), source })?;
    let not_pem = || KeyError::BadChain { path: path.to_owned(), problem: ChainProblem::NotPem };
    let mut chain = Vec::new();
    for block in Pem::iter_from_buffer(&text) {
        let block = block.map_err(|_| not_pem())?;
        if block.label != "CERTIFICATE" {
            return Err(not_pem());
        }
        chain.push(block.contents);
    }
    if chain.is_empty() { Err(not_pem()) } else { Ok(chain) }
}
