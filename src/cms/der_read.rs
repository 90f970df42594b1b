//! Reading DER (X.690 clause 10): one encoding for each value, and every other one refused.

/// Why bytes are not DER, or not of the expected shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the expected DER: {0}")]
pub struct DerError(pub &'static str);

/// Universal tags, and the context-specific ones that CMS uses.
pub mod tag {
    /// BOOLEAN.
    pub const BOOLEAN: u8 = 0x01;
    /// INTEGER.
    pub const INTEGER: u8 = 0x02;
    /// BIT STRING.
    pub const BIT_STRING: u8 = 0x03;
    /// OCTET STRING.
    pub const OCTET_STRING: u8 = 0x04;
    /// NULL.
    pub const NULL: u8 = 0x05;
    /// ENUMERATED.
    pub const ENUMERATED: u8 = 0x0a;
    /// UTF8String.
    pub const UTF8_STRING: u8 = 0x0c;
    /// UTCTime.
    pub const UTC_TIME: u8 = 0x17;
    /// GeneralizedTime.
    pub const GENERALIZED_TIME: u8 = 0x18;
    /// OBJECT IDENTIFIER.
    pub const OID: u8 = 0x06;
    /// SEQUENCE, SEQUENCE OF.
    pub const SEQUENCE: u8 = 0x30;
    /// SET, SET OF.
    pub const SET: u8 = 0x31;
    /// `[0]`, constructed.
    pub const CONTEXT_0: u8 = 0xa0;
    /// `[1]`, constructed.
    pub const CONTEXT_1: u8 = 0xa1;
    /// `[2]`, constructed.
    pub const CONTEXT_2: u8 = 0xa2;
    /// `[3]`, constructed.
    pub const CONTEXT_3: u8 = 0xa3;
    /// `[4]`, constructed.
    pub const CONTEXT_4: u8 = 0xa4;
    /// `[0]`, primitive.
    pub const CONTEXT_0_PRIMITIVE: u8 = 0x80;
    /// `[1]`, primitive.
    pub const CONTEXT_1_PRIMITIVE: u8 = 0x81;
    /// `[2]`, primitive.
    pub const CONTEXT_2_PRIMITIVE: u8 = 0x82;
    /// `[6]`, primitive.
    pub const CONTEXT_6_PRIMITIVE: u8 = 0x86;
}

/// One value: tag, content, and both with the length between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tlv<'a> {
    /// The tag octet; tags of more than one octet are refused.
    pub tag: u8,
    /// The content.
    pub value: &'a [u8],
    /// Tag, length and content.
    pub whole: &'a [u8],
}

/// Values one after the other.
#[derive(Clone, Copy, Debug)]
pub struct DerReader<'a> {
    rest: &'a [u8],
}

impl<'a> DerReader<'a> {
    /// Reads the values in `bytes`.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Is nothing left?
    pub fn at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next tag.
    pub fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// What was not read yet.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The next value, whatever its tag.
    pub fn any(&mut self) -> Result<Tlv<'a>, DerError> {
        let &[tag, first, ..] = self.rest else { return Err(DerError("it ends too early")) };
        if tag & 0x1f == 0x1f {
            return Err(DerError("a tag of more than one octet"));
        }
        let (length, head) = match first {
            0..=0x7f => (usize::from(first), 2),
            0x81..=0x84 => {
                let octets = usize::from(first & 0x7f);
                let bytes = self.rest.get(2..2 + octets).ok_or(DerError("it ends too early"))?;
                let length = bytes.iter().fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte));
                if length < 0x80 || bytes.first() == Some(&0) {
                    return Err(DerError("a length that could be shorter"));
                }
                (length, 2 + octets)
            }
            _ => return Err(DerError("an indefinite or too long length")),
        };
        let end = head.checked_add(length).ok_or(DerError("it ends too early"))?;
        let whole = self.rest.get(..end).ok_or(DerError("it ends too early"))?;
        let value = whole.get(head..).ok_or(DerError("it ends too early"))?;
        self.rest = self.rest.get(end..).unwrap_or_default();
        Ok(Tlv { tag, value, whole })
    }

    /// The next value, which must have this tag.
    pub fn expect(&mut self, tag: u8) -> Result<Tlv<'a>, DerError> {
        let tlv = self.any()?;
        if tlv.tag == tag { Ok(tlv) } else { Err(DerError("a value of another type")) }
    }

    /// The next value if it has this tag.
    pub fn optional(&mut self, tag: u8) -> Result<Option<Tlv<'a>>, DerError> {
        if self.peek() == Some(tag) { self.any().map(Some) } else { Ok(None) }
    }

    /// Nothing may be left.
    pub fn end(&self) -> Result<(), DerError> {
        if self.at_end() { Ok(()) } else { Err(DerError("something follows where nothing may")) }
    }
}

