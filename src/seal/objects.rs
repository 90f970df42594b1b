//! The PDF objects that a seal adds or replaces, as bodies (between `obj` and `endobj`).

use crate::{
    pdf::{
        unsealed::SealAppearance,
        update::{
            UpdateError,
            base::Base,
            raw::{self, RawDictionary},
        },
        write::token,
    },
    seal::SealSpec,
};
use time::{OffsetDateTime, UtcOffset};

/// An object number and the body it gets.
pub type NewObject = (u32, Vec<u8>);

/// The signature field merged with its widget annotation.
pub struct Widget<'a> {
    /// What it says.
    pub spec: &'a SealSpec,
    /// Object number of its page.
    pub page: u32,
    /// Object number of the signature dictionary.
    pub signature: u32,
    /// `[llx lly urx ury]`, zeros when invisible.
    pub rect: [f64; 4],
    /// Object number of the picture.
    pub picture: Option<u32>,
    /// Value of /StructParent.
    pub struct_parent: Option<i64>,
}

impl Widget<'_> {
    /// The body; entries of `old`, the empty field, that are not ours to set stay.
    pub fn body(&self, old: Option<&RawDictionary<'_>>) -> Vec<u8> {
        let mut out = b"<</Type/Annot/Subtype/Widget/FT/Sig/T".to_vec();
        token::text_string(&mut out, &self.spec.field_name);
        out.extend_from_slice(b"/TU");
        token::text_string(&mut out, &self.spec.tooltip);
        // /F 132: printed and locked
        out.extend_from_slice(b"/F 132/P ");
        token::reference(&mut out, self.page);
        out.extend_from_slice(b"/Rect[");
        token::numbers(&mut out, &self.rect);
        out.extend_from_slice(b"]/V ");
        token::reference(&mut out, self.signature);
        if let Some(picture) = self.picture {
            out.extend_from_slice(b"/AP<</N ");
            token::reference(&mut out, picture);
            out.extend_from_slice(b">>");
        }
        if let Some(parent) = self.struct_parent {
            out.extend_from_slice(format!("/StructParent {parent}").as_bytes());
        }
        if let Some(old) = old {
            let ours: [&[u8]; 11] = [b"Type", b"Subtype", b"FT", b"T", b"TU", b"F", b"P", b"Rect", b"V", b"AP", b"StructParent"];
            old.copy_entries(&mut out, &ours);
        }
        out.extend_from_slice(b">>");
        out
    }
}

/// The page, or its array of annotations, with the widget appended.
pub fn annotate_page(base: &Base<'_>, page: u32, widget: u32) -> Result<NewObject, UpdateError> {
    let dictionary = base.dictionary(page)?;
    let annotations = dictionary.get(b"Annots");
    if let Some(number) = annotations.and_then(raw::reference) {
        let list = base.object(number)?;
        let elements = raw::array(list).ok_or(UpdateError::Object(number))?;
        return Ok((number, with_reference(elements, widget)));
    }
    let elements = match annotations {
        Some(list) => raw::array(list).ok_or(UpdateError::Object(page))?,
        None => Vec::new(),
    };
    let mut body = b"<<".to_vec();
    dictionary.copy_entries(&mut body, &[b"Annots"]);
    body.extend_from_slice(b"/Annots ");
    body.extend(with_reference(elements, widget));
    body.extend_from_slice(b">>");
    Ok((page, body))
}

/// The catalog, and the form where that is an object of its own which must change.
pub fn catalog(base: &Base<'_>, widget: u32, certified_by: Option<u32>) -> Result<Vec<NewObject>, UpdateError> {
    let root = base.root();
    let old = base.dictionary(root)?;
    let mut objects = Vec::with_capacity(2);
    let mut body = b"<<".to_vec();
    old.copy_entries(&mut body, &[b"AcroForm"]);
    body.extend_from_slice(b"/AcroForm ");
    match old.get(b"AcroForm") {
        Some(value) => match raw::reference(value) {
            Some(number) => {
                let form = base.dictionary(number)?;
                if !holds(&form, widget) {
                    objects.push((number, form_body(&form, widget, number)?));
                }
                body.extend_from_slice(value);
            }
            None => {
                let form = RawDictionary::read(value).ok_or(UpdateError::Object(root))?;
                body.extend(form_body(&form, widget, root)?);
            }
        },
        None => body.extend(format!("<</SigFlags 3/Fields[{widget} 0 R]>>").into_bytes()),
    }
    if old.get(b"Extensions").is_none() {
        // ETSI.CAdES.detached in a PDF 1.7 file is a developer extension
        body.extend_from_slice(b"/Extensions<</ESIC<</BaseVersion/1.7/ExtensionLevel 1>>>>");
    }
    if let Some(signature) = certified_by {
        body.extend(format!("/Perms<</DocMDP {signature} 0 R>>").into_bytes());
    }
    body.extend_from_slice(b">>");
    objects.push((root, body));
    Ok(objects)
}

/// Is the form already as a sealed document needs it?
fn holds(form: &RawDictionary<'_>, widget: u32) -> bool {
    let fields = form.get(b"Fields").and_then(raw::array).unwrap_or_default();
    form.get(b"SigFlags") == Some(b"3") && fields.iter().any(|field| raw::reference(field) == Some(widget))
}

