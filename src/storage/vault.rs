//! Personal data at rest: envelope encryption with a data key a licence, and keyed hashes for look-ups.
//!
//! The master key stays outside the database. From it HKDF-SHA-256 (RFC 5869) derives one key a purpose: one wraps data keys, the
//! others make look-up keys. A sealed value is `nonce (12) || AES-256-GCM ciphertext || tag (16)`; its context (what it is and
//! whose) is authenticated with it, so that a value moved to another row or column does not open.

use crate::{domain::secret::Secret, storage::error::StorageError};
use ring::{
    aead::{self, AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hkdf, hmac,
    rand::{SecureRandom, SystemRandom},
};

/// The root of all keys of one store.
pub struct Vault {
    root: hkdf::Prk,
    wrapping: LessSafeKey,
    random: SystemRandom,
}

/// The key of one licence's data, in memory only.
pub struct DataKey {
    key: LessSafeKey,
}

/// A data key as it is stored: sealed under the master key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrappedKey(pub Vec<u8>);

/// What a look-up key is for; each has its own HMAC key, so that equal values in two columns do not show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// 证照标识.
    Identifier,
    /// 证照编号, with type and issuer.
    Number,
    /// 持证主体代码, with its type.
    Holder,
    /// Caller and idempotency key.
    Idempotency,
    /// Body of a request.
    RequestBody,
    /// Name of a stored document.
    DocumentName,
    /// Chain of audit lines.
    Audit,
    /// Proof that the master key belongs to this database.
    MasterKeyCheck,
    /// Login name of a person.
    Login,
    /// Permutation of status list indices.
    StatusIndex,
}

impl Lookup {
    fn purpose(self) -> &'static [u8] {
        match self {
            Self::Identifier => b"elicence lookup identifier",
            Self::Number => b"elicence lookup number",
            Self::Holder => b"elicence lookup holder",
            Self::Idempotency => b"elicence lookup idempotency key",
            Self::RequestBody => b"elicence lookup request body",
            Self::DocumentName => b"elicence document name",
            Self::Audit => b"elicence audit chain",
            Self::MasterKeyCheck => b"elicence master key check",
            Self::Login => b"elicence lookup login name",
            Self::StatusIndex => b"elicence status index",
        }
    }
}

struct KeyLength;
impl hkdf::KeyType for KeyLength {
    fn len(&self) -> usize {
        32
    }
}

impl Vault {
    /// Derives every key from the 32-byte master key.
    pub fn new(master: &Secret<[u8; 32]>) -> Result<Self, StorageError> {
        let root = hkdf::Salt::new(hkdf::HKDF_SHA256, b"elicence/1").extract(master.expose());
        let wrapping = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &*derive(&root, b"elicence wrap data key")?).map_err(no_key)?);
        Ok(Self { root, wrapping, random: SystemRandom::new() })
    }

    /// A new data key, and how it is stored for `owner`.
    pub fn new_data_key(&self, owner: &[u8]) -> Result<(DataKey, WrappedKey), StorageError> {
        let mut bytes = zeroize::Zeroizing::new([0; 32]);
        self.random.fill(&mut *bytes).map_err(|_| StorageError::Randomness("new data key".into()))?;
        let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &*bytes).map_err(no_key)?);
        let wrapped = seal(&self.wrapping, &self.random, &[b"data key", owner], &*bytes)?;
        Ok((DataKey { key }, WrappedKey(wrapped)))
    }

    /// Opens the data key of `owner`.
    pub fn unwrap(&self, owner: &[u8], wrapped: &WrappedKey) -> Result<DataKey, StorageError> {
        let bytes = zeroize::Zeroizing::new(open(&self.wrapping, &[b"data key", owner], &wrapped.0, "data key")?);
        Ok(DataKey { key: LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &bytes).map_err(no_key)?) })
    }

    /// Seals `plain` as the value `what` of `owner`.
    pub fn seal(&self, key: &DataKey, owner: &[u8], what: &str, plain: &[u8]) -> Result<Vec<u8>, StorageError> {
        seal(&key.key, &self.random, &[what.as_bytes(), owner], plain)
    }

    /// Opens what [`Self::seal`] made.
    pub fn open(&self, key: &DataKey, owner: &[u8], what: &'static str, sealed: &[u8]) -> Result<Vec<u8>, StorageError> {
        open(&key.key, &[what.as_bytes(), owner], sealed, what)
    }

    /// The key of the audit chain alone, for an auditor who is to check exports without the master key: it opens nothing.
    pub fn audit_chain_key(&self) -> Result<Secret<[u8; 32]>, StorageError> {
        Ok(Secret::new(*derive(&self.root, Lookup::Audit.purpose())?))
    }

    /// The look-up key of `parts`: HMAC-SHA-256 over each part with its length before it.
    pub fn lookup(&self, purpose: Lookup, parts: &[&[u8]]) -> Result<[u8; 32], StorageError> {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &*derive(&self.root, purpose.purpose())?);
        let mut context = hmac::Context::with_key(&key);
        for part in parts {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        let mut out = [0; 32];
        out.copy_from_slice(context.sign().as_ref());
        Ok(out)
    }
}

