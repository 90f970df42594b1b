//! Digests of what signatures cover: each covers its file from the beginning, so what several have in common is read once.

use crate::cms::algorithm::HashAlgorithm;
use crate::pdf::read::SignatureBytes;
use ring::digest::{Context, Digest};
use std::cell::RefCell;

/// More places than the signatures and time-stamps of one file.
const MOST: usize = 64;

/// The digests of one file. `covered[0]` of every [`SignatureBytes`] that is asked about must be a beginning of that file.
pub struct CoveredDigests<'a> {
    file: &'a [u8],
    /// Algorithm, bytes of the file that were read, state after them.
    states: RefCell<Vec<(HashAlgorithm, usize, Context)>>,
}

impl<'a> CoveredDigests<'a> {
    /// Of this file; nothing is read yet.
    pub fn new(file: &'a [u8]) -> Self {
        Self { file, states: RefCell::default() }
    }

    /// The digest of the bytes that a signature covers.
    pub fn digest(&self, hash: HashAlgorithm, bytes: &SignatureBytes<'_>) -> Digest {
        let [before, after] = bytes.covered;
        let mut context = self.beginning(hash, before.len());
        context.update(after);
        context.finish()
    }

    /// The state after the first `length` bytes, from the nearest state before it.
    fn beginning(&self, hash: HashAlgorithm, length: usize) -> Context {
        let mut states = self.states.borrow_mut();
        let nearest = states.iter().filter(|(of, read, _)| *of == hash && *read <= length).max_by_key(|(_, read, _)| *read);
        let (read, mut context) = nearest.map_or_else(|| (0, Context::new(hash.ring())), |(_, read, context)| (*read, context.clone()));
        context.update(self.file.get(read..length).unwrap_or_default());
        if states.len() < MOST {
            states.push((hash, length, context.clone()));
        }
        context
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pdf::read::Dict;

    #[test]
    fn is_the_digest_of_the_covered_pieces_in_whatever_order_it_is_asked_for() {
        let file: Vec<u8> = (0..2000_u32).map(|at| (at % 251) as u8).collect();
        let digests = CoveredDigests::new(&file);
        for (gap, end) in [(700, 1000), (900, 2000), (100, 300), (700, 1400), (0, 2000)] {
            for hash in [HashAlgorithm::Sha256, HashAlgorithm::Sha512] {
                let covered = [&file[..gap], &file[gap + 50..end]];
                let bytes = SignatureBytes { dict: Dict::default(), covered, lower_case: true, end };
                let expected = ring::digest::digest(hash.ring(), &covered.concat());
                assert_eq!(digests.digest(hash, &bytes).as_ref(), expected.as_ref(), "{gap} {end} {hash:?}");
            }
        }
    }
}
