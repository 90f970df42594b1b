//! Pinyin of Chinese names: the readings of each character, and how typed letters are read as full syllables, initials or both.

use crate::search::signature::Signature;
use pinyin::{ToPinyin, ToPinyinMulti};

/// Longest run of letters that is read as pinyin.
const LONGEST: usize = 63;

/// The readings of one character, without tones; a Latin letter or digit reads as itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// A letter or digit of the name.
    Plain(char),
    /// A Chinese character: its usual reading first.
    Syllables(Vec<&'static str>),
}

/// The readings of a normalised name, spaces left out.
pub(super) fn readings(name: &str) -> Vec<Reading> {
    name.chars().filter(|c| *c != ' ').map(reading).collect()
}

fn reading(c: char) -> Reading {
    let mut syllables: Vec<&'static str> = Vec::new();
    for syllable in c.to_pinyin_multi().into_iter().flatten() {
        if !syllables.contains(&syllable.plain()) {
            syllables.push(syllable.plain());
        }
    }
    if let Some(usual) = c.to_pinyin()
        && syllables.is_empty()
    {
        syllables.push(usual.plain());
    }
    if syllables.is_empty() { Reading::Plain(c) } else { Reading::Syllables(syllables) }
}

/// The usual readings in one word, for comparison with a slip of the finger.
pub(super) fn usual(readings: &[Reading]) -> String {
    let mut out = String::new();
    for reading in readings {
        match reading {
            Reading::Plain(c) => out.push(*c),
            Reading::Syllables(syllables) => out.push_str(syllables.first().copied().unwrap_or_default()),
        }
    }
    out
}

/// Adds every pair of letters that can stand side by side when these readings are typed: those inside a syllable, and the end or the
/// initial of one before the initial of the next.
pub(super) fn add_pairs(readings: &[Reading], signature: &mut Signature) {
    let mut ends: Vec<char> = Vec::new();
    for reading in readings {
        let mut next = Vec::new();
        let mut syllable = |text: &str| {
            for end in &ends {
                text.chars().take(1).for_each(|first| signature.add_pair(*end, first));
            }
            text.chars().zip(text.chars().skip(1)).for_each(|(before, after)| signature.add_pair(before, after));
            next.extend(text.chars().next());
            next.extend(text.chars().last());
        };
        match reading {
            Reading::Plain(c) => syllable(c.encode_utf8(&mut [0; 4])),
            Reading::Syllables(syllables) => syllables.iter().for_each(|text| syllable(text)),
        }
        next.sort_unstable();
        next.dedup();
        ends = next;
    }
}

/// Where typed letters can be read into a name: at which character the reading may begin at the earliest.
///
/// Every character takes a whole syllable of its own, or its initial letter; the last one may be begun only: `yingyezz`, `yyzz` and
/// `yingyezhi` all read into 营业执照. All ways are followed at once, as a set of offsets into `typed`, so the cost is bounded.
pub(super) fn read_into(typed: &str, readings: &[Reading]) -> Option<usize> {
    let typed = typed.as_bytes();
    if typed.is_empty() || typed.len() > LONGEST {
        return None;
    }
    let whole = 1u64 << typed.len();
    // For each beginning by itself, so that the earliest one is known; names are short.
    (0..readings.len()).find(|from| {
        let mut offsets = 1u64;
        for reading in readings.iter().skip(*from) {
            offsets = step(typed, offsets, reading);
            if offsets & whole != 0 {
                return true;
            }
            if offsets == 0 {
                return false;
            }
        }
        false
    })
}

/// The offsets reached after one more character; the bit of the whole length is set when `typed` is used up.
fn step(typed: &[u8], offsets: u64, reading: &Reading) -> u64 {
    let (mut reached, mut left) = (0, offsets);
    while left != 0 {
        let at = left.trailing_zeros() as usize;
        left &= left - 1;
        let rest = typed.get(at..).unwrap_or_default();
        match reading {
            Reading::Plain(c) => {
                let mut buffer = [0; 4];
                let letter = c.encode_utf8(&mut buffer).as_bytes();
                if rest.starts_with(letter) {
                    reached |= 1 << (at + letter.len());
                }
            }
            Reading::Syllables(syllables) => {
                for syllable in syllables.iter().map(|s| s.as_bytes()) {
                    if rest.starts_with(syllable) {
                        reached |= 1 << (at + syllable.len());
                    } else if syllable.starts_with(rest) {
                        reached |= 1 << typed.len();
                    }
                    if rest.first() == syllable.first() {
                        reached |= 1 << (at + 1);
                    }
                }
            }
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_syllables_initials_and_both_are_read() {
        let name = readings("建筑业企业资质证书");
        for (typed, from) in
            [("jianzhuye", 0), ("jzyqyzzzs", 0), ("jianzhuyqy", 0), ("zizhizhengshu", 5), ("zzzs", 5), ("qiyezi", 3), ("j", 0)]
        {
            assert_eq!(read_into(typed, &name), Some(from), "{typed}");
        }
        for typed in ["jianzhux", "zhengshuj", "", "anzhu", &"zz".repeat(40)] {
            assert_eq!(read_into(typed, &name), None, "{typed}");
        }
    }

    #[test]
    fn every_reading_of_a_character_counts() {
        let name = readings("行业会计");
        assert_eq!(read_into("hangyekuaiji", &name), Some(0));
        assert_eq!(read_into("xingyehuiji", &name), Some(0));
    }
}
