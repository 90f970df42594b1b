//! The shape of validation data in a document: DSS and VRI (ETSI EN 319 142-1 clause 5.4), and nothing that merely calls itself so.

use crate::pdf::read::{Dict, Document, Object, PdfError};

/// Is it shaped like a document security store, and like nothing else?
pub fn is_validation_store(dict: &Dict<'_>) -> bool {
    dict.entries().iter().all(|entry| match &*entry.key {
        b"Type" => entry.value.as_name() == Some(b"DSS"),
        b"Certs" | b"OCSPs" | b"CRLs" => matches!(entry.value, Object::Ref(_)) || entry.value.as_array().is_some_and(all_references),
        b"VRI" => matches!(entry.value, Object::Ref(_)) || entry.value.as_dict().is_some_and(is_related),
        _ => false,
    })
}

/// Is it shaped like the validation-related information of signatures: keys of 40 hex digits?
pub fn is_related(dict: &Dict<'_>) -> bool {
    dict.entries().iter().all(|entry| {
        let value = match &entry.value {
            Object::Ref(_) => true,
            Object::Dict(one) => is_related_to_one(one),
            _ => false,
        };
        (&*entry.key == b"Type" && entry.value.as_name().is_some())
            || (entry.key.len() == 40 && entry.key.iter().all(u8::is_ascii_hexdigit) && value)
    })
}

/// Is it shaped like the validation-related information of one signature?
pub fn is_related_to_one(dict: &Dict<'_>) -> bool {
    const KEYS: &[&[u8]] = &[b"Type", b"Cert", b"OCSP", b"CRL", b"TU", b"TS"];
    dict.entries().iter().all(|entry| KEYS.contains(&&*entry.key))
}

/// Is everything that the store and its VRI list a stream that exists?
pub fn holds_streams(document: &Document<'_>, store: &Dict<'_>) -> Result<bool, PdfError> {
    let mut lists: Vec<Object<'_>> = [b"Certs".as_slice(), b"OCSPs", b"CRLs"].iter().map(|key| store.get(key).clone()).collect();
    if !store.get(b"VRI").is_null() {
        let related = document.dict(store.get(b"VRI"))?;
        if !is_related(&related) {
            return Ok(false);
        }
        for entry in related.entries().iter().filter(|entry| &*entry.key != b"Type") {
            let one = document.dict(&entry.value)?;
            if !is_related_to_one(&one) {
                return Ok(false);
            }
            lists.extend([b"Cert".as_slice(), b"OCSP", b"CRL"].iter().map(|key| one.get(key).clone()));
        }
    }
    for list in lists {
        for element in document.array(&list)? {
            if !matches!(document.resolve(&element)?, Object::Stream(_)) {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// Are all elements references?
pub fn all_references(values: &[Object<'_>]) -> bool {
    values.iter().all(|value| matches!(value, Object::Ref(_)))
}
