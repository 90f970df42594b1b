//! A document with a gap in it, where a signature or a time-stamp over all the rest goes.

use crate::seal::{SealError, signature_dictionary::byte_range};
use ring::digest::{Algorithm, Context};
use std::ops::Range;

/// A whole file but for the hex string of one /Contents.
pub(super) struct Gapped {
    bytes: Vec<u8>,
    /// From `<` to behind `>`.
    gap: Range<usize>,
}

impl Gapped {
    /// Takes the file, the gap, and where the three variable numbers of its /ByteRange go, which are written now.
    pub fn new(mut bytes: Vec<u8>, gap: Range<usize>, range_at: usize) -> Self {
        let range = byte_range(gap.start, gap.end, bytes.len().saturating_sub(gap.end));
        if let Some(place) = bytes.get_mut(range_at..range_at + range.len()) {
            place.copy_from_slice(range.as_bytes());
        }
        Self { bytes, gap }
    }

    /// The four numbers of /ByteRange.
    pub fn byte_range(&self) -> [usize; 4] {
        [0, self.gap.start, self.gap.end, self.bytes.len().saturating_sub(self.gap.end)]
    }

    /// The digest of all bytes outside the gap. `begun` is the state after that many bytes, used where it helps.
    pub fn digest(&self, hash: &'static Algorithm, begun: Option<(usize, Context)>) -> Vec<u8> {
        let (hashed, mut state) = begun.filter(|(length, _)| *length <= self.gap.start).unwrap_or_else(|| (0, Context::new(hash)));
        state.update(self.bytes.get(hashed..self.gap.start).unwrap_or_default());
        state.update(self.bytes.get(self.gap.end..).unwrap_or_default());
        state.finish().as_ref().to_vec()
    }

    /// The whole file: `der` in hex, and the zeros of the gap behind it.
    pub fn fill(mut self, der: &[u8]) -> Result<Vec<u8>, SealError> {
        let room = self.gap.len().saturating_sub(2) / 2;
        let does_not_fit = SealError::DoesNotFit { needed: der.len(), room };
        let from = self.gap.start + 1;
        match self.bytes.get_mut(from..from + 2 * der.len()) {
            Some(place) if der.len() <= room => hex::encode_to_slice(der, place).map_err(|_| does_not_fit).map(|()| self.bytes),
            _ => Err(does_not_fit),
        }
    }
}
