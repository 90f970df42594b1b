//! A ToUnicode character map (ISO 32000-2 clause 9.10.3) for two-byte codes, and nothing that it cannot say exactly.

use crate::pdf::read::{Lexer, Limits, Object};
use crate::verify::page_text::ContentError;
use std::ops::Range;

/// Bytes of the longest text of one code: a ligature has a few characters, and a range repeats its text 65 536 times.
const LONGEST_TEXT: usize = 64;
const TWO_TEXTS: ContentError = ContentError("a character map gives one code two texts");

/// From two-byte character codes to text.
#[derive(Clone, Debug, Default)]
pub struct CharacterMap {
    /// Every text, one after the other.
    texts: String,
    /// Where the text of each code stands; in the order of the codes once the map is read.
    places: Vec<(u16, Range<usize>)>,
}

impl CharacterMap {
    /// Reads the map from its unpacked stream.
    pub fn read(bytes: &[u8], limits: &Limits) -> Result<Self, ContentError> {
        let wrong = ContentError("a character map is malformed");
        let mut lexer = Lexer::of_content(bytes, limits);
        let mut map = Self::default();
        let mut operands: Vec<Object<'_>> = Vec::new();
        loop {
            lexer.skip_space();
            match lexer.peek() {
                None => return map.in_order(),
                Some(b'/' | b'(' | b'<' | b'[' | b'0'..=b'9' | b'+' | b'-' | b'.') => {
                    operands.push(lexer.object().map_err(|_| wrong)?);
                    continue;
                }
                Some(_) => {}
            }
            match lexer.word() {
                b"" => return Err(wrong),
                b"endcodespacerange" if operands.iter().any(|bound| bound.as_text().is_none_or(|code| code.len() != 2)) => {
                    return Err(ContentError("a font's codes are not two bytes long"));
                }
                b"endbfchar" => {
                    for pair in operands.chunks(2) {
                        let [code, text] = pair else { return Err(wrong) };
                        map.insert(code_of(code).ok_or(wrong)?, text)?;
                    }
                }
                b"endbfrange" => {
                    for triple in operands.chunks(3) {
                        let [first, last, texts] = triple else { return Err(wrong) };
                        map.insert_range(code_of(first).ok_or(wrong)?, code_of(last).ok_or(wrong)?, texts)?;
                    }
                }
                _ => {}
            }
            operands.clear();
        }
    }

    /// The text of one code.
    pub fn get(&self, code: u16) -> Option<&str> {
        let place = self.places.binary_search_by_key(&code, |(code, _)| *code).ok()?;
        self.places.get(place).and_then(|(_, text)| self.texts.get(text.clone()))
    }

    fn in_order(mut self) -> Result<Self, ContentError> {
        self.places.sort_unstable_by_key(|(code, _)| *code);
        let twice = self.places.windows(2).any(|pair| matches!(pair, [(one, _), (other, _)] if one == other));
        if twice { Err(TWO_TEXTS) } else { Ok(self) }
    }

    /// The text as UTF-16BE, surrogates in pairs.
    fn insert(&mut self, code: u16, text: &Object<'_>) -> Result<(), ContentError> {
        let wrong = ContentError("a character map is malformed");
        let units = units(text).ok_or(wrong)?;
        let start = self.texts.len();
        for character in char::decode_utf16(units) {
            self.texts.push(character.map_err(|_| wrong)?);
        }
        self.place(code, start)
    }

    /// What was written from `start` on is the text of `code`.
    fn place(&mut self, code: u16, start: usize) -> Result<(), ContentError> {
        if self.places.len() > usize::from(u16::MAX) {
            // More texts than codes.
            return Err(TWO_TEXTS);
        }
        self.places.push((code, start..self.texts.len()));
        Ok(())
    }

    fn insert_range(&mut self, first: u16, last: u16, texts: &Object<'_>) -> Result<(), ContentError> {
        let wrong = ContentError("a range of a character map is malformed");
        if let Some(each) = texts.as_array() {
            if each.len() != usize::from(last.checked_sub(first).ok_or(wrong)?) + 1 {
                return Err(wrong);
            }
            return (first..=last).zip(each).try_for_each(|(code, text)| self.insert(code, text));
        }
        let mut text = text_of(texts).ok_or(wrong)?;
        let start = u32::from(text.pop().ok_or(wrong)?);
        (first..=last).try_for_each(|code| {
            let last = char::from_u32(start + u32::from(code - first)).ok_or(wrong)?;
            let start = self.texts.len();
            self.texts.push_str(&text);
            self.texts.push(last);
            self.place(code, start)
        })
    }
}

fn code_of(object: &Object<'_>) -> Option<u16> {
    object.as_text().and_then(|bytes| <[u8; 2]>::try_from(bytes).ok()).map(u16::from_be_bytes)
}

/// UTF-16BE, surrogates in pairs.
fn text_of(object: &Object<'_>) -> Option<String> {
    char::decode_utf16(units(object)?).collect::<Result<String, _>>().ok()
}

fn units<'o>(object: &'o Object<'_>) -> Option<impl Iterator<Item = u16> + 'o> {
    let bytes = object.as_text().filter(|bytes| (1..=LONGEST_TEXT).contains(&bytes.len()) && bytes.len().is_multiple_of(2))?;
    Some(bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(body: &str) -> Result<CharacterMap, ContentError> {
        CharacterMap::read(body.as_bytes(), &Limits::default())
    }

    #[test]
    fn reads_single_codes_ranges_and_surrogates() {
        let map = map("1 begincodespacerange <0000> <ffff> endcodespacerange 2 beginbfchar <0001> <4E2D> <0002> <D842DFB7> endbfchar \
             2 beginbfrange <0010> <0012> <0041> <0020> <0021> [<4E00> <4E8C>] endbfrange")
        .expect("well-formed");
        assert_eq!(map.get(1), Some("中"));
        assert_eq!(map.get(2), Some("𠮷"));
        assert_eq!(map.get(0x12), Some("C"));
        assert_eq!(map.get(0x21), Some("二"));
        assert_eq!(map.get(3), None);
    }

    #[test]
    fn refuses_two_texts_for_one_code_and_half_a_surrogate() {
        assert!(map("beginbfchar <0001> <4E2D> <0001> <4E2E> endbfchar").is_err());
        assert!(map("beginbfchar <0001> <D842> endbfchar").is_err());
        assert!(map(&format!("beginbfrange <0000> <ffff> <{}> endbfrange", "4E2D".repeat(10_000))).is_err());
        assert!(map("beginbfrange <0001> <0003> <0041> <0003> <0003> <0041> endbfrange").is_err());
        assert!(map("begincodespacerange <00> <ff> endcodespacerange").is_err());
        assert!(map("beginbfrange <0002> <0001> [<4E00>] endbfrange").is_err());
    }
}
