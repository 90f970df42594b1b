//! Reads a PDF with the limits of an upload, and then every object of it.
#![no_main]

use elicence::pdf::read::{Document, Limits, Object};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits::default();
    let Ok(document) = Document::parse(bytes, &limits) else { return };
    let _ = document.catalog();
    let _ = document.pages();
    let _ = document.signature_fields();
    let _ = document.attachment("licence.json");
    let objects: Vec<_> = document.defined().take(2000).collect();
    for reference in objects {
        if let Ok(Object::Stream(stream)) = document.get(reference) {
            let _ = document.unpacked(&stream, limits.unpacked);
        }
        let _ = document.signature_bytes(reference);
    }
});
