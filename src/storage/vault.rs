//! Personal data at rest: envelope encryption with a data key a licence, and keyed hashes for look-ups.
//!
//! The master key stays outside the database. From it HKDF-SHA-256 (RFC 5869) derives one key a purpose: one wraps data keys, the
//! others make look-up keys. When the master key is replaced, data keys are wrapped again; look-up keys stay those of the first
//! master key, whose root then stands in the database, sealed under the present one. A sealed value is `nonce (12) || AES-256-GCM ciphertext || tag (16)`; its context (what it is and
//! whose) is authenticated with it, so that a value moved to another row or column does not open.

use crate::{
    domain::secret::Secret,
    storage::{error::StorageError, master_key::MasterKeys},
};
use ring::{
    aead::{self, AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hkdf, hmac,
    rand::{SecureRandom, SystemRandom},
};

/// The root of all keys of one store.
pub struct Vault {
    /// What look-up keys come from.
    root: Root,
    /// Wraps new data keys.
    wrapping: LessSafeKey,
    /// Wrapped the data keys that are not wrapped again yet.
    replaced: Option<LessSafeKey>,
    random: SystemRandom,
}

/// The pseudo-random key of a master key (RFC 5869 section 2.2).
struct Root(zeroize::Zeroizing<[u8; 32]>);

/// The key of one licence's data, in memory only.
pub struct DataKey {
    key: LessSafeKey,
}

/// A data key as it is stored: sealed under the master key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrappedKey(pub Vec<u8>);

impl WrappedKey {
    /// What stands in the place of a data key that was destroyed: what it sealed can never be read again (加密擦除).
    pub fn is_destroyed(&self) -> bool {
        self.0.is_empty()
    }
}

/// What a look-up key is for; each has its own HMAC key, so that equal values in two columns do not show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// 证照标识.
    Identifier,
    /// 证照编号, with type and issuer.
    Number,
    /// 持证主体代码, with its type.
    Holder,
    /// 办件编号, with the licence type.
    Case,
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
    /// Subject of a seal's certificate.
    SealSubject,
}

impl Lookup {
    fn purpose(self) -> &'static [u8] {
        match self {
            Self::Identifier => b"elicence lookup identifier",
            Self::Number => b"elicence lookup number",
            Self::Holder => b"elicence lookup holder",
            Self::Case => b"elicence lookup case",
            Self::Idempotency => b"elicence lookup idempotency key",
            Self::RequestBody => b"elicence lookup request body",
            Self::DocumentName => b"elicence document name",
            Self::Audit => b"elicence audit chain",
            Self::MasterKeyCheck => b"elicence master key check",
            Self::Login => b"elicence lookup login name",
            Self::StatusIndex => b"elicence status index",
            Self::SealSubject => b"elicence lookup seal subject",
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
    /// Derives every key from the master key. While it is being replaced, new data keys are wrapped under the next one, and those of
    /// both open.
    pub fn new(master: &MasterKeys) -> Result<Self, StorageError> {
        let root = Root::of(master.current.expose());
        let current = root.wrapping_key()?;
        let (wrapping, replaced) = match &master.next {
            Some(next) => (Root::of(next.expose()).wrapping_key()?, Some(current)),
            None => (current, None),
        };
        Ok(Self { root, wrapping, replaced, random: SystemRandom::new() })
    }

    /// Is there a next master key?
    pub fn has_next(&self) -> bool {
        self.replaced.is_some()
    }

    /// The root of the look-up keys, sealed under the newest master key.
    pub fn sealed_root(&self) -> Result<Vec<u8>, StorageError> {
        seal(&self.wrapping, &self.random, &[b"lookup root"], &*self.root.0)
    }

    /// Takes the root of the look-up keys that [`Self::sealed_root`] sealed, under the present master key or the next one.
    pub fn adopt_root(&mut self, sealed: &[u8]) -> Result<(), StorageError> {
        let bytes = zeroize::Zeroizing::new(self.open_wrapped(&[b"lookup root"], sealed, "lookup root")?);
        let root = <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| StorageError::Damaged("lookup root"))?;
        self.root = Root(zeroize::Zeroizing::new(root));
        Ok(())
    }

