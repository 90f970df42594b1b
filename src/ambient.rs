//! Clock and chance: the system's, and fixed ones for tests. The only place that asks the machine for either.

use ring::rand::{SecureRandom, SystemRandom};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};
use time::{Duration, OffsetDateTime};

/// Says what time it is.
pub trait Clock: Send + Sync {
    /// The moment now, UTC.
    fn now(&self) -> OffsetDateTime;
}

/// Gives unpredictable bytes.
pub trait Entropy: Send + Sync {
    /// Fills `out` with random bytes.
    fn fill(&self, out: &mut [u8]) -> Result<(), EntropyError>;
}

/// The system gave no random bytes.
#[derive(Debug, thiserror::Error)]
#[error("系统未能提供随机数，请检查操作系统的随机数源 / the system gave no random bytes; check the random source of the operating system")]
pub struct EntropyError;

/// `N` random bytes.
pub fn random_bytes<const N: usize>(entropy: &dyn Entropy) -> Result<[u8; N], EntropyError> {
    let mut out = [0; N];
    entropy.fill(&mut out)?;
    Ok(out)
}

/// The system's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }
}

/// The system's random source.
#[derive(Clone, Debug)]
pub struct SystemEntropy(SystemRandom);

impl SystemEntropy {
    /// Opens it.
    pub fn new() -> Self {
        Self(SystemRandom::new())
    }
}

impl Default for SystemEntropy {
    fn default() -> Self {
        Self::new()
    }
}

impl Entropy for SystemEntropy {
    fn fill(&self, out: &mut [u8]) -> Result<(), EntropyError> {
        self.0.fill(out).map_err(|_| EntropyError)
    }
}

/// A clock that stands still until it is moved; for tests. Clones share the same hands.
#[derive(Clone, Debug)]
pub struct FixedClock {
    start: OffsetDateTime,
    milliseconds: Arc<AtomicU64>,
}

impl FixedClock {
    /// Stands at `start`.
    pub fn at(start: OffsetDateTime) -> Self {
        Self { start, milliseconds: Arc::default() }
    }

    /// Moves on by `by`; whole milliseconds, never back.
    pub fn advance(&self, by: Duration) {
        self.milliseconds.fetch_add(u64::try_from(by.whole_milliseconds()).unwrap_or(0), Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> OffsetDateTime {
        let passed = i64::try_from(self.milliseconds.load(Ordering::SeqCst)).unwrap_or(i64::MAX);
        self.start.checked_add(Duration::milliseconds(passed)).unwrap_or(self.start)
    }
}

/// Bytes that follow from a seed alone, different at every call; for tests, never for keys.
#[derive(Debug)]
pub struct FixedEntropy {
    seed: u64,
    calls: AtomicU64,
}

impl FixedEntropy {
    /// The same seed gives the same bytes.
    pub fn seeded(seed: u64) -> Self {
        Self { seed, calls: AtomicU64::new(0) }
    }
}

impl Entropy for FixedEntropy {
    fn fill(&self, out: &mut [u8]) -> Result<(), EntropyError> {
        let call = self.calls.fetch_add(1, Ordering::SeqCst);
        for (block, chunk) in out.chunks_mut(32).enumerate() {
            let mut text = self.seed.to_be_bytes().to_vec();
            text.extend_from_slice(&call.to_be_bytes());
            text.extend_from_slice(&(block as u64).to_be_bytes());
            let digest = ring::digest::digest(&ring::digest::SHA256, &text);
            for (to, from) in chunk.iter_mut().zip(digest.as_ref()) {
                *to = *from;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fixed_entropy_repeats_by_seed_and_differs_by_call() {
        let (a, b) = (FixedEntropy::seeded(7), FixedEntropy::seeded(7));
        let first: [u8; 40] = random_bytes(&a).unwrap();
        assert_eq!(first, random_bytes::<40>(&b).unwrap());
        assert_ne!(first, random_bytes::<40>(&a).unwrap());
        assert_ne!(first[..8], first[32..]);
    }

    #[test]
    fn system_entropy_differs() {
        let entropy = SystemEntropy::new();
        assert_ne!(random_bytes::<16>(&entropy).unwrap(), random_bytes::<16>(&entropy).unwrap());
    }

    #[test]
    fn fixed_clock_moves_only_when_told() {
        let clock = FixedClock::at(OffsetDateTime::UNIX_EPOCH);
        assert_eq!(clock.now(), clock.clone().now());
        clock.advance(Duration::seconds(90));
        assert_eq!(clock.now(), OffsetDateTime::UNIX_EPOCH + Duration::seconds(90));
    }
}
