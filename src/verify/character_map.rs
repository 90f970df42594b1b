//! A ToUnicode character map (ISO 32000-2 clause 9.10.3) for two-byte codes, and nothing that it cannot say exactly.

use crate::pdf::read::{Lexer, Limits, Object};
use crate::verify::page_text::ContentError;
use std::collections::HashMap;

/// From two-byte character codes to text.
#[derive(Clone, Debug, Default)]
pub struct CharacterMap {
    texts: HashMap<u16, String>,
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
                None => return Ok(map),
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
                        map.insert(code_of(code).ok_or(wrong)?, text_of(text).ok_or(wrong)?)?;
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
        self.texts.get(&code).map(String::as_str)
    }

    fn insert(&mut self, code: u16, text: String) -> Result<(), ContentError> {
        match self.texts.insert(code, text) {
            None => Ok(()),
            Some(_) => Err(ContentError("a character map gives one code two texts")),
        }
    }

    fn insert_range(&mut self, first: u16, last: u16, texts: &Object<'_>) -> Result<(), ContentError> {
        let wrong = ContentError("a range of a character map is malformed");
        if let Some(each) = texts.as_array() {
            if each.len() != usize::from(last.checked_sub(first).ok_or(wrong)?) + 1 {
                return Err(wrong);
            }
            return (first..=last).zip(each).try_for_each(|(code, text)| self.insert(code, text_of(text).ok_or(wrong)?));
        }
        let mut text = text_of(texts).ok_or(wrong)?;
        let start = u32::from(text.pop().ok_or(wrong)?);
        (first..=last).try_for_each(|code| {
            let last = char::from_u32(start + u32::from(code - first)).ok_or(wrong)?;
            self.insert(code, format!("{text}{last}"))
        })
    }
}

fn code_of(object: &Object<'_>) -> Option<u16> {
    object.as_text().and_then(|bytes| <[u8; 2]>::try_from(bytes).ok()).map(u16::from_be_bytes)
}

/// UTF-16BE, surrogates in pairs.
fn text_of(object: &Object<'_>) -> Option<String> {
    let bytes = object.as_text().filter(|bytes| !bytes.is_empty() && bytes.len().is_multiple_of(2))?;
    let units = bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
    char::decode_utf16(units).collect::<Result<String, _>>().ok()
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
        assert!(map("begincodespacerange <00> <ff> endcodespacerange").is_err());
        assert!(map("beginbfrange <0002> <0001> [<4E00>] endbfrange").is_err());
    }
}
