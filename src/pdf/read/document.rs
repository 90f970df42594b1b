//! One document: its cross-reference chain merged, and its objects read when they are asked for.

use super::cross_reference::{Location, Section, read_chain};
use super::error::PdfError;
use super::index::Index;
use super::inflate::unpack;
use super::lexer::Lexer;
use super::limits::Limits;
use super::object::{Dict, Object, Ref, Stream};
use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

/// A document that was parsed strictly. Objects are read lazily and borrow from the file.
pub struct Document<'a> {
    bytes: &'a [u8],
    limits: Limits,
    sections: Rc<Vec<Section<'a>>>,
    index: Rc<Index>,
    /// How many of the newest sections are left out of sight.
    age: usize,
    object_streams: RefCell<BTreeMap<u32, Rc<ObjectStream>>>,
    /// Is an object stream being unpacked? Its own /Length must not need another one.
    unpacking: Cell<bool>,
    /// What is left of [`Limits::total`].
    left: Rc<Cell<usize>>,
}

struct ObjectStream {
    bytes: Vec<u8>,
    /// Number and absolute offset of each object.
    heads: Vec<(u32, usize)>,
}

impl<'a> Document<'a> {
    /// Reads header, tail and the whole cross-reference chain; no object yet.
    pub fn parse(bytes: &'a [u8], limits: &Limits) -> Result<Self, PdfError> {
        if bytes.len() > limits.file {
            return Err(PdfError::TooMuch("file length"));
        }
        match bytes.get(..8) {
            Some([b'%', b'P', b'D', b'F', b'-', b'1' | b'2', b'.', b'0'..=b'9']) => {}
            _ => return Err(PdfError::NotPdf),
        }
        let sections = read_chain(bytes, limits)?;
        let index = Index::merge(&sections)?;
        Ok(Self {
            bytes,
            limits: *limits,
            sections: Rc::new(sections),
            index: Rc::new(index),
            age: 0,
            object_streams: RefCell::default(),
            unpacking: Cell::new(false),
            left: Rc::new(Cell::new(limits.total)),
        })
    }

    /// The document as it was before its `age` newest sections were appended. Shares what may be spent on reading.
    pub fn as_of(&self, age: usize) -> Self {
        Self {
            bytes: self.bytes,
            limits: self.limits,
            sections: Rc::clone(&self.sections),
            index: Rc::clone(&self.index),
            age: self.age.saturating_add(age),
            object_streams: RefCell::default(),
            unpacking: Cell::new(false),
            left: Rc::clone(&self.left),
        }
    }

    /// The document as it was when it ended after `end` bytes: that revision, read alone. Shares what may be spent on reading.
    pub fn revision(&self, end: usize) -> Result<Self, PdfError> {
        let alone = Self::parse(self.bytes.get(..end).unwrap_or_default(), &self.limits)?;
        Ok(Self { left: Rc::clone(&self.left), ..alone })
    }

    /// Does the file end with `%%EOF` and at most one end of line?
    pub fn ends_plainly(&self) -> bool {
        let tail = self.bytes.len() - self.bytes.iter().rposition(|b| !super::lexer::is_space(*b)).map_or(0, |at| at + 1);
        matches!(self.bytes.get(self.bytes.len() - tail..), Some(b"" | b"\n" | b"\r" | b"\r\n"))
    }

    /// The whole file.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The limits it was parsed under.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The cross-reference sections, newest first.
    pub fn sections(&self) -> &[Section<'a>] {
        self.sections.get(self.age..).unwrap_or_default()
    }