fn derive(root: &hkdf::Prk, purpose: &[u8]) -> Result<zeroize::Zeroizing<[u8; 32]>, StorageError> {
    let mut out = zeroize::Zeroizing::new([0; 32]);
    root.expand(&[purpose], KeyLength).and_then(|okm| okm.fill(&mut *out)).map_err(no_key)?;
    Ok(out)
}

fn no_key(_: ring::error::Unspecified) -> StorageError {
    StorageError::WrongKey("the master key")
}

fn aad(context: &[&[u8]]) -> Aad<Vec<u8>> {
    let mut bytes = Vec::with_capacity(64);
    for part in context {
        bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part);
    }
    Aad::from(bytes)
}

fn seal(key: &LessSafeKey, random: &SystemRandom, context: &[&[u8]], plain: &[u8]) -> Result<Vec<u8>, StorageError> {
    let mut nonce = [0; NONCE_LEN];
    random.fill(&mut nonce).map_err(|_| StorageError::Randomness("nonce".into()))?;
    let mut out = Vec::with_capacity(NONCE_LEN + plain.len() + aead::MAX_TAG_LEN);
    out.extend_from_slice(&nonce);
    out.extend_from_slice(plain);
    let (_, body) = out.split_at_mut(NONCE_LEN);
    let tag = key.seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), aad(context), body).map_err(no_key)?;
    out.extend_from_slice(tag.as_ref());
    Ok(out)
}

fn open(key: &LessSafeKey, context: &[&[u8]], sealed: &[u8], what: &'static str) -> Result<Vec<u8>, StorageError> {
    let (nonce, body) = sealed.split_at_checked(NONCE_LEN).ok_or(StorageError::Damaged(what))?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| StorageError::Damaged(what))?;
    let mut body = body.to_vec();
    let length = key.open_in_place(nonce, aad(context), &mut body).map_err(|_| StorageError::WrongKey(what))?.len();
    body.truncate(length);
    Ok(body)
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vault(byte: u8) -> Vault {
        Vault::new(&Secret::new([byte; 32])).unwrap()
    }

    #[test]
    fn a_sealed_value_opens_only_where_it_belongs() {
        let vault = vault(1);
        let (key, wrapped) = vault.new_data_key(b"one").unwrap();
        let sealed = vault.seal(&key, b"one", "payload", "张三".as_bytes()).unwrap();
        let again = vault.unwrap(b"one", &wrapped).unwrap();
        assert_eq!(vault.open(&again, b"one", "payload", &sealed).unwrap(), "张三".as_bytes());
        assert!(vault.open(&again, b"one", "token", &sealed).is_err());
        assert!(vault.open(&again, b"two", "payload", &sealed).is_err());
        assert!(vault.unwrap(b"two", &wrapped).is_err());
        assert!(self::vault(2).unwrap(b"one", &wrapped).is_err());
        for i in 0..sealed.len() {
            let mut bad = sealed.clone();
            bad[i] ^= 1;
            assert!(vault.open(&again, b"one", "payload", &bad).is_err(), "byte {i}");
        }
    }

    #[test]
    fn lookups_differ_by_purpose_parts_and_master_key() {
        let a = vault(1).lookup(Lookup::Number, &[b"ab", b"c"]).unwrap();
        assert_eq!(a, vault(1).lookup(Lookup::Number, &[b"ab", b"c"]).unwrap());
        assert_ne!(a, vault(1).lookup(Lookup::Number, &[b"a", b"bc"]).unwrap());
        assert_ne!(a, vault(1).lookup(Lookup::Identifier, &[b"ab", b"c"]).unwrap());
        assert_ne!(a, vault(2).lookup(Lookup::Number, &[b"ab", b"c"]).unwrap());
    }
}
