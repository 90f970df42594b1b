//! Does a document of others run, fetch, hide or exchange anything when it is shown? It is said, since no signature answers for what
//! a program makes of it (attack class 29); a licence of ours must not do so at all.

use crate::pdf::read::{Dict, Document, Object, Page, PdfError};

/// Actions that run a program, or leave the document.
const ACTIONS: &[&[u8]] = &[
    b"JavaScript",
    b"Launch",
    b"URI",
    b"GoToR",
    b"GoToE",
    b"SubmitForm",
    b"ImportData",
    b"ResetForm",
    b"Hide",
    b"SetOCGState",
    b"Rendition",
    b"Movie",
    b"Sound",
    b"Trans",
    b"GoTo3DView",
    b"RichMediaExecute",
];

/// Annotations that play something of their own.
const PLAYERS: &[&[u8]] = &[b"Movie", b"Sound", b"Screen", b"3D", b"RichMedia", b"FileAttachment"];

/// Is there optional content, a script, an XFA form, or an action beyond a jump within the document, in catalog, form, pages or annotations;
/// does the document ask for programs that run scripts, or show what stands in another file? What cannot be read holds nothing that
/// could be named.
pub fn has_active_content(document: &Document<'_>) -> bool {
    in_catalog(document).unwrap_or(false) || in_pages(document).unwrap_or(false)
}

fn in_catalog(document: &Document<'_>) -> Result<bool, PdfError> {
    let catalog = document.catalog()?;
    if [b"AA".as_slice(), b"OCProperties", b"Collection", b"Requirements"].iter().any(|key| catalog.entry(key).is_some()) {
        return Ok(true);
    }
    if is_action(document, catalog.get(b"OpenAction"))? {
        return Ok(true);
    }
    if !catalog.get(b"Names").is_null() && document.dict(catalog.get(b"Names"))?.entry(b"JavaScript").is_some() {
        return Ok(true);
    }
    Ok(!catalog.get(b"AcroForm").is_null() && document.dict(catalog.get(b"AcroForm"))?.entry(b"XFA").is_some())
}

fn in_pages(document: &Document<'_>) -> Result<bool, PdfError> {
    for page in document.pages()? {
        if page.dict.entry(b"AA").is_some() || shows_another_file(document, &page)? {
            return Ok(true);
        }
        for annotation in document.array(page.dict.get(b"Annots"))? {
            let annotation = document.dict(&annotation)?;
            let plays = annotation.get(b"Subtype").as_name().is_some_and(|kind| PLAYERS.contains(&kind));
            if plays || annotation.entry(b"AA").is_some() || is_action(document, annotation.get(b"A"))? {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// Do the contents of a page, or the pictures and forms that it may draw, stand outside of the file (ISO 32000-1, 7.3.8.2 and 8.10.4)?
/// Nothing of that is in the bytes that were signed.
fn shows_another_file(document: &Document<'_>, page: &Page<'_>) -> Result<bool, PdfError> {
    let is_outside = |object: &Object<'_>| -> Result<bool, PdfError> {
        let object = document.resolve(object)?;
        Ok(object.as_dict().is_some_and(|dict| dict.entry(b"F").is_some() || dict.entry(b"Ref").is_some()))
    };
    let contents = document.resolve(page.dict.get(b"Contents"))?;
    let pieces = contents.as_array().unwrap_or(std::slice::from_ref(&contents));
    for piece in pieces {
        if is_outside(piece)? {
            return Ok(true);
        }
    }
    let drawn = document.resolve(page.resources.get(b"XObject"))?;
    for entry in drawn.as_dict().map(Dict::entries).unwrap_or_default() {
        if is_outside(&entry.value)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// An action of the list; a destination, or a jump within the document, is none.
fn is_action(document: &Document<'_>, object: &Object<'_>) -> Result<bool, PdfError> {
    let resolved = document.resolve(object)?;
    let named =
        |action: &Dict<'_>| action.get(b"S").as_name().is_some_and(|kind| ACTIONS.contains(&kind)) || action.entry(b"Next").is_some();
    Ok(resolved.as_dict().is_some_and(named))
}
