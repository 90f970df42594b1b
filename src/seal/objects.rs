//! The PDF objects that a seal adds or replaces, as bodies (between `obj` and `endobj`).

use crate::{
    pdf::{
        unsealed::SealAppearance,
        update::{
            UpdateError,
            base::Base,
            raw::{self, RawDictionary},
            values::{date, real, text_string},
        },
    },
    seal::SealSpec,
};

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
        let rect = self.rect.map(real).join(" ");
        // /F 132: printed and locked
        let mut out = format!(
            "<</Type/Annot/Subtype/Widget/FT/Sig/T {}/TU {}/F 132/P {} 0 R/Rect[{rect}]/V {} 0 R",
            text_string(&self.spec.field_name),
            text_string(&self.spec.tooltip),
            self.page,
            self.signature
        );
        if let Some(picture) = self.picture {
            out.push_str(&format!("/AP<</N {picture} 0 R>>"));
        }
        if let Some(parent) = self.struct_parent {
            out.push_str(&format!("/StructParent {parent}"));
        }
        let mut out = out.into_bytes();
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
        let mut tail = format!("/M{}", date(spec.signing_time));
        for (key, value) in [("/Name", &spec.name), ("/Reason", &spec.reason), ("/Location", &spec.location)] {
            if let Some(value) = value {
                tail.push_str(key);
                tail.push_str(&text_string(value));
            }
        }
        if let Some(certify) = spec.certify {
            tail.push_str(&format!(
                "/Reference[<</Type/SigRef/TransformMethod/DocMDP/TransformParams<</Type/TransformParams/P {}/V/1.2>>>>]",
                certify.permission()
            ));
        }
        tail.push_str(">>");
        body.extend_from_slice(tail.as_bytes());
        Self { body, range_at, gap_at }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_of_a_picture_are_resolved_outside_stream_data() {
        let body = b"<</X @1@/Y[@0@ @x] >>\nstream\n@1@ @0@\nendstream";
        assert_eq!(resolve(body, 40), b"<</X 41 0 R/Y[40 0 R @x] >>\nstream\n@1@ @0@\nendstream");
    }
}