    /// The newest trailer.
    pub fn trailer(&self) -> &Dict<'a> {
        static EMPTY: Dict<'static> = Dict(Vec::new());
        self.sections().first().map_or(&EMPTY, |section| &section.trailer)
    }

    /// Where an object is.
    pub fn location(&self, number: u32) -> Location {
        self.index.location(number, self.age)
    }

    /// Is there no object of this number?
    pub fn is_free(&self, number: u32) -> bool {
        self.location(number) == Location::Free
    }

    /// Every object in use.
    pub fn defined(&self) -> impl Iterator<Item = Ref> + '_ {
        (0..self.index.highest()).filter_map(|number| match self.location(number) {
            Location::Free => None,
            Location::At(_, generation) => Some(Ref { number, generation }),
            Location::In(..) => Some(Ref { number, generation: 0 }),
        })
    }

    /// Every number that is in use and not in an object stream, with its offset.
    pub fn placed(&self) -> impl Iterator<Item = (u32, usize)> + '_ {
        (0..self.index.highest()).filter_map(|number| match self.location(number) {
            Location::At(at, _) => Some((number, at)),
            _ => None,
        })
    }

    /// The document catalog.
    pub fn catalog(&self) -> Result<Dict<'a>, PdfError> {
        self.dict(self.trailer().get(b"Root"))
    }

    /// One indirect object; [`Object::Null`] when it is free or not defined.
    pub fn get(&self, reference: Ref) -> Result<Object<'a>, PdfError> {
        match self.location(reference.number) {
            Location::Free => Ok(Object::Null),
            Location::At(at, generation) if generation == reference.generation => self.read_at(reference, at).map(|(object, _)| object),
            Location::In(stream, place) if reference.generation == 0 => self.read_in(reference.number, stream, place),
            _ => Err(PdfError::WrongType { number: reference.number, expected: "of the generation that is asked for" }),
        }
    }

    /// The object itself, or the one it refers to.
    pub fn resolve(&self, object: &Object<'a>) -> Result<Object<'a>, PdfError> {
        match object {
            Object::Ref(reference) => match self.get(*reference)? {
                Object::Ref(_) => Err(PdfError::Circle(reference.number)),
                object => Ok(object),
            },
            direct => Ok(direct.clone()),
        }
    }

    /// A dictionary, direct or referred to.
    pub fn dict(&self, object: &Object<'a>) -> Result<Dict<'a>, PdfError> {
        match self.resolve(object)? {
            Object::Dict(dict) => Ok(dict),
            _ => Err(wrong_type(object, "a dictionary")),
        }
    }

    /// An array, direct or referred to; an absent one is empty.
    pub fn array(&self, object: &Object<'a>) -> Result<Vec<Object<'a>>, PdfError> {
        match self.resolve(object)? {
            Object::Array(values) => Ok(values),
            Object::Null => Ok(Vec::new()),
            _ => Err(wrong_type(object, "an array")),
        }
    }

    /// A stream that is referred to.
    pub fn stream(&self, object: &Object<'a>) -> Result<Stream<'a>, PdfError> {
        match self.resolve(object)? {
            Object::Stream(stream) => Ok(*stream),
            _ => Err(wrong_type(object, "a stream")),
        }
    }

    /// The unpacked bytes of a stream, at most `most`.
    pub fn unpacked(&self, stream: &Stream<'a>, most: usize) -> Result<Vec<u8>, PdfError> {
        let bytes = unpack(&stream.dict, &stream.data, most.min(self.left.get()), &self.limits)?;
        self.spend(bytes.len())?;
        Ok(bytes.into_owned())
    }

    /// Counts bytes that were read or unpacked, so that the same ones cannot be asked for without end.
    fn spend(&self, bytes: usize) -> Result<(), PdfError> {
        let left = self.left.get().checked_sub(bytes).ok_or(PdfError::TooMuch("reading"))?;
        self.left.set(left);
        Ok(())
    }

    /// An object that stands in the file itself, and the byte after its `endobj`.
    pub fn read_at(&self, reference: Ref, at: usize) -> Result<(Object<'a>, usize), PdfError> {
        let mut lexer = Lexer::new(self.bytes, at, &self.limits);
        if !lexer.at_word_start() {
            return Err(PdfError::CrossReference { at, problem: "it points into a word" });
        }
        let number = lexer.unsigned()?;
        lexer.skip_space();
        let generation = lexer.unsigned()?;
        lexer.skip_space();
        lexer.expect("obj")?;
        if number != u64::from(reference.number) || generation != u64::from(reference.generation) {
            return Err(PdfError::CrossReference { at, problem: "another object stands where it points" });
        }
        let mut object = lexer.object()?;
        lexer.skip_space();
        self.spend(lexer.position().saturating_sub(at))?;
        if let Object::Dict(dict) = &object
            && lexer.peek() == Some(b's')
        {
            let length = match dict.get(b"Length") {
                Object::Ref(to) if to.number == reference.number => return Err(PdfError::Circle(to.number)),
                Object::Ref(to) => match self.location(to.number) {
                    Location::At(at, generation) if generation == to.generation => plain_integer(self.bytes, *to, at, &self.limits)?,
                    _ => self.get(*to)?.as_usize(),
                },
                direct => direct.as_usize(),
            };
            let length = length.ok_or(PdfError::WrongType { number: reference.number, expected: "a stream with a /Length" })?;
            let data = stream_data(self.bytes, &mut lexer, length)?;
            if let Object::Dict(dict) = object {
                object = Object::Stream(Box::new(Stream { dict, data: Cow::Borrowed(data) }));
            }
            lexer.skip_space();
        }
        lexer.expect("endobj")?;
        Ok((object, lexer.position()))
    }

    fn read_in(&self, number: u32, stream: u32, place: u32) -> Result<Object<'a>, PdfError> {
        let stream = self.object_stream(stream)?;
        let wrong = PdfError::WrongType { number, expected: "in the object stream where the cross-reference says" };
        match stream.heads.get(place as usize) {
            Some((found, at)) if *found == number => Lexer::new(&stream.bytes, *at, &self.limits).object().map(Object::into_owned),
            _ => Err(wrong),
        }
    }

    fn object_stream(&self, number: u32) -> Result<Rc<ObjectStream>, PdfError> {
        if let Some(known) = self.object_streams.borrow().get(&number) {
            return Ok(Rc::clone(known));
        }
        if self.object_streams.borrow().len() >= self.limits.object_streams {
            return Err(PdfError::TooMuch("object streams"));
        }
        let Location::At(at, generation) = self.location(number) else {
            return Err(PdfError::WrongType { number, expected: "an object stream" });
        };
        if self.unpacking.replace(true) {
            return Err(PdfError::Circle(number));
        }
        let object = self.read_at(Ref { number, generation }, at);
        self.unpacking.set(false);
        let Object::Stream(stream) = object?.0 else { return Err(PdfError::WrongType { number, expected: "an object stream" }) };
        let loaded = Rc::new(self.load_object_stream(number, &stream)?);
        self.object_streams.borrow_mut().insert(number, Rc::clone(&loaded));
        Ok(loaded)
    }

    fn load_object_stream(&self, number: u32, stream: &Stream<'a>) -> Result<ObjectStream, PdfError> {
        let wrong = PdfError::WrongType { number, expected: "an object stream with /N and /First" };
        let count = stream.dict.get(b"N").as_usize();
        let first = stream.dict.get(b"First").as_usize();
        let (Some(count), Some(first), true) = (count, first, stream.dict.is(b"Type", b"ObjStm")) else { return Err(wrong) };
        let bytes = self.unpacked(stream, self.limits.unpacked)?;
        if first > bytes.len() || count > self.limits.objects.min(bytes.len()) {
            return Err(wrong);
        }
        let mut heads = Vec::with_capacity(count);
        let mut lexer = Lexer::new(bytes.get(..first).unwrap_or_default(), 0, &self.limits);
        for _ in 0..count {
            lexer.skip_space();
            let found = u32::try_from(lexer.unsigned()?).map_err(|_| wrong.clone())?;
            lexer.skip_space();
            let offset = usize::try_from(lexer.unsigned()?).map_err(|_| wrong.clone())?;
            heads.push((found, first.checked_add(offset).filter(|at| *at < bytes.len()).ok_or(wrong.clone())?));
        }
        Ok(ObjectStream { bytes, heads })
    }
}

fn wrong_type(object: &Object<'_>, expected: &'static str) -> PdfError {
    PdfError::WrongType { number: object.as_ref().map_or(0, |reference| reference.number), expected }
}

/// The bytes between `stream` and `endstream`, both passed.
pub(super) fn stream_data<'a>(bytes: &'a [u8], lexer: &mut Lexer<'a>, length: usize) -> Result<&'a [u8], PdfError> {
    lexer.skip_space();
    lexer.expect("stream")?;
    match (lexer.peek(), bytes.get(lexer.position() + 1)) {
        (Some(b'\r'), Some(b'\n')) => lexer.seek(lexer.position() + 2),
        (Some(b'\n'), _) => lexer.seek(lexer.position() + 1),
        _ => return Err(PdfError::Syntax { at: lexer.position(), expected: "an end of line after `stream`" }),
    }
    let start = lexer.position();
    let data = start.checked_add(length).and_then(|end| bytes.get(start..end));
    let data = data.ok_or(PdfError::Syntax { at: start, expected: "as many bytes as /Length says" })?;
    lexer.seek(start + length);
    match (lexer.peek(), bytes.get(lexer.position() + 1)) {
        (Some(b'\r'), Some(b'\n')) => lexer.seek(lexer.position() + 2),
        (Some(b'\n' | b'\r'), _) => lexer.seek(lexer.position() + 1),
        _ => {}
    }
    lexer.expect("endstream")?;
    Ok(data)
}

/// An indirect object that holds an integer alone, read without following anything.
fn plain_integer(bytes: &[u8], reference: Ref, at: usize, limits: &Limits) -> Result<Option<usize>, PdfError> {
    let mut lexer = Lexer::new(bytes, at, limits);
    let number = lexer.unsigned()?;
    lexer.skip_space();
    let generation = lexer.unsigned()?;
    lexer.skip_space();
    lexer.expect("obj")?;
    let same = number == u64::from(reference.number) && generation == u64::from(reference.generation);
    Ok(lexer.object()?.as_usize().filter(|_| same))
}
