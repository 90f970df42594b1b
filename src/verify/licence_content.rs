//! Do the words on the pages, the attached payload, the token and the QR symbol of a licence say the same?
//! Everything is read from the signed revision only.

use crate::code::{Claims, Token, cose_from_text, symbol};
use crate::domain::canonical;
use crate::domain::date::LicenceDate;
use crate::domain::digest::Digest;
use crate::domain::payload::{PAYLOAD_FILE_NAME, PAYLOAD_FORMAT, Payload, PrintedPage, TOKEN_FILE_NAME};
use crate::pdf::read::{Dict, Document, Object, Page};
use crate::verify::page_text::{ContentError, PageText, page_text};
use std::collections::BTreeSet;

/// The data of a licence that its document carries.
#[derive(Clone, Debug)]
pub struct LicenceContent {
    /// The payload, if it is one.
    pub payload: Option<Payload>,
    /// SHA-256 over the attached payload.
    pub payload_digest: Digest,
    /// The text of the QR code, as attached.
    pub token_text: Option<String>,
    /// What does not agree, if anything.
    pub disagreement: Option<ContentError>,
}

/// Reads the licence data of a revision; `None` when it carries no payload. Whether they agree is asked only of an intact
/// revision: a changed one is refused whatever it says.
pub fn licence_content(document: &Document<'_>, intact: bool) -> Option<LicenceContent> {
    let attached = match document.attachment(PAYLOAD_FILE_NAME) {
        Ok(None) => return None,
        Ok(Some(bytes)) => Ok(bytes),
        Err(_) => Err(ContentError("the payload cannot be read")),
    };
    let token_text = document.attachment(TOKEN_FILE_NAME).ok().flatten().and_then(|bytes| String::from_utf8(bytes).ok());
    let bytes = attached.as_deref().unwrap_or_default();
    let payload_digest = Digest::of(bytes);
    let (payload, disagreement) = match attached.as_ref().map_err(|problem| *problem).and_then(|bytes| read_payload(bytes)) {
        Err(problem) => (None, Some(problem)),
        Ok(payload) if intact => {
            let agreement = agree(document, &payload, payload_digest, token_text.as_deref());
            (Some(payload), agreement.err())
        }
        Ok(payload) => (Some(payload), None),
    };
    Some(LicenceContent { payload, payload_digest, token_text, disagreement })
}

/// The payload, which must be RFC 8785 JSON of exactly this shape.
fn read_payload(bytes: &[u8]) -> Result<Payload, ContentError> {
    let payload: Payload = serde_json::from_slice(bytes).map_err(|_| ContentError("the payload is not of the known shape"))?;
    let canonical = canonical::to_vec(&payload).map_err(|_| ContentError("the payload is not canonical"))?;
    if payload.format != PAYLOAD_FORMAT || canonical != bytes {
        return Err(ContentError("the payload is not canonical"));
    }
    Ok(payload)
}

fn agree(document: &Document<'_>, payload: &Payload, digest: Digest, token_text: Option<&str>) -> Result<(), ContentError> {
    let token_text = token_text.ok_or(ContentError("the text of the QR code is not attached"))?;
    let token =
        cose_from_text(token_text).and_then(|cose| Token::parse(&cose)).map_err(|_| ContentError("the attached token is malformed"))?;
    token_agrees(&token.claims, payload, digest)?;
    check_catalog(document)?;
    let pages = document.pages().map_err(|_| ContentError("the pages cannot be read"))?;
    if pages.len() != payload.pages.len() {
        return Err(ContentError("the document has another number of pages than the payload"));
    }
    let mut draws_qr = false;
    let mut shown = BTreeSet::new();
    for (page, printed) in pages.iter().zip(&payload.pages) {
        check_annotations(document, page)?;
        let text = page_text(document, page)?;
        words_agree(&text, printed)?;
        for (field, image) in &text.photos {
            photo_agrees(document, page, image, payload.photos.get(field))?;
            shown.insert(field.clone());
        }
        if text.draws_qr {
            symbol_agrees(document, page, token_text)?;
            draws_qr = true;
        }
    }
    if !shown.iter().eq(payload.photos.keys()) {
        return Err(ContentError("a photo of the payload stands on no page"));
    }
    if draws_qr { Ok(()) } else { Err(ContentError("no page draws the QR code")) }
}

/// The token names the same licence, and its claim 8 is the digest of this payload.
fn token_agrees(claims: &Claims, payload: &Payload, digest: Digest) -> Result<(), ContentError> {
    let day = |date: &str| LicenceDate::parse(date).ok().map(LicenceDate::days_since_epoch);
    let optional = |date: &Option<String>| date.as_deref().and_then(day);
    let same = digest.0.starts_with(&claims.digest)
        && claims.licence_id == payload.licence_id
        && claims.type_code == payload.licence_type.code
        && claims.number == payload.number
        && claims.issuer == payload.issuer.code
        && claims.issue_day.is_none_or(|issued| Some(issued) == day(&payload.issued_on))
        && claims.expiry_day == optional(&payload.valid_until);
    if same { Ok(()) } else { Err(ContentError("the token is not the one of this payload")) }
}

