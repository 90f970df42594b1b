//! Deterministic CBOR (RFC 8949 §4.2.1), the part that tokens use: integers, strings, arrays, maps. The reader refuses every other spelling.

use crate::code::CodeError;

/// Deepest nesting that is read.
const MAX_DEPTH: usize = 8;

/// A CBOR item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Major types 0 and 1, within 64 bit.
    Int(i64),
    /// Byte string.
    Bytes(Vec<u8>),
    /// Text string.
    Text(String),
    /// Array.
    Array(Vec<Value>),
    /// Map; written sorted by the bytes of the encoded keys.
    Map(Vec<(Value, Value)>),
}

const UNSIGNED: u8 = 0;
const NEGATIVE: u8 = 1;
const BYTES: u8 = 2;
const TEXT: u8 = 3;
const ARRAY: u8 = 4;
const MAP: u8 = 5;

impl Value {
    /// The one deterministic encoding.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(64);
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Int(n) if *n < 0 => head(NEGATIVE, n.unsigned_abs() - 1, out),
            Self::Int(n) => head(UNSIGNED, n.unsigned_abs(), out),
            Self::Bytes(bytes) => {
                head(BYTES, bytes.len() as u64, out);
                out.extend_from_slice(bytes);
            }
            Self::Text(text) => {
                head(TEXT, text.len() as u64, out);
                out.extend_from_slice(text.as_bytes());
            }
            Self::Array(items) => {
                head(ARRAY, items.len() as u64, out);
                items.iter().for_each(|item| item.write(out));
            }
            Self::Map(pairs) => {
                let mut encoded: Vec<(Vec<u8>, &Value)> = pairs.iter().map(|(key, value)| (key.encode(), value)).collect();
                encoded.sort_by(|a, b| a.0.cmp(&b.0));
                head(MAP, encoded.len() as u64, out);
                for (key, value) in encoded {
                    out.extend_from_slice(&key);
                    value.write(out);
                }
            }
        }
    }

    /// Reads exactly one item that stands inside a signed structure, so that even a short one is damage. Refused: longer heads than needed, indefinite lengths, keys out of order or twice, invalid
    /// UTF-8, tags, floats, simple values, deep nesting, and anything after the item.
    pub fn decode(bytes: &[u8]) -> Result<Self, CodeError> {
        Self::decode_outermost(bytes).map_err(|error| match error {
            CodeError::Unreadable(why) => CodeError::Damaged(why),
            other => other,
        })
    }

    /// The same for the outermost item, where input that ends too early is unreadable rather than damaged.
    pub(super) fn decode_outermost(bytes: &[u8]) -> Result<Self, CodeError> {
        let mut reader = Reader { rest: bytes };
        let value = reader.item(0)?;
        if reader.rest.is_empty() { Ok(value) } else { Err(CodeError::Damaged("trailing bytes")) }
    }
}

