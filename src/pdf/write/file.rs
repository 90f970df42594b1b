//! A PDF file under construction: objects by number in any order, then one cross-reference section without gaps.

use crate::domain::digest::Digest;
use crate::pdf::unsealed::HashedPrefix;
use crate::pdf::write::token;
use std::sync::Arc;

/// A file that grows object by object.
pub struct FileWriter {
    /// What is written so far. Between [`FileWriter::begin`] and [`FileWriter::end`] the body of the object goes here.
    pub out: Vec<u8>,
    offsets: Vec<u32>,
}

/// A constant beginning of a file that many files share, with its SHA-256 state.
#[derive(Clone)]
pub struct Prefix {
    bytes: Arc<[u8]>,
    offsets: Arc<[u32]>,
    state: ring::digest::Context,
}

impl Prefix {
    /// The state that lets a seal hash only what follows.
    pub fn hashed(&self) -> HashedPrefix {
        HashedPrefix { len: self.bytes.len(), state: self.state.clone() }
    }

    /// A new file that begins with this prefix, with room for `more` bytes.
    pub fn open(&self, more: usize) -> FileWriter {
        let mut out = Vec::with_capacity(self.bytes.len() + more);
        out.extend_from_slice(&self.bytes);
        let mut offsets = Vec::with_capacity(self.offsets.len() + 128);
        offsets.extend_from_slice(&self.offsets);
        FileWriter { out, offsets }
    }
}

impl FileWriter {
    /// An empty file whose object numbers 1 to `reserved` are promised: they are written later.
    pub fn new(reserved: u32) -> Self {
        Self { out: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec(), offsets: vec![0; reserved as usize + 1] }
    }

    /// The next free object number. It must be written before [`FileWriter::finish`].
    pub fn allocate(&mut self) -> u32 {
        self.offsets.push(0);
        (self.offsets.len() - 1) as u32
    }

    /// Starts object `number`.
    pub fn begin(&mut self, number: u32) {
        if let Some(offset) = self.offsets.get_mut(number as usize) {
            *offset = self.out.len() as u32;
        }
        token::unsigned(&mut self.out, u64::from(number));
        self.out.extend_from_slice(b" 0 obj\n");
    }

    /// Ends the object.
    pub fn end(&mut self) {
        self.out.extend_from_slice(b"\nendobj\n");
    }

    /// A whole object with the given body.
    pub fn object(&mut self, number: u32, body: &[u8]) {
        self.begin(number);
        self.out.extend_from_slice(body);
        self.end();
    }

    /// A whole stream object; `entries` are the dictionary's without /Length, e.g. `/Type/XObject`.
    pub fn stream(&mut self, number: u32, entries: &[u8], data: &[u8]) {
        self.begin(number);
        stream_body(&mut self.out, entries, data);
        self.end();
    }

    /// A whole stream object, compressed at the fastest level.
    pub fn deflated(&mut self, number: u32, entries: &[u8], data: &[u8]) {
        let mut packed = Vec::new();
        super::deflate::fast(&mut packed, data);
        self.stream(number, &[entries, b"/Filter/FlateDecode"].concat(), &packed);
    }

    /// Makes what is written so far the common beginning of many files.
    pub fn into_prefix(self) -> Prefix {
        let mut state = ring::digest::Context::new(&ring::digest::SHA256);
        state.update(&self.out);
        Prefix { bytes: self.out.into(), offsets: self.offsets.into(), state }
    }

    /// Writes cross-reference section and trailer. `trailer` holds the entries beside /Size and /ID, e.g. `/Root 1 0 R`;
    /// both halves of /ID are the first 16 bytes of `id`.
    pub fn finish(mut self, trailer: &[u8], id: Digest) -> Vec<u8> {
        debug_assert!(self.offsets.iter().skip(1).all(|&offset| offset != 0), "an allocated object was never written");
        let start = self.out.len();
        let out = &mut self.out;
        out.reserve(self.offsets.len() * 20 + 256);
        out.extend_from_slice(b"xref\n0 ");
        token::unsigned(out, self.offsets.len() as u64);
        out.extend_from_slice(b"\n0000000000 65535 f \n");
        for &offset in self.offsets.iter().skip(1) {
            let mut entry = *b"0000000000 00000 n \n";
            let mut rest = offset;
            for digit in entry[..10].iter_mut().rev() {
                *digit += (rest % 10) as u8;
                rest /= 10;
            }
            out.extend_from_slice(&entry);
        }
        out.extend_from_slice(b"trailer\n<</Size ");
        token::unsigned(out, self.offsets.len() as u64);
        out.extend_from_slice(trailer);
        out.extend_from_slice(b"/ID[");
        token::hex_string(out, &id.0[..16]);
        token::hex_string(out, &id.0[..16]);
        out.extend_from_slice(b"]>>\nstartxref\n");
        token::unsigned(out, start as u64);
        out.extend_from_slice(b"\n%%EOF\n");
        self.out
    }
}

/// The body of a stream object: dictionary with /Length, and the data.
pub fn stream_body(out: &mut Vec<u8>, entries: &[u8], data: &[u8]) {
    out.extend_from_slice(b"<<");
    out.extend_from_slice(entries);
    out.extend_from_slice(b"/Length ");
    token::unsigned(out, data.len() as u64);
    out.extend_from_slice(b">>\nstream\n");
    out.extend_from_slice(data);
    out.extend_from_slice(b"\nendstream");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_from_a_prefix_has_one_section_and_right_offsets() {
        let mut writer = FileWriter::new(2);
        let constant = writer.allocate();
        writer.stream(constant, b"", b"constant");
        let prefix = writer.into_prefix();
        let mut file = prefix.open(1000);
        file.object(2, b"<</Type/Pages/Kids[]/Count 0>>");
        file.object(1, b"<</Type/Catalog/Pages 2 0 R>>");
        let bytes = file.finish(b"/Root 1 0 R", Digest::of(b"x"));
        let document = lopdf::Document::load_mem(&bytes).unwrap();
        assert_eq!(document.objects.len(), 3);
        assert_eq!(document.get_object((constant, 0)).unwrap().as_stream().unwrap().content, b"constant");
        assert!(bytes.ends_with(b"%%EOF\n"));
        let hashed = prefix.hashed();
        let mut state = hashed.state.clone();
        state.update(&bytes[hashed.len..]);
        assert_eq!(state.finish().as_ref(), Digest::of(&bytes).0);
    }
}
