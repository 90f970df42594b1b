//! Appends one incremental update to a document of our own: table after table, every old byte kept (ISO 32000-2 clause 7.5.6).

pub mod base;
pub mod raw;

use base::Base;
use std::collections::BTreeMap;

/// Why a document cannot be updated.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum UpdateError {
    /// The structure is not the plain one that the renderer writes.
    #[error("the document is not one that this service rendered: {0}; render it again")]
    Structure(&'static str),
    /// An object is missing or not of the expected kind.
    #[error("object {0} of the document is missing or not as expected; render the document again")]
    Object(u32),
    /// The document has no such page.
    #[error("the document has no page {0}; correct the seal's place in the template")]
    NoPage(usize),
}

/// An update being written behind a document.
pub struct Update {
    bytes: Vec<u8>,
    offsets: BTreeMap<u32, usize>,
    size: u32,
    trailer: Trailer,
}

/// What the new trailer takes over from the old one, as raw PDF values.
struct Trailer {
    previous: usize,
    root: u32,
    info: Option<Vec<u8>>,
    id: Option<(Vec<u8>, Vec<u8>)>,
}

impl Update {
    /// Starts behind `bytes`, which [`Base::read`] has found whole; `extra` is the expected size of the update.
    pub fn begin(mut bytes: Vec<u8>, extra: usize) -> Result<Self, UpdateError> {
        let base = Base::read(&bytes)?;
        let trailer = Trailer {
            previous: base.table_at(),
            root: base.root(),
            info: base.trailer().get(b"Info").map(<[u8]>::to_vec),
            id: base.id().map(|(a, b)| (a.to_vec(), b.to_vec())),
        };
        let size = base.size();
        bytes.reserve(extra);
        Ok(Self { bytes, offsets: BTreeMap::new(), size, trailer })
    }

    /// Writes an object, new or in place of an old one; gives the offset of the body's first byte.
    pub fn object(&mut self, number: u32, body: &[u8]) -> usize {
        self.offsets.insert(number, self.bytes.len());
        self.size = self.size.max(number.saturating_add(1));
        self.bytes.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
        let at = self.bytes.len();
        self.bytes.extend_from_slice(body);
        self.bytes.extend_from_slice(b"\nendobj\n");
        at
    }

    /// Writes cross-reference table and trailer. `change` goes into the second half of /ID, the first stays.
    pub fn finish(mut self, change: &[u8]) -> Vec<u8> {
        let table_at = self.bytes.len();
        let mut tail = String::from("xref\n");
        let mut numbers = self.offsets.keys().copied().peekable();
        while let Some(first) = numbers.next() {
            let mut run = vec![first];
            while let Some(next) = numbers.next_if(|n| Some(*n) == run.last().map(|l| l + 1)) {
                run.push(next);
            }
            tail.push_str(&format!("{first} {}\n", run.len()));
            for number in run {
                let offset = self.offsets.get(&number).copied().unwrap_or_default();
                tail.push_str(&format!("{offset:010} 00000 n \n"));
            }
        }
        tail.push_str(&format!("trailer\n<</Size {}/Root {} 0 R/Prev {}", self.size, self.trailer.root, self.trailer.previous));
        self.bytes.extend_from_slice(tail.as_bytes());
        if let Some(info) = &self.trailer.info {
            self.bytes.extend_from_slice(b"/Info ");
            self.bytes.extend_from_slice(info);
        }
        if let Some((first, second)) = &self.trailer.id {
            let mut text = second.clone();
            text.extend_from_slice(change);
            let digest = crate::domain::digest::Digest::of(&text);
            let second = hex::encode(digest.0.get(..16).unwrap_or_default());
            self.bytes.extend_from_slice(b"/ID[");
            self.bytes.extend_from_slice(first);
            self.bytes.extend_from_slice(format!("<{second}>]").as_bytes());
        }
        self.bytes.extend_from_slice(format!(">>\nstartxref\n{table_at}\n%%EOF\n").as_bytes());
        self.bytes
    }
}
