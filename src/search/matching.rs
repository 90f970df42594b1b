//! Says where one word of a query stands in one entry, and how good a match that is.

use crate::search::{
    entry::Entry,
    find::Place,
    pinyin,
    term::{SHORTEST_WITH_SLIP, SHORTEST_WITH_WRONG, Term, TermKind},
};

/// Shortest part of a code that is looked for inside of one.
const SHORTEST_CODE_PART: usize = 3;

/// The best place of the word in the entry.
pub(super) fn place(term: &Term, entry: &Entry) -> Option<Place> {
    if let Some(at) = entry.name.find(&term.text) {
        return Some(match at {
            0 if entry.name.len() == term.text.len() => Place::WholeName,
            0 => Place::NameStart,
            _ => Place::Name,
        });
    }
    match term.kind {
        TermKind::Han => han(term, entry),
        TermKind::Latin => latin(term, entry),
    }
}

fn han(term: &Term, entry: &Entry) -> Option<Place> {
    if entry.words.iter().any(|word| word.contains(&term.text)) {
        return Some(Place::Words);
    }
    if term.chars.len() > 1 && is_scattered(&term.chars, &entry.name_chars) {
        return Some(Place::Scattered);
    }
    let wrong = term.chars.len() >= SHORTEST_WITH_WRONG && has_one_wrong(&term.chars, &entry.name_chars);
    wrong.then_some(Place::Similar)
}

fn latin(term: &Term, entry: &Entry) -> Option<Place> {
    let text = term.text.as_str();
    if entry.code_text == text {
        return Some(Place::WholeCode);
    }
    if entry.code_text.starts_with(text) {
        return Some(Place::CodeStart);
    }
    match pinyin::read_into(text, &entry.readings) {
        Some(0) => return Some(Place::PinyinStart),
        Some(_) => return Some(Place::Pinyin),
        None => {}
    }
    if entry.words.iter().any(|word| starts_a_word(word, text)) {
        return Some(Place::Words);
    }
    if text.len() >= SHORTEST_CODE_PART && entry.code_text.contains(text) {
        return Some(Place::Code);
    }
    let letters = text.len() >= SHORTEST_WITH_SLIP && text.bytes().all(|b| b.is_ascii_alphabetic());
    let slipped = letters && (has_slip(text, &entry.spoken) || entry.words.iter().any(|word| has_slip(text, word)));
    slipped.then_some(Place::Similar)
}

/// Does a word of `words` begin with `text`?
fn starts_a_word(words: &str, text: &str) -> bool {
    words.match_indices(text).any(|(at, _)| at == 0 || words.as_bytes().get(at - 1).is_some_and(|before| !before.is_ascii_alphanumeric()))
}

/// Do the characters stand in `name` in this order, with others between?
fn is_scattered(wanted: &[char], name: &[char]) -> bool {
    let mut name = name.iter();
    wanted.iter().all(|c| name.any(|other| other == c))
}

/// Does a part of `name` differ from `wanted` in one character only?
fn has_one_wrong(wanted: &[char], name: &[char]) -> bool {
    name.windows(wanted.len()).any(|part| part.iter().zip(wanted).filter(|(a, b)| a != b).count() <= 1)
}

/// Does `typed` stand in `text` with one letter wrong, missing, too many, or two swapped? Wu and Manber's bit-parallel search with
/// one error; words over 60 letters hold no slip.
fn has_slip(typed: &str, text: &str) -> bool {
    let typed = typed.as_bytes();
    if typed.len() > 60 || text.len() + 1 < typed.len() {
        return false;
    }
    let mut masks = [0u64; 36];
    let slot = |b: u8| match b {
        b'a'..=b'z' => Some(usize::from(b - b'a')),
        b'0'..=b'9' => Some(usize::from(b - b'0') + 26),
        _ => None,
    };
    for (at, b) in typed.iter().enumerate() {
        if let Some(mask) = slot(*b).and_then(|slot| masks.get_mut(slot)) {
            *mask |= 1 << at;
        }
    }
    let mask_of = |b: u8| slot(b).and_then(|slot| masks.get(slot)).copied().unwrap_or(0);
    let last = 1u64 << (typed.len() - 1);
    // Bit `i`: the first `i + 1` letters were just read, exactly, with one error, or with their last letter still to come (swapped).
    let (mut exact, mut one, mut swapped) = (0u64, 1u64, 0u64);
    for b in text.bytes() {
        let mask = mask_of(b);
        let before = exact;
        exact = ((before << 1) | 1) & mask;
        let too_many = before;
        let wrong = (before << 1) | 1;
        let missing = (exact << 1) | 1;
        let turned = (swapped << 1) & mask << 1;
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
        Entry::new(Subject { code: "11999999000000019M001".into(), name: name.into(), words, facets: vec![] }, vec![]).1
    }

    fn best(query: &str, entry: &Entry) -> Option<Place> {
        terms(query).first().and_then(|term| place(term, entry))
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

    #[test]
    fn one_slip_is_found_and_two_are_not() {
        for typed in ["jingying", "jngying", "jiingying", "jimgying", "ijngying", "jingyign", "ingying", "jingyin"] {
            assert!(has_slip(typed, "shipinjingyingxuke"), "{typed}");
        }
        for typed in ["jmgyimg", "gnijgniy", "xxingying", "abcdefgh"] {
            assert!(!has_slip(typed, "shipinjingyingxuke"), "{typed}");
        }
    }
}
