//! PDF objects as values (ISO 32000-2 clause 7.3), borrowed from the file where that is possible.

use std::borrow::Cow;
use std::ops::Range;

/// A reference to an indirect object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ref {
    /// Object number.
    pub number: u32,
    /// Generation.
    pub generation: u16,
}

/// Any object.
#[derive(Clone, Debug, PartialEq)]
pub enum Object<'a> {
    /// `null`, and every object that is not there.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A real number.
    Real(f64),
    /// A name without its slash, `#` escapes undone.
    Name(Cow<'a, [u8]>),
    /// A string, escapes undone.
    Text(Cow<'a, [u8]>),
    /// An array.
    Array(Vec<Object<'a>>),
    /// A dictionary.
    Dict(Dict<'a>),
    /// A stream.
    Stream(Box<Stream<'a>>),
    /// A reference.
    Ref(Ref),
}

/// A dictionary; no key stands in it twice. Two are equal when they hold the same values, whatever their order.
#[derive(Clone, Debug, Default)]
pub struct Dict<'a>(pub(super) Vec<Entry<'a>>);

/// One key and value of a dictionary.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// The key without its slash.
    pub key: Cow<'a, [u8]>,
    /// The value.
    pub value: Object<'a>,
    /// Where the value stands in the bytes it was read from, delimiters included.
    pub span: Range<usize>,
}

/// A stream: its dictionary and its bytes as they stand in the file, still packed.
#[derive(Clone, Debug, PartialEq)]
pub struct Stream<'a> {
    /// The dictionary.
    pub dict: Dict<'a>,
    /// The packed bytes.
    pub data: Cow<'a, [u8]>,
}

impl<'a> Dict<'a> {
    /// The value of `key`; [`Object::Null`] when it is not there.
    pub fn get(&self, key: &[u8]) -> &Object<'a> {
        self.entry(key).map_or(&Object::Null, |entry| &entry.value)
    }

    /// Key, value and place; `None` when the key is not there.
    pub fn entry(&self, key: &[u8]) -> Option<&Entry<'a>> {
        self.0.iter().find(|entry| entry.key.len() == key.len() && entry.key == key)
    }

    /// Every entry in the order of the file.
    pub fn entries(&self) -> &[Entry<'a>] {
        &self.0
    }

    /// Is `/Type`, or any other key, this name?
    pub fn is(&self, key: &[u8], name: &[u8]) -> bool {
        self.get(key).as_name() == Some(name)
    }

    fn into_owned(self) -> Dict<'static> {
        Dict(
            self.0
                .into_iter()
                .map(|entry| Entry { key: Cow::Owned(entry.key.into_owned()), value: entry.value.into_owned(), span: entry.span })
                .collect(),
        )
    }
}

impl PartialEq for Dict<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0.len() == other.0.len() && self.0.iter().all(|entry| other.entry(&entry.key).is_some_and(|o| o.value == entry.value))
    }
}

impl<'a> Object<'a> {
    /// The integer.
    pub fn as_int(&self) -> Option<i64> {
        if let Self::Int(value) = self { Some(*value) } else { None }
    }

    /// The integer as an index or a length.
    pub fn as_usize(&self) -> Option<usize> {
        self.as_int().and_then(|value| usize::try_from(value).ok())
    }

    /// The number, integer or real.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Self::Int(value) => Some(*value as f64),
            Self::Real(value) => Some(*value),
            _ => None,
        }
    }

    /// The name.
    pub fn as_name(&self) -> Option<&[u8]> {
        if let Self::Name(value) = self { Some(value) } else { None }
    }

    /// The bytes of the string.
    pub fn as_text(&self) -> Option<&[u8]> {
        if let Self::Text(value) = self { Some(value) } else { None }
    }

    /// The elements.
    pub fn as_array(&self) -> Option<&[Object<'a>]> {
        if let Self::Array(value) = self { Some(value) } else { None }
    }

    /// The dictionary, of a stream too.
    pub fn as_dict(&self) -> Option<&Dict<'a>> {
        match self {
            Self::Dict(value) => Some(value),
            Self::Stream(value) => Some(&value.dict),
            _ => None,
        }
    }

    /// The reference.
    pub fn as_ref(&self) -> Option<Ref> {
        if let Self::Ref(value) = self { Some(*value) } else { None }
    }

    /// Is it `null`, or not there?
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// A copy that borrows nothing.
    pub(super) fn into_owned(self) -> Object<'static> {
        match self {
            Self::Null => Object::Null,
            Self::Bool(value) => Object::Bool(value),
            Self::Int(value) => Object::Int(value),
            Self::Real(value) => Object::Real(value),
            Self::Name(value) => Object::Name(Cow::Owned(value.into_owned())),
            Self::Text(value) => Object::Text(Cow::Owned(value.into_owned())),
            Self::Array(values) => Object::Array(values.into_iter().map(Object::into_owned).collect()),
            Self::Dict(value) => Object::Dict(value.into_owned()),
            Self::Stream(value) => {
                Object::Stream(Box::new(Stream { dict: value.dict.into_owned(), data: Cow::Owned(value.data.into_owned()) }))
            }
            Self::Ref(value) => Object::Ref(value),
        }
    }
}
