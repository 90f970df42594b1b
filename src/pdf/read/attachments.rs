//! Attached files, found by name in the EmbeddedFiles name tree (ISO 32000-2 clause 7.11.4).

use super::document::Document;
use super::error::PdfError;
use super::object::{Dict, Object};

impl<'a> Document<'a> {
    /// The bytes of the attachment with this ASCII name; `None` when there is none. Two of one name are an error.
    pub fn attachment(&self, name: &str) -> Result<Option<Vec<u8>>, PdfError> {
        let catalog = self.catalog()?;
        if catalog.get(b"Names").is_null() {
            return Ok(None);
        }
        let names = self.dict(catalog.get(b"Names"))?;
        if names.get(b"EmbeddedFiles").is_null() {
            return Ok(None);
        }
        let mut found = Vec::new();
        let mut left = self.limits().fields;
        self.collect(names.get(b"EmbeddedFiles"), name.as_bytes(), &mut found, &mut left, 0)?;
        match found.as_slice() {
            [] => Ok(None),
            [file] => self.embedded(file).map(Some),
            _ => Err(PdfError::WrongType { number: 0, expected: "the only attachment of its name" }),
        }
    }

    fn collect(&self, node: &Object<'a>, name: &[u8], found: &mut Vec<Dict<'a>>, left: &mut usize, depth: usize) -> Result<(), PdfError> {
        *left = left.checked_sub(1).ok_or(PdfError::TooMuch("attachments"))?;
        if depth > 16 {
            return Err(PdfError::TooMuch("nesting"));
        }
        let node = self.dict(node)?;
        for pair in self.array(node.get(b"Names"))?.chunks(2) {
            *left = left.checked_sub(1).ok_or(PdfError::TooMuch("attachments"))?;
            if let [key, value] = pair
                && key.as_text().is_some_and(|key| is_ascii_text(key, name))
            {
                found.push(self.dict(value)?);
            }
        }
        for kid in self.array(node.get(b"Kids"))? {
            self.collect(&kid, name, found, left, depth + 1)?;
        }
        Ok(())
    }

    fn embedded(&self, file: &Dict<'a>) -> Result<Vec<u8>, PdfError> {
        let files = self.dict(file.get(b"EF"))?;
        let key: &[u8] = if files.get(b"F").is_null() { b"UF" } else { b"F" };
        let stream = self.stream(files.get(key))?;
        self.unpacked(&stream, self.limits().unpacked)
    }
}

/// Is a text string, in PDFDocEncoding or UTF-16, this ASCII text?
fn is_ascii_text(text: &[u8], ascii: &[u8]) -> bool {
    match text {
        [0xfe, 0xff, wide @ ..] => wide.len() == ascii.len() * 2 && wide.chunks_exact(2).zip(ascii).all(|(pair, byte)| *pair == [0, *byte]),
        plain => plain == ascii,
    }
}
