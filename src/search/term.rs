//! The words of a query: runs of Chinese characters, and runs of letters and digits.

use crate::search::{normalise::normalise, signature::Signature};

/// Most words of a query that count.
const MOST_TERMS: usize = 8;
/// Shortest run of letters in which a slip is tolerated.
pub(super) const SHORTEST_WITH_SLIP: usize = 5;
/// Longest one.
pub(super) const LONGEST_WITH_SLIP: usize = 60;
/// Shortest run of Chinese characters in which one wrong character is tolerated.
pub(super) const SHORTEST_WITH_WRONG: usize = 3;

/// One word of a query, normalised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Term {
    pub(super) text: String,
    pub(super) chars: Vec<char>,
    pub(super) kind: TermKind,
    /// For [`crate::search::matching`]: where each letter and digit stands in a word of letters.
    pub(super) masks: [u64; 36],
    signature: Signature,
}

/// What a word is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TermKind {
    /// Chinese characters.
    Han,
    /// Letters and digits: a code, English, or pinyin.
    Latin,
}

impl Term {
    fn new(text: String, kind: TermKind) -> Self {
        let mut masks = [0; 36];
        for (at, b) in text.bytes().enumerate().take(LONGEST_WITH_SLIP) {
            if let Some(mask) = slot(b).and_then(|slot| masks.get_mut(slot)) {
                *mask |= 1 << at;
            }
        }
        Self { chars: text.chars().collect(), signature: Signature::of(&text), text, kind, masks }
    }

    /// How an entry with this signature can match at all.
    pub(super) fn chance(&self, entry: &Signature) -> Chance {
        match self.signature.missing_in(entry) {
            0 => Chance::Exact,
            missing if missing <= self.most_missing() => Chance::Slip,
            _ => Chance::None,
        }
    }

    /// How many features may be missing. A wrong Chinese character is one; two swapped letters break three pairs, but in a short
    /// word two broken ones are all that is tolerated.
    fn most_missing(&self) -> u32 {
        match (self.kind, self.chars.len()) {
            (TermKind::Han, SHORTEST_WITH_WRONG..) => 1,
            (TermKind::Latin, 7..) => 3,
            (TermKind::Latin, SHORTEST_WITH_SLIP..) => 2,
            _ => 0,
        }
    }
}

/// What a signature says about a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Chance {
    /// None.
    None,
    /// With a slip only.
    Slip,
    /// It may match as it is.
    Exact,
}

/// The place of a letter or digit among the masks.
pub(super) fn slot(b: u8) -> Option<usize> {
    match b {
        b'a'..=b'z' => Some(usize::from(b - b'a')),
        b'0'..=b'9' => Some(usize::from(b - b'0') + 26),
        _ => None,
    }
}

/// The words of a query; a mixed word like `食品xuke` becomes two.
pub(super) fn terms(query: &str) -> Vec<Term> {
    let mut terms: Vec<Term> = Vec::new();
    for word in normalise(query).split(' ').filter(|word| !word.is_empty()) {
        let mut rest = word;
        while let Some(first) = rest.chars().next() {
            let latin = first.is_ascii_alphanumeric();
            let end = rest.find(|c: char| c.is_ascii_alphanumeric() != latin).unwrap_or(rest.len());
            let (run, after) = rest.split_at(end);
            let kind = if latin { TermKind::Latin } else { TermKind::Han };
            if terms.len() < MOST_TERMS && !terms.iter().any(|known| known.text == run) {
                terms.push(Term::new(run.to_owned(), kind));
            }
            rest = after;
        }
    }
    terms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mixed_word_becomes_two_terms_and_a_repeated_one_counts_once() {
        let found: Vec<_> = terms("食品xuke, 食品 （2026）").into_iter().map(|t| (t.text, t.kind)).collect();
        assert_eq!(found, [("食品".into(), TermKind::Han), ("xuke".into(), TermKind::Latin), ("2026".into(), TermKind::Latin)]);
        assert_eq!(terms(&"一 二 三 四 五 六 七 八 九 十".repeat(9)).len(), MOST_TERMS);
        assert!(terms(" ，。 ").is_empty());
    }
}
