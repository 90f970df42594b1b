//! The document security store (DSS, ISO 32000-2 clause 12.8.4.3): certificates, lists and answers that a file carries, and where.

use crate::pdf::read::{Dict, Document, Location, Object, PdfError, Ref};
use std::collections::BTreeSet;

/// More objects than a licence gathers in a hundred years.
const MOST_OBJECTS: usize = 256;
/// Longest content of them all together, bytes.
const MOST_BYTES: usize = 32 << 20;

/// What the newest revision's DSS holds; nothing of it is trusted before its signature is checked.
#[derive(Clone, Debug, Default)]
pub struct ValidationStore {
    /// Certificates.
    pub certificates: Vec<Stored>,
    /// Certificate revocation lists.
    pub revocation_lists: Vec<Stored>,
    /// OCSP answers.
    pub ocsp_answers: Vec<Stored>,
}

/// One stream of the store.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Its content.
    pub der: Vec<u8>,
    /// Where its object ends in the file: a document time-stamp that covers as many bytes proves that it existed.
    pub end: usize,
}

/// Reads the store of the newest revision; an absent one is empty. An error when it is not shaped as it must be, or too large.
pub fn read_validation_store(document: &Document<'_>) -> Result<ValidationStore, PdfError> {
    let catalog = document.catalog()?;
    let mut reader = Reader { document, seen: BTreeSet::new(), bytes: 0, store: ValidationStore::default() };
    if catalog.get(b"DSS").is_null() {
        return Ok(reader.store);
    }
    let dss = document.dict(catalog.get(b"DSS"))?;
    reader.read(&dss, [b"Certs", b"CRLs", b"OCSPs"])?;
    if !dss.get(b"VRI").is_null() {
        for entry in document.dict(dss.get(b"VRI"))?.entries().iter().filter(|entry| &*entry.key != b"Type") {
            let related = document.dict(&entry.value)?;
            reader.read(&related, [b"Cert", b"CRL", b"OCSP"])?;
        }
    }
    Ok(reader.store)
}

struct Reader<'d, 'a> {
    document: &'d Document<'a>,
    seen: BTreeSet<Ref>,
    bytes: usize,
    store: ValidationStore,
}

impl<'a> Reader<'_, 'a> {
    fn read(&mut self, dict: &Dict<'a>, [certificates, lists, answers]: [&[u8]; 3]) -> Result<(), PdfError> {
        for object in self.document.array(dict.get(certificates))? {
            let stored = self.stored(&object)?;
            self.store.certificates.extend(stored);
        }
        for object in self.document.array(dict.get(lists))? {
            let stored = self.stored(&object)?;
            self.store.revocation_lists.extend(stored);
        }
        for object in self.document.array(dict.get(answers))? {
            let stored = self.stored(&object)?;
            self.store.ocsp_answers.extend(stored);
        }
        Ok(())
    }

    /// The content of a stream that was not read before.
    fn stored(&mut self, object: &Object<'a>) -> Result<Option<Stored>, PdfError> {
        let wrong = PdfError::WrongType { number: object.as_ref().map_or(0, |to| to.number), expected: "a stream of validation data" };
        let Some(reference) = object.as_ref() else { return Err(wrong) };
        if !self.seen.insert(reference) {
            return Ok(None);
        }
        if self.seen.len() > MOST_OBJECTS {
            return Err(PdfError::TooMuch("validation data"));
        }
        let Location::At(at, _) = self.document.location(reference.number) else { return Err(wrong) };
        let (Object::Stream(stream), end) = self.document.read_at(reference, at)? else { return Err(wrong) };
        let der = self.document.unpacked(&stream, MOST_BYTES.saturating_sub(self.bytes))?;
        self.bytes += der.len();
        Ok(Some(Stored { der, end }))
    }
}