impl<'a> Tlv<'a> {
    /// A reader of the values inside.
    pub fn inside(&self) -> DerReader<'a> {
        DerReader::new(self.value)
    }

    /// The only value inside, which must have this tag.
    pub fn only(&self, tag: u8) -> Result<Tlv<'a>, DerError> {
        let mut inside = self.inside();
        let tlv = inside.expect(tag)?;
        inside.end()?;
        Ok(tlv)
    }

    /// A small unsigned integer.
    pub fn small(&self) -> Result<u32, DerError> {
        match self.value {
            [first, rest @ ..] if first & 0x80 == 0 && rest.len() < 4 => Ok(self.value.iter().fold(0, |sum, b| sum << 8 | u32::from(*b))),
            _ => Err(DerError("an integer out of range")),
        }
    }

    /// A BOOLEAN.
    pub fn boolean(&self) -> Result<bool, DerError> {
        match self.value {
            [0] => Ok(false),
            [0xff] => Ok(true),
            _ => Err(DerError("a boolean that is neither 00 nor FF")),
        }
    }

    /// Content octets of an INTEGER in its shortest form.
    pub fn integer(&self) -> Result<&'a [u8], DerError> {
        exact(&Tlv { tag: tag::INTEGER, ..*self }, 0)?;
        Ok(self.value)
    }

    /// The octets of a BIT STRING of whole octets.
    pub fn octets_of_bits(&self) -> Result<&'a [u8], DerError> {
        match self.value {
            [0, octets @ ..] => Ok(octets),
            _ => Err(DerError("a bit string of no whole octets")),
        }
    }
}

/// Encoding this value again would give these very bytes: shortest lengths and integers, canonical booleans and identifiers,
/// padding bits zero, SETs ascending. Context-specific tags of constructed form are looked into; primitive ones are opaque.
pub fn exact(tlv: &Tlv<'_>, depth: usize) -> Result<(), DerError> {
    let value = tlv.value;
    match tlv.tag {
        tag::BOOLEAN if !matches!(value, [0] | [0xff]) => Err(DerError("a boolean that is neither 00 nor FF")),
        tag::INTEGER => match value {
            [] => Err(DerError("an empty integer")),
            [0, next, ..] if next & 0x80 == 0 => Err(DerError("an integer that could be shorter")),
            [0xff, next, ..] if next & 0x80 != 0 => Err(DerError("an integer that could be shorter")),
            _ => Ok(()),
        },
        tag::BIT_STRING => match value {
            [0, ..] => Ok(()),
            [unused @ 1..=7, .., last] if last & ((1 << unused) - 1) == 0 => Ok(()),
            _ => Err(DerError("a bit string with wrong padding")),
        },
        tag::NULL if !value.is_empty() => Err(DerError("a NULL with content")),
        tag::OID => {
            let starts = |at: usize| at == 0 || value.get(at - 1).is_some_and(|b| b & 0x80 == 0);
            let padded = value.iter().enumerate().any(|(at, byte)| *byte == 0x80 && starts(at));
            if padded || value.last().is_none_or(|b| b & 0x80 != 0) { Err(DerError("a malformed object identifier")) } else { Ok(()) }
        }
        constructed if constructed & 0x20 != 0 => {
            if depth == 0 {
                return Err(DerError("too deep"));
            }
            let mut inside = tlv.inside();
            let mut before: &[u8] = &[];
            while !inside.at_end() {
                let element = inside.any()?;
                if constructed == tag::SET && element.whole < before {
                    return Err(DerError("a SET that is not in ascending order"));
                }
                before = element.whole;
                exact(&element, depth - 1)?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}
