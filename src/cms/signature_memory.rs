//! Remembers which signatures were found to hold: a fact about bytes that never changes, whatever the time and the policy.

use ring::digest::{Context, SHA256};
use std::collections::HashSet;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// More than the certificates, lists and answers that one authority has in use; then it forgets and begins again.
const MOST: usize = 4096;

/// Signatures that were found to hold. Clones share what they remember. Only success is remembered, by a digest of everything it
/// depends on: algorithm, key, message and signature.
#[derive(Clone, Default)]
pub struct SignatureMemory(Arc<Mutex<HashSet<[u8; 32]>>>);

/// The signatures that one verification may compute, with what is remembered of earlier ones: hostile input can ask for any number.
#[derive(Debug)]
pub struct SignatureChecks {
    memory: SignatureMemory,
    left: AtomicUsize,
}

impl SignatureChecks {
    /// So many, besides those that are remembered.
    pub fn new(memory: &SignatureMemory, most: usize) -> Self {
        Self { memory: memory.clone(), left: AtomicUsize::new(most) }
    }

    /// The answer of `check`, or `Ok` at once when the same parts were found to hold before; `exhausted` when too many were computed.
    pub fn check<E>(&self, parts: &[&[u8]], exhausted: E, check: impl FnOnce() -> Result<(), E>) -> Result<(), E> {
        let key = key_of(parts);
        if self.memory.knows(&key) {
            return Ok(());
        }
        if self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_err() {
            return Err(exhausted);
        }
        check()?;
        self.memory.keep(key);
        Ok(())
    }
}

impl SignatureMemory {
    fn knows(&self, key: &[u8; 32]) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains(key)
    }

    fn keep(&self, key: [u8; 32]) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(key);
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
        let checks = SignatureChecks::new(&memory, 9);
        let parts: &[&[u8]] = &[b"alg", b"key", b"message", b"signature"];
        let wrong = |checks: &SignatureChecks| checks.check(parts, "too many", || Err("wrong"));
        assert_eq!([wrong(&checks), wrong(&checks)], [Err("wrong"), Err("wrong")]);
        assert_eq!(checks.check(parts, "too many", || Ok(())), Ok(()));
        assert_eq!(wrong(&SignatureChecks::new(&memory, 0)), Ok(()), "known without being computed");
        let other: &[&[u8]] = &[b"algk", b"ey", b"message", b"signature"];
        assert_eq!(checks.check(other, "too many", || Err("other parts")), Err("other parts"));
    }

    #[test]
    fn computes_no_more_than_allowed() {
        let checks = SignatureChecks::new(&SignatureMemory::default(), 2);
        let answers = [0_u8, 1, 2].map(|part| checks.check(&[&[part]], "too many", || Ok(())));
        assert_eq!(answers, [Ok(()), Ok(()), Err("too many")]);
    }
}
