//! Appends a document time-stamp with a gap for its token, in a field of its own that nobody sees: baseline B-LTA (S6).

use crate::{
    cms::{
        algorithm::HashAlgorithm,
        der_read::{DerReader, tag},
        write_signed_data::WriteError,
    },
    domain::digest::Digest,
    pdf::{
        read::{Document, Object},
        update::{self, UpdateError},
    },
    seal::{
        SealError, TokenSize,
        append_signature::NewSignature,
        gap::Gapped,
        permission::{Addition, check_permission, same_text},
        prepare::page_reference,
        signature_dictionary::SignatureDictionary,
    },
};

/// What a reading program says of the field (/TU).
const TOOLTIP: &str = "文档时间戳 / document time-stamp";

/// A document with a gap where a time-stamp over all the rest goes.
pub struct PreparedArchive(Gapped);

/// Prepares `document` for a time-stamp that covers everything in it: signatures, validation data, earlier time-stamps. The same
/// arguments give the same bytes.
pub fn prepare_archive(document: Vec<u8>, size: TokenSize) -> Result<PreparedArchive, SealError> {
    let appendix = {
        let base = Document::parse(&document, &update::limits()).map_err(UpdateError::from)?;
        check_permission(&base, Addition::Validation)?;
        let name = free_name(&base)?;
        let field = NewSignature {
            name: &name,
            tooltip: TOOLTIP,
            page: page_reference(&base, 0)?,
            old: None,
            rect: [0.0; 4],
            picture: None,
            struct_parent: None,
            dictionary: SignatureDictionary::of_time_stamp(size.bytes()),
            certifies: false,
        };
        field.append(&base, &Digest::of(name.as_bytes()))?
    };
    Ok(PreparedArchive(appendix.onto(document)))
}

impl PreparedArchive {
    /// The digest that the time-stamp must be over.
    pub fn imprint(&self, hash: HashAlgorithm) -> Vec<u8> {
        self.0.digest(hash.ring(), None)
    }

    /// The document with `token`, a DER TimeStampToken over [`Self::imprint`], in its place.
    pub fn embed(self, token: &[u8]) -> Result<Vec<u8>, SealError> {
        let mut reader = DerReader::new(token);
        match reader.expect(tag::SEQUENCE) {
            Ok(_) if reader.at_end() => self.0.fill(token),
            _ => Err(WriteError::BadToken.into()),
        }
    }
}

/// The first of `DocTimeStamp1`, `DocTimeStamp2`… that no field at the top of the form has.
fn free_name(document: &Document<'_>) -> Result<String, UpdateError> {
    let mut names = Vec::new();
    let form = document.catalog()?.get(b"AcroForm").clone();
    if !form.is_null() {
        for field in document.array(document.dict(&form)?.get(b"Fields"))? {
            if let Object::Text(name) = document.dict(&field)?.get(b"T") {
                names.push(name.to_vec());
            }
        }
    }
    let candidates = (1..=names.len() + 1).map(|number| format!("DocTimeStamp{number}"));
    let mut free = candidates.filter(|name| !names.iter().any(|taken| same_text(taken, name)));
    free.next().ok_or(UpdateError::Full)
}