fn head(major: u8, argument: u64, out: &mut Vec<u8>) {
    let major = major << 5;
    match argument {
        0..=23 => out.push(major | argument as u8),
        24..=0xff => out.extend_from_slice(&[major | 24, argument as u8]),
        0x100..=0xffff => {
            out.push(major | 25);
            out.extend_from_slice(&(argument as u16).to_be_bytes());
        }
        0x1_0000..=0xffff_ffff => {
            out.push(major | 26);
            out.extend_from_slice(&(argument as u32).to_be_bytes());
        }
        _ => {
            out.push(major | 27);
            out.extend_from_slice(&argument.to_be_bytes());
        }
    }
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], CodeError> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(CodeError::Unreadable("cut short"))?;
        self.rest = rest;
        Ok(taken)
    }

    fn head(&mut self) -> Result<(u8, u64), CodeError> {
        let &[first] = self.take(1)? else { return Err(CodeError::Unreadable("cut short")) };
        let width = match first & 0x1f {
            short @ 0..=23 => return Ok((first >> 5, u64::from(short))),
            24 => 1,
            25 => 2,
            26 => 4,
            27 => 8,
            _ => return Err(CodeError::Damaged("indefinite length or reserved head")),
        };
        let argument = self.take(width)?.iter().fold(0u64, |n, byte| n << 8 | u64::from(*byte));
        let least = match width {
            1 => 24,
            2 => 0x100,
            4 => 0x1_0000,
            _ => 0x1_0000_0000,
        };
        if argument < least {
            return Err(CodeError::Damaged("a number is not written in its shortest form"));
        }
        Ok((first >> 5, argument))
    }

    fn string(&mut self, length: u64) -> Result<&'a [u8], CodeError> {
        self.take(usize::try_from(length).map_err(|_| CodeError::Unreadable("cut short"))?)
    }

    fn item(&mut self, depth: usize) -> Result<Value, CodeError> {
        if depth > MAX_DEPTH {
            return Err(CodeError::Damaged("nested too deeply"));
        }
        let (major, argument) = self.head()?;
        let int = || i64::try_from(argument).map_err(|_| CodeError::Damaged("a number is too large"));
        match major {
            UNSIGNED => int().map(Value::Int),
            NEGATIVE => int().map(|n| Value::Int(-1 - n)),
            BYTES => Ok(Value::Bytes(self.string(argument)?.to_vec())),
            TEXT => {
                let text = std::str::from_utf8(self.string(argument)?).map_err(|_| CodeError::Damaged("text is not UTF-8"))?;
                Ok(Value::Text(text.to_owned()))
            }
            ARRAY => {
                // Capacity is not taken from the input: every item costs at least one byte of it anyway.
                let mut items = Vec::new();
                for _ in 0..argument {
                    items.push(self.item(depth + 1)?);
                }
                Ok(Value::Array(items))
            }
            MAP => {
                let mut pairs = Vec::new();
                let mut last: &[u8] = &[];
                for _ in 0..argument {
                    let start = self.rest;
                    let key = self.item(depth + 1)?;
                    let encoded = start.get(..start.len() - self.rest.len()).unwrap_or_default();
                    if encoded <= last {
                        return Err(CodeError::Damaged("map keys are doubled or out of order"));
                    }
                    last = encoded;
                    pairs.push((key, self.item(depth + 1)?));
                }
                Ok(Value::Map(pairs))
            }
            _ => Err(CodeError::Damaged("tags, floats and simple values have no place here")),
        }
    }
}

/// The members of a map, taken out one by one, so that what is left over can be refused.
pub(super) struct Members(Vec<(Value, Value)>);

impl Members {
    /// The members of `value`, which must be a map.
    pub(super) fn of(value: Value) -> Result<Self, CodeError> {
        match value {
            Value::Map(pairs) => Ok(Self(pairs)),
            _ => Err(CodeError::Damaged("a map is expected")),
        }
    }

    /// Takes the member with that integer key.
    pub(super) fn take(&mut self, key: i64) -> Option<Value> {
        self.take_key(&Value::Int(key))
    }

    /// Takes the member with that key.
    pub(super) fn take_key(&mut self, key: &Value) -> Option<Value> {
        let at = self.0.iter().position(|(k, _)| k == key)?;
        Some(self.0.swap_remove(at).1)
    }

    /// Takes a member that must be an integer.
    pub(super) fn int(&mut self, key: i64) -> Result<i64, CodeError> {
        match self.take(key) {
            Some(Value::Int(n)) => Ok(n),
            _ => Err(CodeError::Damaged("a number is missing")),
        }
    }

    /// Takes a member that is an integer where it is present.
    pub(super) fn optional_int(&mut self, key: i64) -> Result<Option<i64>, CodeError> {
        match self.take(key) {
            Some(Value::Int(n)) => Ok(Some(n)),
            None => Ok(None),
            Some(_) => Err(CodeError::Damaged("a number is expected")),
        }
    }

