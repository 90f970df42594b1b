//! Says where one word of a query stands in one entry, and how good a match that is.

use crate::search::{
    entry::Entry,
    find::Place,
    pinyin,
    term::{Chance, LONGEST_WITH_SLIP, SHORTEST_WITH_SLIP, SHORTEST_WITH_WRONG, Term, TermKind, slot},
};

/// Shortest part of a code that is looked for inside of one.
const SHORTEST_CODE_PART: usize = 3;

/// The best place of the word in the entry, as far as its signature left a chance.
pub(super) fn place(term: &Term, chance: Chance, entry: &Entry) -> Option<Place> {
    match (chance, term.kind) {
        (Chance::None, _) => None,
        (Chance::Exact, TermKind::Han) => han(term, entry).or_else(|| han_slip(term, entry)),
        (Chance::Exact, TermKind::Latin) => latin(term, entry).or_else(|| latin_slip(term, entry)),
        (Chance::Slip, TermKind::Han) => han_slip(term, entry),
        (Chance::Slip, TermKind::Latin) => latin_slip(term, entry),
    }
}

fn in_name(term: &Term, entry: &Entry) -> Option<Place> {
    if entry.name.starts_with(&term.text) {
        return Some(if entry.name.len() == term.text.len() { Place::WholeName } else { Place::NameStart });
    }
    entry.name.contains(&term.text).then_some(Place::Name)
}

fn han(term: &Term, entry: &Entry) -> Option<Place> {
    in_name(term, entry).or_else(|| entry.words.contains(&term.text).then_some(Place::Words)).or_else(|| {
        let scattered = term.chars.len() > 1 && is_scattered(&term.chars, &entry.name);
        scattered.then_some(Place::Scattered)
    })
}

fn han_slip(term: &Term, entry: &Entry) -> Option<Place> {
    let wrong = term.chars.len() >= SHORTEST_WITH_WRONG && has_one_wrong(&term.chars, &entry.name);
    wrong.then_some(Place::Similar)
}

fn latin(term: &Term, entry: &Entry) -> Option<Place> {
    let text = term.text.as_str();
    if entry.code_text.starts_with(text) {
        return Some(if entry.code_text.len() == text.len() { Place::WholeCode } else { Place::CodeStart });
    }
    if let Some(place) = in_name(term, entry) {
        return Some(place);
    }
    if text.starts_with(|c: char| c.is_ascii_alphabetic())
        && let Some(from) = pinyin::read_into(text, &entry.name)
    {
        return Some(if from == 0 { Place::PinyinStart } else { Place::Pinyin });
    }
    if starts_a_word(&entry.latin, text) {
        return Some(Place::Words);
    }
    (text.len() >= SHORTEST_CODE_PART && entry.code_text.contains(text)).then_some(Place::Code)
}

fn latin_slip(term: &Term, entry: &Entry) -> Option<Place> {
    let text = term.text.as_str();
    let letters = text.len() >= SHORTEST_WITH_SLIP && text.bytes().all(|b| b.is_ascii_alphabetic());
    let slipped = letters && (has_slip(term, &entry.spoken) || has_slip(term, &entry.latin));
    slipped.then_some(Place::Similar)
}

/// Does a word of `words` begin with `text`?
fn starts_a_word(words: &str, text: &str) -> bool {
    words.contains(text)
        && words
            .match_indices(text)
            .any(|(at, _)| at == 0 || words.as_bytes().get(at - 1).is_some_and(|before| !before.is_ascii_alphanumeric()))
}

/// Do the characters stand in `name` in this order, with others between?
fn is_scattered(wanted: &[char], name: &str) -> bool {
    let mut name = name.chars();
    wanted.iter().all(|c| name.any(|other| other == *c))
}

/// Does a part of `name` differ from `wanted` in one character only?
fn has_one_wrong(wanted: &[char], name: &str) -> bool {
    let mut rest = name.chars();
    loop {
        let mut part = rest.clone();
        let (mut wrong, mut read) = (0, 0);
        for (c, other) in wanted.iter().zip(&mut part) {
            wrong += usize::from(*c != other);
            read += 1;
        }
        if read < wanted.len() {
            return false;
        }
        if wrong <= 1 {
            return true;
        }
        rest.next();
    }
}

/// Does the word stand in `text` with one letter wrong, missing, too many, or two swapped? Wu and Manber's bit-parallel search with one
/// error; words over [`LONGEST_WITH_SLIP`] letters hold no slip.
fn has_slip(term: &Term, text: &str) -> bool {
    let length = term.text.len();
    if length == 0 || length > LONGEST_WITH_SLIP || text.len() + 1 < length {
        return false;
    }
    let last = 1u64 << (length - 1);
    // Bit `i`: the first `i + 1` letters were just read, exactly, with one error, or with their last letter still to come (swapped).
    let (mut exact, mut one, mut swapped) = (0u64, 1u64, 0u64);
    for b in text.bytes() {
        let mask = slot(b).and_then(|slot| term.masks.get(slot)).copied().unwrap_or(0);
        let before = exact;
        exact = ((before << 1) | 1) & mask;
        let too_many = before;
        let wrong = (before << 1) | 1;
        let missing = (exact << 1) | 1;
        let turned = (swapped & mask) << 1;
        one = (((one << 1) | 1) & mask) | too_many | wrong | missing | turned;
        // The letter after the next was read in place of the next one.
        swapped = ((before << 1) | 1) & (mask >> 1);
        if (exact | one) & last != 0 {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::{Subject, term::terms};

    fn entry(name: &str, words: &[&str]) -> Entry {
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        Entry::new(Subject { code: "11999999000000019M001".into(), name: name.into(), words, facets: vec![] }, [0; 7]).1
    }

    fn best(query: &str, entry: &Entry) -> Option<Place> {
        terms(query).first().and_then(|term| place(term, Chance::Exact, entry))
    }

    #[test]
    fn every_kind_of_match_is_told_apart() {
        let entry = entry("食品经营许可证", &["Food Business Permit", "市场监督管理部门"]);
        for (query, expected) in [
            ("食品经营许可证", Some(Place::WholeName)),
            ("食品", Some(Place::NameStart)),
            ("許可證", Some(Place::Name)),
            ("食经证", Some(Place::Scattered)),
            ("食品经菅", Some(Place::Similar)),
            ("监督管理", Some(Place::Words)),
            ("business", Some(Place::Words)),
            ("usiness", Some(Place::Similar)),
            ("shipinjy", Some(Place::PinyinStart)),
            ("jyxkz", Some(Place::Pinyin)),
            ("shipinjignying", Some(Place::Similar)),
            ("11999999000000019m001", Some(Place::WholeCode)),
            ("11999999", Some(Place::CodeStart)),
            ("19m001", Some(Place::Code)),
            ("排污", None),
            ("证食", None),
            ("paiwu", None),
        ] {
            assert_eq!(best(query, &entry), expected, "{query}");
        }
    }

    fn slips(typed: &str) -> bool {
        has_slip(&terms(typed)[0], "shipinjingyingxuke")
    }

    #[test]
    fn one_slip_is_found_and_two_are_not() {
        for typed in ["jingying", "jngying", "jiingying", "jimgying", "ijngying", "jingyign", "ingying", "jingyin"] {
            assert!(slips(typed), "{typed}");
        }
        for typed in ["jmgyimg", "gnijgniy", "xxingying", "abcdefgh"] {
            assert!(!slips(typed), "{typed}");
        }
    }
}
