//! Proofs of existence (存在性证明, EN 319 102-1 clause 5.6.2.3): since when bytes of a file are proven to have existed.

use time::OffsetDateTime;

/// A moment by which something existed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// The moment: that of the proof, or else the moment that is judged about.
    pub at: OffsetDateTime,
    /// Does a valid time-stamp prove it?
    pub proven: bool,
}

/// What the valid document time-stamps of a file prove.
#[derive(Clone, Debug)]
pub struct Proofs {
    now: OffsetDateTime,
    /// How many bytes each covers, and its time.
    stamps: Vec<(usize, OffsetDateTime)>,
}

impl Proofs {
    /// Nothing is proven yet; judged is about `now`.
    pub fn new(now: OffsetDateTime) -> Self {
        Self { now, stamps: Vec::new() }
    }

    /// A valid time-stamp over the first `covered` bytes of the file.
    pub fn add(&mut self, covered: usize, at: OffsetDateTime) {
        self.stamps.push((covered, at));
    }

    /// Since when something that ends at `end` in the file is known; `None` for what is not in the file.
    pub fn known(&self, end: Option<usize>) -> Known {
        let covering = self.stamps.iter().filter(|(covered, _)| end.is_some_and(|end| end <= *covered));
        match covering.map(|(_, at)| *at).min() {
            Some(at) => Known { at, proven: true },
            None => self.unproven(),
        }
    }

    /// What is known of something that no time-stamp covers.
    pub fn unproven(&self) -> Known {
        Known { at: self.now, proven: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn the_oldest_stamp_that_covers_it_proves() {
        let now = datetime!(2040-01-01 0:00 UTC);
        let mut proofs = Proofs::new(now);
        proofs.add(3000, datetime!(2035-01-01 0:00 UTC));
        proofs.add(2000, datetime!(2030-01-01 0:00 UTC));
        assert_eq!(proofs.known(Some(2000)), Known { at: datetime!(2030-01-01 0:00 UTC), proven: true });
        assert_eq!(proofs.known(Some(2001)), Known { at: datetime!(2035-01-01 0:00 UTC), proven: true });
        assert_eq!(proofs.known(Some(3001)), Known { at: now, proven: false });
        assert_eq!(proofs.known(None), Known { at: now, proven: false });
    }
}
