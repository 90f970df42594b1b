//! Bytes to objects: the syntax of ISO 32000-2 clause 7.2 and 7.3, strictly, without recursion deeper than the limit.

use super::error::PdfError;
use super::limits::Limits;
use super::object::{Dict, Entry, Object, Ref};
use std::borrow::Cow;

/// A place in bytes from which objects are read.
pub struct Lexer<'a> {
    bytes: &'a [u8],
    at: usize,
    values_left: usize,
    nesting: usize,
    references: bool,
}

/// White space of PDF.
pub const fn is_space(byte: u8) -> bool {
    matches!(byte, 0 | 9 | 10 | 12 | 13 | 32)
}

const fn is_delimiter(byte: u8) -> bool {
    matches!(byte, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

/// Neither white space nor delimiter; every byte of every word asks.
const REGULAR: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = !is_space(byte as u8) && !is_delimiter(byte as u8);
        byte += 1;
    }
    table
};

fn is_regular(byte: u8) -> bool {
    REGULAR[usize::from(byte)]
}

/// Value of each hex digit; 255 for every other byte.
const HEX: [u8; 256] = {
    let mut table = [255; 256];
    let mut value = 0;
    while value < 16 {
        table[b"0123456789abcdef"[value] as usize] = value as u8;
        table[b"0123456789ABCDEF"[value] as usize] = value as u8;
        value += 1;
    }
    table
};

fn hex_value(digit: u8) -> Option<u8> {
    Some(HEX[usize::from(digit)]).filter(|value| *value < 16)
}

/// Decodes pairs of hex digits up to the first that is none.
fn hex_pairs(digits: &[u8]) -> Vec<u8> {
    // The length is looked for first, so that the bytes are written without asking again.
    let length = digits.iter().position(|digit| HEX[usize::from(*digit)] == 255).unwrap_or(digits.len());
    let digits = digits.get(..length).unwrap_or_default();
    digits.chunks_exact(2).map(|pair| HEX[usize::from(pair[0])] << 4 | HEX[usize::from(pair[1])]).collect()
}

