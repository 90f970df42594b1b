//! Remembers which signatures were found to hold: a fact about bytes that never changes, whatever the time and the policy.

use ring::digest::{Context, SHA256};
use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// More than the certificates, lists and answers that one authority has in use; then it forgets and begins again.
const MOST: usize = 4096;

/// Signatures that were found to hold. Clones share what they remember. Only success is remembered, by a digest of everything it
/// depends on: algorithm, key, message and signature.
#[derive(Clone, Default)]
pub struct SignatureMemory(Arc<Mutex<HashSet<[u8; 32]>>>);

impl SignatureMemory {
    /// The answer of `check`, or `Ok` at once when the same parts were found to hold before.
    pub fn check<E>(&self, parts: &[&[u8]], check: impl FnOnce() -> Result<(), E>) -> Result<(), E> {
        let key = key_of(parts);
        if self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(&key) {
            return Ok(());
        }
        check()?;
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(key);
        Ok(())
    }
}

impl fmt::Debug for SignatureMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SignatureMemory")
    }
}

/// A digest over the parts, each after its length, so that no two lists of parts look alike.
fn key_of(parts: &[&[u8]]) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part);
    }
    <[u8; 32]>::try_from(context.finish().as_ref()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remembers_success_only_and_of_these_very_parts() {
        let memory = SignatureMemory::default();
        let parts: &[&[u8]] = &[b"alg", b"key", b"message", b"signature"];
        assert_eq!(memory.check(parts, || Err("wrong")), Err("wrong"));
        assert_eq!(memory.check(parts, || Err("wrong")), Err("wrong"));
        assert_eq!(memory.check(parts, || Ok::<(), &str>(())), Ok(()));
        assert_eq!(memory.clone().check(parts, || Err("not asked again")), Ok(()));
        assert_eq!(memory.check(&[b"algk", b"ey", b"message", b"signature"], || Err("other parts")), Err("other parts"));
    }
}
