//! A signature of 64 bytes over the characters and letter pairs of a text: most entries are ruled out by it without being read.

/// The set of hashed features of a text (a Bloom filter with one hash).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Signature([u64; 8]);

impl Signature {
    /// Adds the features of a normalised text: every character that is no ASCII, and every pair of ASCII letters or digits.
    pub(super) fn add(&mut self, text: &str) {
        let mut before = None;
        for c in text.chars() {
            if c.is_ascii_alphanumeric() {
                if let Some(before) = before {
                    self.add_pair(before, c);
                }
                before = Some(c);
            } else {
                before = None;
                if c != ' ' && c != '\n' {
                    self.set(u32::from(c));
                }
            }
        }
    }

    /// Adds one letter standing behind another.
    pub(super) fn add_pair(&mut self, before: char, after: char) {
        self.set((u32::from(before) << 8) ^ u32::from(after) ^ 0x9e37_0000);
    }

    /// The signature of one text.
    pub(super) fn of(text: &str) -> Self {
        let mut signature = Self::default();
        signature.add(text);
        signature
    }

    /// How many features of `self` are surely not in `other`.
    pub(super) fn missing_in(&self, other: &Self) -> u32 {
        self.0.iter().zip(&other.0).map(|(mine, theirs)| (mine & !theirs).count_ones()).sum()
    }

    fn set(&mut self, feature: u32) {
        // Fibonacci hashing; the upper nine bits choose one of 512.
        let hash = feature.wrapping_mul(0x9e37_79b1) >> 23;
        if let Some(word) = self.0.get_mut(hash as usize / 64) {
            *word |= 1 << (hash % 64);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_misses_nothing_and_a_stranger_something() {
        let whole = Signature::of("食品经营许可证 food business permit");
        assert_eq!(Signature::of("经营许可").missing_in(&whole), 0);
        assert_eq!(Signature::of("business").missing_in(&whole), 0);
        assert!(Signature::of("排污").missing_in(&whole) > 0);
    }
}
