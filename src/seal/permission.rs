//! What the signatures of a document allow to follow: DocMDP, FieldMDP and locks (ISO 32000-2 clauses 12.8.2.2 and 12.8.2.4).

use crate::{
    pdf::{
        read::{Dict, Document, Object},
        update::UpdateError,
    },
    seal::SealError,
};

/// What is to be appended.
#[derive(Clone, Copy)]
pub(super) enum Addition<'s> {
    /// Validation data or a document time-stamp.
    Validation,
    /// The signature of the field of this name.
    Signature(&'s str),
}

/// Refuses what a certification, a FieldMDP transform or the lock of a signed field forbids. After P=1 nothing follows: ISO 32000-2
/// would let validation data through, but readers in the field do not.
pub(super) fn check_permission(document: &Document<'_>, addition: Addition<'_>) -> Result<(), SealError> {
    let read = |document: &Document<'_>| -> Result<Option<&'static str>, UpdateError> {
        let catalog = document.catalog()?;
        let mut signatures = Vec::new();
        for field in document.signature_fields()? {
            if !field.value.is_null() {
                signatures.push(document.dict(&field.value)?);
                if !field.dict.get(b"Lock").is_null() && locks(document, &document.dict(field.dict.get(b"Lock"))?, addition)? {
                    return Ok(Some("the lock of a signed field"));
                }
            }
        }
        if !catalog.get(b"Perms").is_null() {
            let certification = document.dict(catalog.get(b"Perms"))?.get(b"DocMDP").clone();
            if !certification.is_null() {
                signatures.push(document.dict(&certification)?);
            }
        }
        for signature in &signatures {
            for reference in document.array(signature.get(b"Reference"))? {
                let reference = document.dict(&reference)?;
                let parameters = match reference.get(b"TransformParams") {
                    Object::Null => Dict::default(),
                    value => document.dict(value)?,
                };
                match reference.get(b"TransformMethod").as_name() {
                    Some(b"DocMDP") if parameters.get(b"P").as_int() == Some(1) => return Ok(Some("its certification (P 1)")),
                    Some(b"FieldMDP") if locks(document, &parameters, addition)? => return Ok(Some("the FieldMDP of a signature")),
                    _ => {}
                }
            }
        }
        Ok(None)
    };
    match read(document)? {
        Some(by) => Err(SealError::NotAllowed(by)),
        None => Ok(()),
    }
}

/// Does a FieldMDP transform or a lock hold against `addition`?
fn locks(document: &Document<'_>, rule: &Dict<'_>, addition: Addition<'_>) -> Result<bool, UpdateError> {
    if rule.get(b"P").as_int() == Some(1) {
        return Ok(true);
    }
    let Addition::Signature(name) = addition else { return Ok(false) };
    let named = document.array(rule.get(b"Fields"))?.iter().any(|field| field.as_text().is_some_and(|text| same_text(text, name)));
    Ok(match rule.get(b"Action").as_name() {
        Some(b"All") => true,
        Some(b"Include") => named,
        Some(b"Exclude") => !named,
        _ => false,
    })
}

/// Is the text string `text`, in PDFDocEncoding or UTF-16 with a byte order mark, this ASCII name?
pub(super) fn same_text(text: &[u8], name: &str) -> bool {
    match text.strip_prefix(&[0xfe, 0xff]) {
        Some(utf16) => utf16.chunks(2).map(|unit| unit.iter().fold(0, |sum, byte| sum << 8 | u16::from(*byte))).eq(name.encode_utf16()),
        None => text == name.as_bytes(),
    }
}