/// Few keys are compared in pairs, many are sorted.
fn has_repeated_key(entries: &[Entry<'_>]) -> bool {
    if entries.len() <= 16 {
        return entries.iter().enumerate().any(|(at, entry)| entries.iter().take(at).any(|other| other.key == entry.key));
    }
    let mut keys: Vec<&[u8]> = entries.iter().map(|entry| &*entry.key).collect();
    keys.sort_unstable();
    keys.windows(2).any(|pair| pair.first() == pair.last())
}

impl<'a> Lexer<'a> {
    /// Reads from `at` in `bytes`.
    pub fn new(bytes: &'a [u8], at: usize, limits: &Limits) -> Self {
        Self { bytes, at, values_left: limits.values, nesting: limits.nesting, references: true }
    }

    /// The same for a content stream, where `1 0 R` is no reference.
    pub fn of_content(bytes: &'a [u8], limits: &Limits) -> Self {
        Self { references: false, ..Self::new(bytes, 0, limits) }
    }

    /// Where it stands.
    pub fn position(&self) -> usize {
        self.at
    }

    /// Goes somewhere else.
    pub fn seek(&mut self, at: usize) {
        self.at = at;
    }

    /// The byte at the position.
    pub fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn wrong<T>(&self, expected: &'static str) -> Result<T, PdfError> {
        Err(PdfError::Syntax { at: self.at, expected })
    }

    /// Is this the beginning of a word, and not the middle of one?
    pub fn at_word_start(&self) -> bool {
        self.at.checked_sub(1).and_then(|before| self.bytes.get(before)).is_none_or(|before| !is_regular(*before))
    }

    /// Passes white space and comments.
    pub fn skip_space(&mut self) {
        while let Some(byte) = self.peek() {
            if is_space(byte) {
                self.at += 1;
            } else if byte == b'%' {
                while self.peek().is_some_and(|b| b != b'\n' && b != b'\r') {
                    self.at += 1;
                }
            } else {
                return;
            }
        }
    }

    /// Passes exactly these bytes, or says what was expected.
    pub fn expect(&mut self, word: &'static str) -> Result<(), PdfError> {
        if self.accept(word.as_bytes()) { Ok(()) } else { self.wrong(word) }
    }

    /// Passes these bytes if they stand here as a whole word.
    pub fn accept(&mut self, word: &[u8]) -> bool {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let whole = rest.starts_with(word) && !rest.get(word.len()).is_some_and(|b| is_regular(*b));
        if whole {
            self.at += word.len();
        }
        whole
    }

    /// An unsigned integer without sign or point.
    pub fn unsigned(&mut self) -> Result<u64, PdfError> {
        let start = self.at;
        let mut value = 0_u64;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            if self.at - start >= 18 {
                return self.wrong("a shorter number");
            }
            value = value * 10 + u64::from(digit - b'0');
            self.at += 1;
        }
        if start == self.at { self.wrong("digits") } else { Ok(value) }
    }

    /// A run of regular characters: an operator or a keyword; empty at a delimiter.
    pub fn word(&mut self) -> &'a [u8] {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let length = rest.iter().position(|b| !is_regular(*b)).unwrap_or(rest.len());
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }

    /// One object, after white space; no stream (its dictionary is read, `stream` is not).
    pub fn object(&mut self) -> Result<Object<'a>, PdfError> {
        self.skip_space();
        self.values_left = self.values_left.checked_sub(1).ok_or(PdfError::TooMuch("values in one object"))?;
        match self.peek() {
            Some(b'/') => Ok(Object::Name(self.name()?)),
            Some(b'(') => Ok(Object::Text(self.literal_string()?)),
            Some(b'[') => self.nested(Self::array),
            Some(b'<') if self.bytes.get(self.at + 1) == Some(&b'<') => Ok(Object::Dict(self.dict()?)),
            Some(b'<') => Ok(Object::Text(self.hex_string()?)),
            Some(b'0'..=b'9' | b'+' | b'-' | b'.') => self.number_or_reference(),
            Some(b't') if self.accept(b"true") => Ok(Object::Bool(true)),
            Some(b'f') if self.accept(b"false") => Ok(Object::Bool(false)),
            Some(b'n') if self.accept(b"null") => Ok(Object::Null),
            _ => self.wrong("an object"),
        }
    }

    /// One dictionary; a key that stands twice is an error.
    pub fn dict(&mut self) -> Result<Dict<'a>, PdfError> {
        self.nested(|lexer| {
            if lexer.bytes.get(lexer.at..lexer.at + 2) != Some(b"<<") {
                return lexer.wrong("<<");
            }
            lexer.at += 2;
            let mut entries: Vec<Entry<'a>> = Vec::with_capacity(8);
            loop {
                lexer.skip_space();
                match lexer.peek() {
                    Some(b'/') => {
                        let key = lexer.name()?;
                        lexer.skip_space();
                        let start = lexer.at;
                        let value = lexer.object()?;
                        entries.push(Entry { key, value, span: start..lexer.at });
                    }
                    Some(b'>') if lexer.bytes.get(lexer.at + 1) == Some(&b'>') => {
                        lexer.at += 2;
                        if has_repeated_key(&entries) {
                            return lexer.wrong("each key of a dictionary once");
                        }
                        return Ok(Dict(entries));
                    }
                    _ => return lexer.wrong("a key or >>"),
                }
            }
        })
    }

    fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, PdfError>) -> Result<T, PdfError> {
        self.nesting = self.nesting.checked_sub(1).ok_or(PdfError::TooMuch("nesting"))?;
        let result = read(self);
        self.nesting += 1;
        result
    }

    fn array(&mut self) -> Result<Object<'a>, PdfError> {
        self.at += 1;
        let mut values = Vec::new();
        loop {
            self.skip_space();
            if self.peek() == Some(b']') {
                self.at += 1;
                return Ok(Object::Array(values));
            }
            values.push(self.object()?);
        }
    }

    fn name(&mut self) -> Result<Cow<'a, [u8]>, PdfError> {
        self.at += 1;
        let raw = self.word();
        if !raw.contains(&b'#') {
            return Ok(Cow::Borrowed(raw));
        }
        let mut out = Vec::with_capacity(raw.len());
        let mut bytes = raw.iter();
        while let Some(&byte) = bytes.next() {
            if byte != b'#' {
                out.push(byte);
                continue;
            }
            let high = bytes.next().and_then(|d| hex_value(*d));
            let low = bytes.next().and_then(|d| hex_value(*d));
            match (high, low) {
                (Some(high), Some(low)) => out.push(high << 4 | low),
                _ => return self.wrong("two hex digits after # in a name"),
            }
        }
        Ok(Cow::Owned(out))
    }

    fn number_or_reference(&mut self) -> Result<Object<'a>, PdfError> {
        let start = self.at;
        let raw = self.word();
        if !raw.iter().all(u8::is_ascii_digit) {
            return self.signed_number(start, raw);
        }
        if raw.len() > 18 {
            return self.wrong("a shorter number");
        }
        let value = raw.iter().fold(0_i64, |sum, digit| sum * 10 + i64::from(digit - b'0'));
        let after = self.at;
        if self.references
            && let Some(reference) = self.rest_of_reference(value)
        {
            return Ok(Object::Ref(reference));
        }
        self.at = after;
        Ok(Object::Int(value))
    }

    fn rest_of_reference(&mut self, number: i64) -> Option<Ref> {
        self.skip_space();
        self.peek().filter(u8::is_ascii_digit)?;
        let generation = self.unsigned().ok()?;
        self.skip_space();
        if !self.accept(b"R") {
            return None;
        }
        Some(Ref { number: u32::try_from(number).ok()?, generation: u16::try_from(generation).ok()? })
    }

    fn signed_number(&mut self, start: usize, raw: &[u8]) -> Result<Object<'a>, PdfError> {
        let text = std::str::from_utf8(raw).unwrap_or("");
        let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
        let plain =
            digits.len() <= 32 && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.') && digits.bytes().any(|b| b.is_ascii_digit());
        let parsed = if !plain {
            None
        } else if digits.contains('.') {
            text.parse().ok().map(Object::Real)
        } else {
            text.parse().ok().map(Object::Int)
        };
        parsed.ok_or(PdfError::Syntax { at: start, expected: "a number" })
    }

    fn literal_string(&mut self) -> Result<Cow<'a, [u8]>, PdfError> {
        self.at += 1;
        let start = self.at;
        let rest = self.bytes.get(start..).unwrap_or_default();
        let plain = rest.iter().position(|b| matches!(b, b'(' | b')' | b'\\' | b'\r')).unwrap_or(rest.len());
        if rest.get(plain) == Some(&b')') {
            self.at += plain + 1;
            return Ok(Cow::Borrowed(rest.get(..plain).unwrap_or_default()));
        }
        let mut out = Vec::new();
        let mut open = 1_usize;
        loop {
            let Some(byte) = self.peek() else { return self.wrong(")") };
            self.at += 1;
            match byte {
                b'(' => open += 1,
                b')' => {
                    open -= 1;
                    if open == 0 {
                        return Ok(Cow::Owned(out));
                    }
                }
                b'\\' => {
                    self.escape(&mut out)?;
                    continue;
                }
                b'\r' => {
                    if self.peek() == Some(b'\n') {
                        self.at += 1;
                    }
                    out.push(b'\n');
                    continue;
                }
                _ => {}
            }
            out.push(byte);
        }
    }

    fn escape(&mut self, out: &mut Vec<u8>) -> Result<(), PdfError> {
        let Some(byte) = self.peek() else { return self.wrong("an escaped character") };
        self.at += 1;
        match byte {
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'b' => out.push(8),
            b'f' => out.push(12),
            b'\n' => {}
            b'\r' => {
                if self.peek() == Some(b'\n') {
                    self.at += 1;
                }
            }
            b'0'..=b'7' => {
                let mut value = u32::from(byte - b'0');
                for _ in 0..2 {
                    let Some(digit @ b'0'..=b'7') = self.peek() else { break };
                    value = value * 8 + u32::from(digit - b'0');
                    self.at += 1;
                }
                out.push((value & 0xff) as u8);
            }
            other => out.push(other),
        }
        Ok(())
    }

    fn hex_string(&mut self) -> Result<Cow<'a, [u8]>, PdfError> {
        self.at += 1;
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let mut out = hex_pairs(rest);
        let mut length = out.len() * 2;
        let mut high: Option<u8> = None;
        loop {
            let Some(&byte) = rest.get(length) else { return self.wrong(">") };
            if byte == b'>' {
                break;
            }
            length += 1;
            if is_space(byte) {
                continue;
            }
            let Some(value) = hex_value(byte) else { return self.wrong("hex digits") };
            match high.take() {
                None => high = Some(value),
                Some(first) => out.push(first << 4 | value),
            }
        }
        if let Some(first) = high {
            out.push(first << 4);
        }
        self.at += length + 1;
        Ok(Cow::Owned(out))
    }
}
