//! The words of one page of a licence, slot by slot, through ToUnicode: a bounded reader of content streams that refuses
//! whatever could show text in any other way. Which sequences hold what: /ELL marks a fixed word, /ELF a printed slot,
//! /ELP a photo.

use crate::pdf::read::{Dict, Document, Lexer, Object, Page};
use crate::verify::character_map::CharacterMap;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// Why the words of a page cannot be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ContentError(pub &'static str);

/// What is written on a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageText {
    /// The fixed words in drawing order.
    pub labels: Vec<String>,
    /// Slot name and text in drawing order; consecutive pieces of one slot are joined.
    pub slots: Vec<(String, String)>,
    /// Field code and image name of each photo in drawing order.
    pub photos: Vec<(String, Vec<u8>)>,
    /// Is the image /QR drawn?
    pub draws_qr: bool,
}

/// Deepest nesting of form XObjects, marked sequences and saved states.
const DEEPEST: usize = 32;
/// Most fonts, most images and forms, most graphics states of a page.
const MOST_RESOURCES: usize = 512;

/// Reads the words of a page.
pub fn page_text(document: &Document<'_>, page: &Page<'_>) -> Result<PageText, ContentError> {
    let content = page_content(document, page)?;
    let mut reader = Reader { words_allowed: true, ..Reader::new(document, &page.resources) };
    reader.check_patterns()?;
    reader.run(&content)?;
    Ok(reader.text)
}

/// Every content stream of a page, one after the other.
fn page_content(document: &Document<'_>, page: &Page<'_>) -> Result<Vec<u8>, ContentError> {
    let unreadable = ContentError("a content stream cannot be read");
    let contents = page.dict.get(b"Contents");
    let streams = match document.resolve(contents).map_err(|_| unreadable)? {
        Object::Array(streams) => streams,
        Object::Null => Vec::new(),
        _ => vec![contents.clone()],
    };
    let mut content = Vec::new();
    for stream in &streams {
        let stream = document.stream(stream).map_err(|_| unreadable)?;
        let left = document.limits().page_content.saturating_sub(content.len());
        content.extend(document.unpacked(&stream, left).map_err(|_| unreadable)?);
        content.push(b'\n');
    }
    Ok(content)
}

/// Passes numbers and the operator behind them when that only draws a line: outlines are most of a page, and none of its words.
fn pass_path(lexer: &mut Lexer<'_>) -> bool {
    let start = lexer.position();
    while lexer.peek().is_some_and(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b' ')) {
        lexer.seek(lexer.position() + 1);
    }
    let is_path = lexer.position() > start && matches!(lexer.word(), b"m" | b"l" | b"c" | b"v" | b"y" | b"re");
    if !is_path {
        lexer.seek(start);
    }
    is_path
}

#[derive(Clone, PartialEq, Eq)]
enum Mark {
    Artifact,
    Label,
    Slot,
    Photo(String),
    Other,
}

struct Reader<'r, 'a> {
    document: &'r Document<'a>,
    resources: &'r Dict<'a>,
    words_allowed: bool,
    depth: usize,
    categories: HashMap<&'static [u8], Dict<'a>>,
    /// Graphics states that were found harmless.
    states: HashSet<Vec<u8>>,
    /// Forms that were found free of text: a watermark is drawn many times.
    forms: HashSet<Vec<u8>>,
    fonts: HashMap<Vec<u8>, Rc<CharacterMap>>,
    font: Option<Rc<CharacterMap>>,
    saved: Vec<Option<Rc<CharacterMap>>>,
    marks: Vec<Mark>,
    text: PageText,
}

impl<'r, 'a> Reader<'r, 'a> {
    /// At the beginning of a content stream; words are not allowed in it unless the caller says so.
    fn new(document: &'r Document<'a>, resources: &'r Dict<'a>) -> Self {
        Self {
            document,
            resources,
            words_allowed: false,
            depth: 0,
            categories: HashMap::new(),
            states: HashSet::new(),
            forms: HashSet::new(),
            fonts: HashMap::new(),
            font: None,
            saved: Vec::new(),
            marks: Vec::new(),
            text: PageText::default(),
        }
    }

    fn run(&mut self, content: &[u8]) -> Result<(), ContentError> {
        let malformed = ContentError("a content stream is malformed");
        let mut lexer = Lexer::of_content(content, self.document.limits());
        let mut operands: Vec<Object<'_>> = Vec::with_capacity(8);
        loop {
            lexer.skip_space();
            if operands.is_empty() && pass_path(&mut lexer) {
                continue;
            }
            match lexer.peek() {
                None => break,
                Some(b'/' | b'(' | b'<' | b'[' | b'0'..=b'9' | b'+' | b'-' | b'.') => {
                    operands.push(lexer.object().map_err(|_| malformed)?);
                    if operands.len() > 64 {
                        return Err(malformed);
                    }
                    continue;
                }
                Some(_) => {}
            }
            let operator = lexer.word();
            if operator.is_empty() {
                return Err(malformed);
            }
            self.operator(operator, &operands)?;
            operands.clear();
        }
        if operands.is_empty() && self.marks.is_empty() && self.saved.is_empty() { Ok(()) } else { Err(malformed) }
    }