    /// Takes a member that must be text.
    pub(super) fn text(&mut self, key: i64) -> Result<String, CodeError> {
        match self.take(key) {
            Some(Value::Text(text)) => Ok(text),
            _ => Err(CodeError::Damaged("a text is missing")),
        }
    }

    /// Takes a member that is text where it is present.
    pub(super) fn optional_text(&mut self, key: i64) -> Result<Option<String>, CodeError> {
        match self.take(key) {
            Some(Value::Text(text)) => Ok(Some(text)),
            None => Ok(None),
            Some(_) => Err(CodeError::Damaged("a text is expected")),
        }
    }

    /// Takes a member that must be a byte string of `N` bytes.
    pub(super) fn bytes<const N: usize>(&mut self, key: i64) -> Result<[u8; N], CodeError> {
        match self.take(key) {
            Some(Value::Bytes(bytes)) => bytes.try_into().map_err(|_| CodeError::Damaged("a byte string has the wrong length")),
            _ => Err(CodeError::Damaged("a byte string is missing")),
        }
    }

    /// Nothing may be left: an unknown member could change the meaning.
    pub(super) fn finish(self) -> Result<(), CodeError> {
        if self.0.is_empty() { Ok(()) } else { Err(CodeError::Damaged("an unknown member")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn damaged(hex_text: &str) -> bool {
        matches!(Value::decode(&hex::decode(hex_text).expect("hex")), Err(CodeError::Damaged(_)))
    }

    #[test]
    fn examples_of_rfc_8949_appendix_a() {
        for (text, value) in [
            ("00", Value::Int(0)),
            ("17", Value::Int(23)),
            ("1818", Value::Int(24)),
            ("1903e8", Value::Int(1000)),
            ("1a000f4240", Value::Int(1_000_000)),
            ("1b000000e8d4a51000", Value::Int(1_000_000_000_000)),
            ("3903e7", Value::Int(-1000)),
            ("3a00011170", Value::Int(-70001)),
            ("4401020304", Value::Bytes(vec![1, 2, 3, 4])),
            ("63e6b0b4", Value::Text("水".into())),
            ("83010203", Value::Array(vec![Value::Int(1), Value::Int(2), Value::Int(3)])),
            ("a201020304", Value::Map(vec![(Value::Int(1), Value::Int(2)), (Value::Int(3), Value::Int(4))])),
        ] {
            assert_eq!(Value::decode(&hex::decode(text).expect("hex")), Ok(value.clone()), "{text}");
            assert_eq!(hex::encode(value.encode()), text);
        }
    }

    #[test]
    fn other_spellings_are_refused() {
        for (text, why) in [
            ("1800", "24 form for 0"),
            ("190017", "25 form for 23"),
            ("1a0000ffff", "26 form for 65535"),
            ("1b00000000ffffffff", "27 form"),
            ("1bffffffffffffffff", "beyond 64 bit signed"),
            ("5f4101ff", "indefinite bytes"),
            ("9fff", "indefinite array"),
            ("bfff", "indefinite map"),
            ("a201010102", "key twice"),
            ("a202010102", "keys out of order"),
            ("0000", "trailing"),
            ("", "nothing"),
            ("44010203", "cut short"),
            ("61ff", "not UTF-8"),
            ("c000", "tag"),
            ("f5", "true"),
            ("f90000", "float"),
            ("818181818181818181818100", "deep"),
            ("9bffffffffffffffff", "huge array"),
            ("1c", "reserved"),
        ] {
            assert!(damaged(text), "{why}: {text}");
        }
    }

    #[test]
    fn a_map_is_written_sorted() {
        let map =
            Value::Map(vec![(Value::Int(-70001), Value::Int(1)), (Value::Text("a".into()), Value::Int(2)), (Value::Int(1), Value::Int(3))]);
        assert_eq!(hex::encode(map.encode()), "a301033a0001117001616102");
    }
}
