//! Pinyin of Chinese names: the readings of each character, and how typed letters are read as full syllables, initials or both.

use crate::search::signature::Signature;
use pinyin::{ToPinyin, ToPinyinMulti};

/// Longest run of letters that is read as pinyin.
const LONGEST: usize = 63;

/// The readings of one character without tones, the usual one first; a reading may come twice. Empty where it has none.
fn syllables(c: char) -> impl Iterator<Item = &'static str> {
    c.to_pinyin().map(|usual| usual.plain()).into_iter().chain(c.to_pinyin_multi().into_iter().flatten().map(|reading| reading.plain()))
}

/// The usual readings of a normalised name in one word, for comparison with a slip of the finger.
pub(super) fn usual(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        match c.to_pinyin() {
            Some(usual) => out.push_str(usual.plain()),
            None if c != ' ' => out.push(c),
            None => {}
        }
    }
    out
}

/// Adds every pair of letters that can stand side by side when these readings are typed: those inside a syllable, and the end or the
/// initial of one before the initial of the next.
pub(super) fn add_pairs(name: &str, signature: &mut Signature) {
    let mut ends: Vec<char> = Vec::new();
    for c in name.chars().filter(|c| *c != ' ') {
        let mut next = Vec::new();
        let mut syllable = |text: &str| {
            for end in &ends {
                text.chars().take(1).for_each(|first| signature.add_pair(*end, first));
            }
            text.chars().zip(text.chars().skip(1)).for_each(|(before, after)| signature.add_pair(before, after));
            next.extend(text.chars().next());
            next.extend(text.chars().last());
        };
        if c.to_pinyin().is_some() {
            syllables(c).for_each(&mut syllable);
        } else {
            syllable(c.encode_utf8(&mut [0; 4]));
        }
        next.sort_unstable();
        next.dedup();
        ends = next;
    }
}

/// Where typed letters can be read into a normalised name: at which of its characters the reading may begin at the earliest.
///
/// Every character takes a whole syllable of its own, or its initial letter; the last one may be begun only: `yingyezz`, `yyzz` and
/// `yingyezhi` all read into 营业执照. All ways are followed at once, as a set of offsets into `typed`, so the cost is bounded.
pub(super) fn read_into(typed: &str, name: &str) -> Option<usize> {
    let typed = typed.as_bytes();
    if typed.is_empty() || typed.len() > LONGEST {
        return None;
    }
    let whole = 1u64 << typed.len();
    // For each beginning by itself, so that the earliest one is known; names are short.
    let mut rest = name;
    let mut from = 0;
    while let Some(first) = rest.chars().next() {
        let mut offsets = 1u64;
        for c in rest.chars().filter(|c| *c != ' ') {
            offsets = step(typed, offsets, c);
            if offsets & whole != 0 {
                return Some(from);
            }
            if offsets == 0 {
                break;
            }
        }
        from += usize::from(first != ' ');
        rest = rest.get(first.len_utf8()..).unwrap_or_default();
    }
    None
}

/// The offsets reached after one more character; the bit of the whole length is set when `typed` is used up.
fn step(typed: &[u8], offsets: u64, c: char) -> u64 {
    let (mut reached, mut left) = (0, offsets);
    while left != 0 {
        let at = left.trailing_zeros() as usize;
        left &= left - 1;
        let rest = typed.get(at..).unwrap_or_default();
        if c.is_ascii() {
            reached |= if rest.first() == Some(&(c as u8)) { 1 << (at + 1) } else { 0 };
            continue;
        }
        for syllable in syllables(c).map(str::as_bytes).filter(|syllable| syllable.first() == rest.first()) {
            if rest.starts_with(syllable) {
                reached |= 1 << (at + syllable.len());
            } else if syllable.starts_with(rest) {
                reached |= 1 << typed.len();
            }
            reached |= 1 << (at + 1);
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_syllables_initials_and_both_are_read() {
        let name = "建筑业企业资质证书";
        for (typed, from) in
            [("jianzhuye", 0), ("jzyqyzzzs", 0), ("jianzhuyqy", 0), ("zizhizhengshu", 5), ("zzzs", 5), ("qiyezi", 3), ("j", 0)]
        {
            assert_eq!(read_into(typed, name), Some(from), "{typed}");
        }
        for typed in ["jianzhux", "zhengshuj", "", "anzhu", &"zz".repeat(40)] {
            assert_eq!(read_into(typed, name), None, "{typed}");
        }
    }

    #[test]
    fn every_reading_of_a_character_counts() {
        let name = "行业会计";
        assert_eq!(read_into("hangyekuaiji", name), Some(0));
        assert_eq!(read_into("xingyehuiji", name), Some(0));
    }
}