    fn open_wrapped(&self, context: &[&[u8]], sealed: &[u8], what: &'static str) -> Result<Vec<u8>, StorageError> {
        match (open(&self.wrapping, context, sealed, what), &self.replaced) {
            (Err(_), Some(replaced)) => open(replaced, context, sealed, what),
            (opened, _) => opened,
        }
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
        if wrapped.is_destroyed() {
            return Err(StorageError::Erased);
        }
        let bytes = zeroize::Zeroizing::new(self.open_wrapped(&[b"data key", owner], &wrapped.0, "data key")?);
        Ok(DataKey { key: LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &bytes).map_err(no_key)?) })
    }

    /// The data key of `owner` wrapped under the newest master key; `None` when it is that already, or was destroyed.
    pub fn wrap_again(&self, owner: &[u8], wrapped: &WrappedKey) -> Result<Option<WrappedKey>, StorageError> {
        let context: &[&[u8]] = &[b"data key", owner];
        if wrapped.is_destroyed() || open(&self.wrapping, context, &wrapped.0, "data key").is_ok() {
            return Ok(None);
        }
        let bytes = zeroize::Zeroizing::new(self.open_wrapped(context, &wrapped.0, "data key")?);
        Ok(Some(WrappedKey(seal(&self.wrapping, &self.random, context, &bytes)?)))
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
        Ok(Secret::new(*self.root.derive(Lookup::Audit.purpose())?))
    }

    /// The look-up key of `parts`: HMAC-SHA-256 over each part with its length before it.
    pub fn lookup(&self, purpose: Lookup, parts: &[&[u8]]) -> Result<[u8; 32], StorageError> {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &*self.root.derive(purpose.purpose())?);
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

impl Root {
    /// HKDF-Extract, written out because its result must be stored later.
    fn of(master: &[u8; 32]) -> Self {
        let mut bytes = zeroize::Zeroizing::new([0; 32]);
        bytes.copy_from_slice(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, b"elicence/1"), master).as_ref());
        Self(bytes)
    }

    fn derive(&self, purpose: &[u8]) -> Result<zeroize::Zeroizing<[u8; 32]>, StorageError> {
        let mut out = zeroize::Zeroizing::new([0; 32]);
        let root = hkdf::Prk::new_less_safe(hkdf::HKDF_SHA256, &*self.0);
        root.expand(&[purpose], KeyLength).and_then(|okm| okm.fill(&mut *out)).map_err(no_key)?;
        Ok(out)
    }

    fn wrapping_key(&self) -> Result<LessSafeKey, StorageError> {
        Ok(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &*self.derive(b"elicence wrap data key")?).map_err(no_key)?))
    }
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
        Vault::new(&Secret::new([byte; 32]).into()).unwrap()
    }

    #[test]
    fn the_root_is_what_hkdf_extracts() {
        let salt = hkdf::Salt::new(hkdf::HKDF_SHA256, b"elicence/1");
        let mut expected = [0; 32];
        salt.extract(&[7; 32]).expand(&[b"purpose"], KeyLength).and_then(|okm| okm.fill(&mut expected)).unwrap();
        assert_eq!(*Root::of(&[7; 32]).derive(b"purpose").unwrap(), expected);
    }

    #[test]
    fn while_the_master_key_is_replaced_both_open_and_look_ups_stay() {
        let (old, new) = (vault(1), vault(2));
        let (_, wrapped) = old.new_data_key(b"one").unwrap();
        let mut both = Vault::new(&MasterKeys { current: Secret::new([1; 32]), next: Some(Secret::new([2; 32])) }).unwrap();
        assert!(both.has_next() && both.unwrap(b"one", &wrapped).is_ok());
        let again = both.wrap_again(b"one", &wrapped).unwrap().expect("wrapped again");
        assert_eq!(both.wrap_again(b"one", &again).unwrap(), None);
        assert!(new.unwrap(b"one", &again).is_ok() && old.unwrap(b"one", &again).is_err());
        let (_, made_now) = both.new_data_key(b"two").unwrap();
        assert!(new.unwrap(b"two", &made_now).is_ok());

        let lookup = old.lookup(Lookup::Number, &[b"n"]).unwrap();
        let root = both.sealed_root().unwrap();
        let mut after = vault(2);
        assert_ne!(after.lookup(Lookup::Number, &[b"n"]).unwrap(), lookup);
        after.adopt_root(&root).unwrap();
        both.adopt_root(&root).unwrap();
        assert_eq!(after.lookup(Lookup::Number, &[b"n"]).unwrap(), lookup);
        assert!(vault(3).adopt_root(&root).is_err() && vault(1).adopt_root(&root).is_err());
    }

    #[test]
    fn a_destroyed_key_opens_nothing() {
        assert!(matches!(vault(1).unwrap(b"one", &WrappedKey(Vec::new())), Err(StorageError::Erased)));
        assert_eq!(vault(1).wrap_again(b"one", &WrappedKey(Vec::new())).unwrap(), None);
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