    fn operator(&mut self, operator: &[u8], operands: &[Object<'_>]) -> Result<(), ContentError> {
        match (operator, operands) {
            (b"q", _) if self.saved.len() < DEEPEST => self.saved.push(self.font.clone()),
            (b"q", _) => return Err(ContentError("graphics states are saved too often")),
            (b"Q", _) => self.font = self.saved.pop().ok_or(ContentError("a graphics state is restored that was not saved"))?,
            (b"BMC", [tag]) => self.begin(tag, None)?,
            (b"BDC", [tag, properties]) => self.begin(tag, properties.as_dict())?,
            (b"EMC", _) => {
                self.marks.pop().ok_or(ContentError("a marked sequence ends that did not begin"))?;
            }
            (b"Tf", [name, _]) => self.font = Some(self.find_font(name)?),
            (b"Tr", [Object::Int(0)]) => {}
            (b"Tr", _) => return Err(ContentError("text is shown in another way than filled")),
            (b"Tj" | b"'", [text]) => self.show(text)?,
            (b"\"", [_, _, text]) => self.show(text)?,
            (b"TJ", [Object::Array(pieces)]) => {
                for piece in pieces {
                    if piece.as_number().is_none() {
                        self.show(piece)?;
                    }
                }
            }
            (b"Do", [name]) => self.draw(name)?,
            (b"gs", [name]) => self.check_state(name)?,
            (b"BMC" | b"BDC" | b"Tf" | b"Tj" | b"'" | b"\"" | b"TJ" | b"Do" | b"gs", _) => {
                return Err(ContentError("an operator has wrong operands"));
            }
            (b"BI" | b"ID" | b"EI", _) => return Err(ContentError("an inline image is drawn")),
            (b"d0" | b"d1", _) => return Err(ContentError("glyphs are drawn by procedures")),
            _ => {}
        }
        Ok(())
    }

    fn begin(&mut self, tag: &Object<'_>, properties: Option<&Dict<'_>>) -> Result<(), ContentError> {
        if self.marks.len() >= DEEPEST {
            return Err(ContentError("marked sequences are nested too deep"));
        }
        let slot = properties.and_then(|properties| properties.get(b"ELF").as_text());
        let label = properties.is_some_and(|properties| properties.entry(b"ELL").is_some());
        let photo = properties.and_then(|properties| properties.get(b"ELP").as_text());
        let utf8 = |name: &[u8]| String::from_utf8(name.to_vec()).map_err(|_| ContentError("the name of a slot is not UTF-8"));
        let mark = match (tag.as_name() == Some(b"Artifact"), label, slot, photo) {
            (true, false, None, None) => Mark::Artifact,
            (false, false, None, Some(name)) => Mark::Photo(utf8(name)?),
            (false, true, None, None) => {
                self.text.labels.push(String::new());
                Mark::Label
            }
            (false, false, Some(name), None) => {
                let name = utf8(name)?;
                if self.text.slots.last().is_none_or(|(last, _)| *last != name) {
                    self.text.slots.push((name, String::new()));
                }
                Mark::Slot
            }
            (false, false, None, None) => Mark::Other,
            _ => return Err(ContentError("a marked sequence is two things at once")),
        };
        self.marks.push(mark);
        Ok(())
    }

    fn show(&mut self, text: &Object<'_>) -> Result<(), ContentError> {
        let Some(codes) = text.as_text() else { return Err(ContentError("an operator has wrong operands")) };
        let mut marks = self.marks.iter().filter(|mark| **mark != Mark::Other);
        let target = match (self.words_allowed, marks.next(), marks.next()) {
            (true, Some(Mark::Label), None) => self.text.labels.last_mut(),
            (true, Some(Mark::Slot), None) => self.text.slots.last_mut().map(|(_, text)| text),
            _ => None,
        };
        let target = target.ok_or(ContentError("text stands outside the marked labels and slots"))?;
        let font = self.font.as_ref().ok_or(ContentError("text is shown without a font"))?;
        if !codes.len().is_multiple_of(2) {
            return Err(ContentError("a text has half a character code"));
        }
        for pair in codes.chunks_exact(2) {
            let text = font.get(u16::from_be_bytes([pair[0], pair[1]])).ok_or(ContentError("a character has no Unicode value"))?;
            target.push_str(text);
        }
        Ok(())
    }

    /// One resource of a category, followed to its object.
    fn resource(&mut self, category: &'static [u8], name: &Object<'_>) -> Result<Object<'a>, ContentError> {
        let missing = ContentError("a resource is missing");
        let name = name.as_name().ok_or(missing)?;
        let all = match self.categories.entry(category) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(self.document.dict(self.resources.get(category)).map_err(|_| missing)?),
        };
        if all.entries().len() > MOST_RESOURCES {
            return Err(ContentError("a page has too many resources"));
        }
        self.document.resolve(all.get(name)).map_err(|_| missing)
    }

    fn find_font(&mut self, name: &Object<'_>) -> Result<Rc<CharacterMap>, ContentError> {
        let key = name.as_name().unwrap_or_default();
        if let Some(font) = self.fonts.get(key) {
            return Ok(Rc::clone(font));
        }
        let font = self.resource(b"Font", name)?;
        let unfit = ContentError("a font is not of two-byte codes with a ToUnicode map");
        let font = font.as_dict().ok_or(unfit)?;
        let identity = font.is(b"Encoding", b"Identity-H") || font.is(b"Encoding", b"Identity-V");
        if !font.is(b"Subtype", b"Type0") || !identity {
            return Err(unfit);
        }
        let stream = self.document.stream(font.get(b"ToUnicode")).map_err(|_| unfit)?;
        let bytes = self.document.unpacked(&stream, self.document.limits().page_content).map_err(|_| unfit)?;
        let map = Rc::new(CharacterMap::read(&bytes, self.document.limits())?);
        self.fonts.insert(key.to_vec(), Rc::clone(&map));
        Ok(map)
    }

    fn draw(&mut self, name: &Object<'_>) -> Result<(), ContentError> {
        let key = name.as_name().unwrap_or_default();
        if self.forms.contains(key) {
            return Ok(());
        }
        let object = self.resource(b"XObject", name)?;
        let Object::Stream(stream) = &object else { return Err(ContentError("an external object is no stream")) };
        match stream.dict.get(b"Subtype").as_name() {
            Some(b"Image") => {
                self.text.draws_qr |= name.as_name() == Some(b"QR");
                if let (Some(Mark::Photo(field)), Some(name)) = (self.marks.last(), name.as_name()) {
                    self.text.photos.push((field.clone(), name.to_vec()));
                }
                Ok(())
            }
            Some(b"Form") => {
                self.check_free_of_text(stream)?;
                self.forms.insert(key.to_vec());
                Ok(())
            }
            _ => Err(ContentError("an external object is neither image nor form")),
        }
    }

    /// A form or a pattern may be drawn when it holds no text at all.
    fn check_free_of_text(&self, stream: &crate::pdf::read::Stream<'a>) -> Result<(), ContentError> {
        if self.depth >= 4 {
            return Err(ContentError("forms are nested too deep"));
        }
        let unreadable = ContentError("a form cannot be read");
        let content = self.document.unpacked(stream, self.document.limits().page_content).map_err(|_| unreadable)?;
        let resources = match stream.dict.get(b"Resources") {
            Object::Null => Dict::default(),
            resources => self.document.dict(resources).map_err(|_| unreadable)?,
        };
        let mut reader = Reader { depth: self.depth + 1, ..Reader::new(self.document, &resources) };
        reader.check_patterns()?;
        reader.run(&content)?;
        if reader.text == PageText::default() { Ok(()) } else { Err(ContentError("a form holds marked text, a photo or a QR code")) }
    }

    /// Tiling patterns are content of their own.
    fn check_patterns(&self) -> Result<(), ContentError> {
        let unreadable = ContentError("a pattern cannot be read");
        if self.resources.get(b"Pattern").is_null() {
            return Ok(());
        }
        for entry in self.document.dict(self.resources.get(b"Pattern")).map_err(|_| unreadable)?.entries() {
            if let Object::Stream(stream) = self.document.resolve(&entry.value).map_err(|_| unreadable)? {
                self.check_free_of_text(&stream)?;
            }
        }
        Ok(())
    }

    /// A graphics state must not bring a font, or a mask that is content of its own.
    fn check_state(&mut self, name: &Object<'_>) -> Result<(), ContentError> {
        let key = name.as_name().unwrap_or_default();
        if self.states.contains(key) {
            return Ok(());
        }
        let state = self.resource(b"ExtGState", name)?;
        let state = state.as_dict().ok_or(ContentError("a resource is missing"))?;
        let no_mask = state.get(b"SMask").is_null() || state.is(b"SMask", b"None");
        if state.entry(b"Font").is_some() || !no_mask {
            return Err(ContentError("a graphics state brings a font or a mask"));
        }
        self.states.insert(key.to_vec());
        Ok(())
    }
}
