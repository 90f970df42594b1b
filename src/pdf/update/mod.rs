//! Writes one incremental update behind a document, its own or a foreign one, every old byte kept (ISO 32000-2 clause 7.5.6).

pub mod raw;
mod sections;

use crate::domain::digest::Digest;
use crate::pdf::read::{Document, Limits, Object, PdfError, Ref};
use crate::pdf::write::{object, token};
use std::collections::BTreeMap;

/// Why a document cannot be updated.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum UpdateError {
    /// It cannot be read without repair, or is encrypted, or a hybrid file.
    #[error("the document cannot be appended to: {0}; save it anew with another program, or render it again")]
    Pdf(#[from] PdfError),
    /// An object is missing or not of the expected kind.
    #[error("object {0} of the document is missing or not as expected; render the document again")]
    Object(u32),
    /// The document has no such page.
    #[error("the document has no page {0}; correct the seal's place in the template")]
    NoPage(usize),
    /// All object numbers are used up.
    #[error("the document has no object number left; save it anew with another program")]
    Full,
}

/// What is read at most of a document that is to be appended to.
pub fn limits() -> Limits {
    Limits { file: 1 << 30, pages: 1 << 16, fields: 1 << 16, ..Limits::default() }
}

/// An update being written: only the bytes that go behind the document.
pub struct Update {
    /// Length of the document.
    start: usize,
    tail: Vec<u8>,
    offsets: BTreeMap<Ref, usize>,
    size: u32,
    form: Form,
    trailer: Trailer,
}

/// The two forms of cross-reference sections; an update takes that of the section before it. (Acrobat rebuilds a document that
/// mixes them, and then finds its byte ranges wrong.)
enum Form {
    Table,
    Stream,
}

/// What the new trailer takes over from the old one, in PDF syntax.
struct Trailer {
    previous: usize,
    /// All entries but those of [`NOT_COPIED`].
    entries: Vec<u8>,
    id: Option<(Vec<u8>, Vec<u8>)>,
}

/// Entries of a trailer that are new in each update, and those that only belong to one cross-reference stream. Everything else is taken
/// over, known or not (ISO 32000-2 clause 7.5.6).
const NOT_COPIED: [&[u8]; 13] =
    [b"Size", b"Prev", b"ID", b"Encrypt", b"XRefStm", b"Type", b"W", b"Index", b"Length", b"Filter", b"DecodeParms", b"F", b"DL"];

impl Update {
    /// Starts behind `document`; `room` is the expected size of the update.
    pub fn of(document: &Document<'_>, room: usize) -> Result<Self, UpdateError> {
        let old = document.trailer();
        let raw = |object: &Object<'_>| {
            let mut out = Vec::new();
            object::value(&mut out, object);
            out
        };
        let id = match old.get(b"ID").as_array() {
            Some([first, second]) => Some((raw(first), raw(second))),
            _ => None,
        };
        old.get(b"Root").as_ref().ok_or(UpdateError::Object(0))?;
        let mut entries = Vec::new();
        for entry in old.entries().iter().filter(|entry| !NOT_COPIED.contains(&&*entry.key)) {
            token::name_bytes(&mut entries, &entry.key);
            entries.push(b' ');
            object::value(&mut entries, &entry.value);
        }
        let previous = document.sections().first().map_or(0, |section| section.at);
        let trailer = Trailer { previous, entries, id };
        let size = old.get(b"Size").as_int().and_then(|size| u32::try_from(size).ok()).ok_or(UpdateError::Full)?;
        let form = if old.is(b"Type", b"XRef") { Form::Stream } else { Form::Table };
        let mut tail = Vec::with_capacity(room + 1024);
        if !document.bytes().ends_with(b"\n") && !document.bytes().ends_with(b"\r") {
            tail.push(b'\n');
        }
        Ok(Self { start: document.bytes().len(), tail, offsets: BTreeMap::new(), size, form, trailer })
    }

    /// A new object number: the lowest that no revision has used.
    pub fn allocate(&mut self) -> Result<Ref, UpdateError> {
        let number = self.size;
        self.size = number.checked_add(1).ok_or(UpdateError::Full)?;
        Ok(Ref { number, generation: 0 })
    }

    /// Writes an object, new or in place of an old one; gives the offset of the body's first byte in the updated file.
    pub fn object(&mut self, reference: Ref, body: &[u8]) -> usize {
        let at = self.begin(reference);
        self.tail.extend_from_slice(body);
        self.tail.extend_from_slice(b"\nendobj\n");
        at
    }

    fn begin(&mut self, reference: Ref) -> usize {
        self.offsets.insert(reference, self.start + self.tail.len());
        self.tail.extend_from_slice(format!("{} {} obj\n", reference.number, reference.generation).as_bytes());
        self.start + self.tail.len()
    }

    /// Was nothing written?
    pub fn is_empty(&self) -> bool {
        self.offsets.is_empty()
    }

    /// Writes the cross-reference section and the trailer, and gives what goes behind the document. `change` goes into the second
    /// half of /ID, the first stays.
    pub fn finish(mut self, change: &[u8]) -> Result<Vec<u8>, UpdateError> {
        match self.form {
            Form::Table => {
                let at = self.start + self.tail.len();
                self.tail.extend(sections::table(&self.offsets));
                self.tail.extend_from_slice(b"trailer\n<<");
                let entries = self.trailer_entries(change);
                self.tail.extend(entries);
                self.end(b">>", at)
            }
            Form::Stream => {
                let own = self.allocate()?;
                let at = self.start + self.tail.len();
                self.begin(own);
                let mut entries = b"/Type/XRef".to_vec();
                entries.extend(self.trailer_entries(change));
                self.tail.extend(sections::stream(&self.offsets, &entries));
                self.end(b"\nendobj", at)
            }
        }
    }

    fn end(mut self, close: &[u8], at: usize) -> Result<Vec<u8>, UpdateError> {
        self.tail.extend_from_slice(close);
        self.tail.extend_from_slice(format!("\nstartxref\n{at}\n%%EOF\n").as_bytes());
        Ok(self.tail)
    }

    fn trailer_entries(&self, change: &[u8]) -> Vec<u8> {
        let mut out = format!("/Size {}/Prev {}", self.size, self.trailer.previous).into_bytes();
        out.extend_from_slice(&self.trailer.entries);
        if let Some((first, second)) = &self.trailer.id {
            let digest = Digest::of(&[second, change].concat());
            out.extend_from_slice(b"/ID[");
            out.extend_from_slice(first);
            token::hex_string(&mut out, digest.0.get(..16).unwrap_or_default());
            out.push(b']');
        }
        out
    }
}