/// Nothing in the catalog may run, hide or switch content.
fn check_catalog(document: &Document<'_>) -> Result<(), ContentError> {
    let unreadable = ContentError("the catalog cannot be read");
    let catalog = document.catalog().map_err(|_| unreadable)?;
    let names =
        if catalog.get(b"Names").is_null() { Dict::default() } else { document.dict(catalog.get(b"Names")).map_err(|_| unreadable)? };
    let active = [b"OpenAction".as_slice(), b"AA", b"OCProperties", b"Collection", b"Requirements"];
    if active.iter().any(|key| catalog.entry(key).is_some()) || names.entry(b"JavaScript").is_some() {
        return Err(ContentError("the document acts, or hides content"));
    }
    Ok(())
}

/// The only annotations are signature fields.
fn check_annotations(document: &Document<'_>, page: &Page<'_>) -> Result<(), ContentError> {
    let unreadable = ContentError("an annotation cannot be read");
    if page.dict.entry(b"AA").is_some() {
        return Err(ContentError("the document acts, or hides content"));
    }
    for annotation in document.array(page.dict.get(b"Annots")).map_err(|_| unreadable)? {
        let annotation = document.dict(&annotation).map_err(|_| unreadable)?;
        let acts = annotation.entry(b"A").is_some() || annotation.entry(b"AA").is_some();
        if !annotation.is(b"Subtype", b"Widget") || !annotation.is(b"FT", b"Sig") || acts {
            return Err(ContentError("an annotation stands on the page"));
        }
    }
    Ok(())
}

fn without_space(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// The labels have the digest of the payload, and the slots its texts, in the same order.
fn words_agree(found: &PageText, printed: &PrintedPage) -> Result<(), ContentError> {
    let labels: Vec<String> = found.labels.iter().map(|label| without_space(label)).collect();
    if Digest::of(labels.join("\n").as_bytes()) != printed.labels {
        return Err(ContentError("the fixed words of a page are not those of the payload"));
    }
    let found = found.slots.iter().map(|(slot, text)| (slot.as_str(), without_space(text)));
    let expected = printed.fields.iter().map(|field| (field.slot.as_str(), without_space(&field.text)));
    let written = |(_, text): &(&str, String)| !text.is_empty();
    if found.filter(written).eq(expected.filter(written)) {
        Ok(())
    } else {
        Err(ContentError("a printed text is not the one of the payload"))
    }
}

/// The JPEG bytes of a photo have the digest of the payload.
fn photo_agrees(document: &Document<'_>, page: &Page<'_>, name: &[u8], expected: Option<&Digest>) -> Result<(), ContentError> {
    let wrong = ContentError("a photo is not the one of the payload");
    let images = document.dict(page.resources.get(b"XObject")).map_err(|_| wrong)?;
    let image = document.stream(images.get(name)).map_err(|_| wrong)?;
    let dict = &image.dict;
    let plain = dict.is(b"Filter", b"DCTDecode")
        && (dict.is(b"ColorSpace", b"DeviceGray") || dict.is(b"ColorSpace", b"DeviceRGB"))
        && dict.get(b"BitsPerComponent").as_int() == Some(8)
        && dict.entry(b"DecodeParms").is_none()
        && shows_its_samples(dict);
    if plain && expected == Some(&Digest::of(&image.data)) { Ok(()) } else { Err(wrong) }
}

/// Nothing in an image dictionary inverts, masks, replaces or switches off its samples.
fn shows_its_samples(dict: &Dict<'_>) -> bool {
    [b"Decode".as_slice(), b"Mask", b"SMask", b"Alternates", b"OC"].iter().all(|key| dict.entry(key).is_none())
        && !matches!(dict.get(b"ImageMask"), Object::Bool(true))
}

/// The image /QR of the page is the symbol of the token's text, bit for bit.
fn symbol_agrees(document: &Document<'_>, page: &Page<'_>, text: &str) -> Result<(), ContentError> {
    let wrong = ContentError("the QR image is not the symbol of the attached token");
    let images = document.dict(page.resources.get(b"XObject")).map_err(|_| wrong)?;
    let image = document.stream(images.get(b"QR")).map_err(|_| wrong)?;
    let expected = symbol(text).map_err(|_| wrong)?.image();
    let dict = &image.dict;
    let plain = dict.is(b"ColorSpace", b"DeviceGray")
        && shows_its_samples(dict)
        && dict.get(b"BitsPerComponent").as_int() == Some(1)
        && dict.get(b"Width").as_usize() == Some(expected.side)
        && dict.get(b"Height").as_usize() == Some(expected.side);
    let bits = document.unpacked(&image, expected.rows.len()).map_err(|_| wrong)?;
    if plain && bits == expected.rows { Ok(()) } else { Err(wrong) }
}