fn form_body(form: &RawDictionary<'_>, widget: u32, owner: u32) -> Result<Vec<u8>, UpdateError> {
    let mut fields = match form.get(b"Fields") {
        Some(fields) => raw::array(fields).ok_or(UpdateError::Object(owner))?,
        None => Vec::new(),
    };
    fields.retain(|field| raw::reference(field) != Some(widget));
    // SigFlags 3: signatures exist, append only
    let mut body = b"<</SigFlags 3".to_vec();
    form.copy_entries(&mut body, &[b"SigFlags", b"Fields"]);
    body.extend_from_slice(b"/Fields ");
    body.extend(with_reference(fields, widget));
    body.extend_from_slice(b">>");
    Ok(body)
}

fn with_reference(elements: Vec<&[u8]>, number: u32) -> Vec<u8> {
    let mut out = b"[".to_vec();
    for element in elements {
        out.extend_from_slice(element);
        out.push(b' ');
    }
    out.extend(format!("{number} 0 R]").into_bytes());
    out
}

/// The objects of the picture, numbered from `first`: `@N@` becomes a reference in dictionaries, never in stream data.
pub fn picture(appearance: &SealAppearance, first: u32) -> Vec<NewObject> {
    let bodies = appearance.objects.iter();
    bodies.zip(first..).map(|(body, number)| (number, resolve(body, first))).collect()
}

fn resolve(body: &[u8], first: u32) -> Vec<u8> {
    let dictionary_end = raw::value_end(body, raw::skip_space(body, 0), 0).unwrap_or(body.len());
    let (mut dictionary, data) = body.split_at_checked(dictionary_end).unwrap_or((body, &[]));
    let mut out = Vec::with_capacity(body.len() + 64);
    while let Some(at) = dictionary.iter().position(|byte| *byte == b'@') {
        let (before, rest) = dictionary.split_at(at);
        out.extend_from_slice(before);
        let behind = rest.get(1..).unwrap_or_default();
        let digits = behind.iter().take_while(|b| b.is_ascii_digit()).count();
        let index = behind.get(..digits).and_then(raw::number);
        match (index, behind.get(digits)) {
            (Some(index), Some(b'@')) => {
                out.extend(format!("{} 0 R", u64::from(first) + index).into_bytes());
                dictionary = behind.get(digits + 1..).unwrap_or_default();
            }
            _ => {
                out.push(b'@');
                dictionary = behind;
            }
        }
    }
    out.extend_from_slice(dictionary);
    out.extend_from_slice(data);
    out
}

/// The signature dictionary with an empty gap.
pub struct SignatureDictionary {
    /// The body.
    pub body: Vec<u8>,
    /// Where the three variable numbers of /ByteRange start, [`RANGE_LENGTH`] bytes for them.
    pub range_at: usize,
    /// Where the gap starts, at `<`.
    pub gap_at: usize,
}

/// Width of one number of /ByteRange: files up to 10 GB.
const RANGE_WIDTH: usize = 10;
/// Bytes for the three variable numbers.
pub const RANGE_LENGTH: usize = 3 * RANGE_WIDTH + 2;

/// The three variable numbers, padded to [`RANGE_LENGTH`].
pub fn byte_range(gap_start: usize, gap_end: usize, rest: usize) -> String {
    format!("{gap_start:<RANGE_WIDTH$} {gap_end:<RANGE_WIDTH$} {rest:<RANGE_WIDTH$}")
}

impl SignatureDictionary {
    /// For `spec`, with a gap of `gap_length` bytes, delimiters included.
    pub fn new(spec: &SealSpec, gap_length: usize) -> Self {
        let mut body = Vec::with_capacity(gap_length + 1024);
        body.extend_from_slice(b"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/ByteRange[0 ");
        let range_at = body.len();
        body.resize(range_at + RANGE_LENGTH, b' ');
        body.extend_from_slice(b"]/Contents");
        let gap_at = body.len();
        body.push(b'<');
        body.resize(gap_at + gap_length.saturating_sub(1), b'0');
        body.push(b'>');
        body.extend_from_slice(b"/M");
        body.extend_from_slice(utc_date(spec.signing_time).as_bytes());
        for (key, value) in [(b"/Name".as_slice(), &spec.name), (b"/Reason", &spec.reason), (b"/Location", &spec.location)] {
            if let Some(value) = value {
                body.extend_from_slice(key);
                token::text_string(&mut body, value);
            }
        }
        if let Some(certify) = spec.certify {
            body.extend_from_slice(b"/Reference[<</Type/SigRef/TransformMethod/DocMDP/TransformParams<</Type/TransformParams/P ");
            token::unsigned(&mut body, certify.permission().into());
            body.extend_from_slice(b"/V/1.2>>>>]");
        }
        body.extend_from_slice(b">>");
        Self { body, range_at, gap_at }
    }
}

/// A date in UTC as PAdES writes it, `(D:YYYYMMDDHHmmSSZ)`.
fn utc_date(moment: OffsetDateTime) -> String {
    let utc = moment.to_offset(UtcOffset::UTC);
    let (year, month, day) = (utc.year(), u8::from(utc.month()), utc.day());
    format!("(D:{year:04}{month:02}{day:02}{:02}{:02}{:02}Z)", utc.hour(), utc.minute(), utc.second())
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn the_claimed_time_is_in_utc() {
        assert_eq!(utc_date(datetime!(2026-11-22 08:05:09 +8)), "(D:20261122000509Z)");
    }

    #[test]
    fn references_of_a_picture_are_resolved_outside_stream_data() {
        let body = b"<</X @1@/Y[@0@ @x] >>\nstream\n@1@ @0@\nendstream";
        assert_eq!(resolve(body, 40), b"<</X 41 0 R/Y[40 0 R @x] >>\nstream\n@1@ @0@\nendstream");
    }
}
