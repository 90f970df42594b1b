//! The signature fields of a document, found through Catalog, AcroForm, Fields and Kids (ISO 32000-2 clause 12.7).

use super::document::Document;
use super::error::PdfError;
use super::object::{Dict, Object, Ref};
use std::collections::BTreeSet;

/// A terminal field of type /Sig.
#[derive(Clone, Debug)]
pub struct SignatureField<'a> {
    /// The field's object.
    pub reference: Option<Ref>,
    /// Its dictionary.
    pub dict: Dict<'a>,
    /// Its value, its own or inherited: a reference to the signature dictionary; [`Object::Null`] while it is unsigned.
    pub value: Object<'a>,
}

impl<'a> Document<'a> {
    /// Every signature field, signed or not, in the order of the form.
    pub fn signature_fields(&self) -> Result<Vec<SignatureField<'a>>, PdfError> {
        let catalog = self.catalog()?;
        if catalog.get(b"AcroForm").is_null() {
            return Ok(Vec::new());
        }
        let form = self.dict(catalog.get(b"AcroForm"))?;
        let mut walk = Walk { document: self, seen: BTreeSet::new(), left: self.limits().fields, found: Vec::new() };
        for field in self.array(form.get(b"Fields"))? {
            walk.visit(&field, &Inherited { kind: Object::Null, value: Object::Null }, 0)?;
        }
        Ok(walk.found)
    }
}

struct Walk<'d, 'a> {
    document: &'d Document<'a>,
    seen: BTreeSet<Ref>,
    left: usize,
    found: Vec<SignatureField<'a>>,
}

struct Inherited<'a> {
    kind: Object<'a>,
    value: Object<'a>,
}

impl<'a> Walk<'_, 'a> {
    fn visit(&mut self, node: &Object<'a>, inherited: &Inherited<'a>, depth: usize) -> Result<(), PdfError> {
        self.left = self.left.checked_sub(1).ok_or(PdfError::TooMuch("form fields"))?;
        if depth > self.document.limits().nesting {
            return Err(PdfError::TooMuch("nesting"));
        }
        if let Some(reference) = node.as_ref()
            && !self.seen.insert(reference)
        {
            return Err(PdfError::Circle(reference.number));
        }
        let dict = self.document.dict(node)?;
        let own = |key: &[u8], inherited: &Object<'a>| match dict.get(key) {
            Object::Null => inherited.clone(),
            value => value.clone(),
        };
        let here = Inherited { kind: own(b"FT", &inherited.kind), value: own(b"V", &inherited.value) };
        let mut has_fields_below = false;
        for kid in self.document.array(dict.get(b"Kids"))? {
            // A kid with a name of its own is a field; one without is only another widget of this field.
            if !self.document.dict(&kid)?.get(b"T").is_null() {
                has_fields_below = true;
                self.visit(&kid, &here, depth + 1)?;
            }
        }
        if !has_fields_below && here.kind.as_name() == Some(b"Sig") {
            self.found.push(SignatureField { reference: node.as_ref(), dict, value: here.value });
        }
        Ok(())
    }
}
