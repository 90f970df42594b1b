//! The form fields of the signed revision: names, flags, kinds, widgets, appearances (ISO 32000-2 clause 12.7.4).

use super::permission::Permission;
use crate::pdf::read::{Dict, Document, Object, PdfError, Ref, text_string};
use std::collections::BTreeSet;

/// A field, terminal or not.
#[derive(Clone, Debug)]
pub struct FieldRole {
    /// Is it a signature field?
    pub is_signature: bool,
    /// May its value be changed, by permission and flags?
    pub is_open: bool,
    /// Its own object and those of its widgets.
    pub numbers: BTreeSet<u32>,
    /// Objects of its appearances, and of its value where that is no signature.
    pub parts: BTreeSet<u32>,
}

/// Every field of the form.
pub fn read_fields(then: &Document<'_>, permission: &Permission) -> Result<Vec<FieldRole>, PdfError> {
    let catalog = then.catalog()?;
    if catalog.get(b"AcroForm").is_null() {
        return Ok(Vec::new());
    }
    let form = then.dict(catalog.get(b"AcroForm"))?;
    let mut walk = Walk { then, permission, seen: BTreeSet::new(), found: Vec::new() };
    let top = Inherited { name: String::new(), kind: Object::Null, flags: Object::Null };
    for field in then.array(form.get(b"Fields"))? {
        walk.visit(&field, &top, 0)?;
    }
    Ok(walk.found)
}

/// The objects that draw a widget or an annotation: /AP, its /N /R /D, and their states.
pub fn appearances(then: &Document<'_>, dict: &Dict<'_>, parts: &mut BTreeSet<u32>) -> Result<(), PdfError> {
    let mut note = |object: &Object<'_>| parts.extend(object.as_ref().map(|reference| reference.number));
    note(dict.get(b"AP"));
    if dict.get(b"AP").is_null() {
        return Ok(());
    }
    for entry in then.dict(dict.get(b"AP"))?.entries() {
        note(&entry.value);
        if let Object::Dict(states) = then.resolve(&entry.value)? {
            states.entries().iter().for_each(|state| note(&state.value));
        }
    }
    Ok(())
}

struct Inherited<'a> {
    name: String,
    kind: Object<'a>,
    flags: Object<'a>,
}

struct Walk<'d, 'a> {
    then: &'d Document<'a>,
    permission: &'d Permission,
    seen: BTreeSet<Ref>,
    found: Vec<FieldRole>,
}

impl<'a> Walk<'_, 'a> {
    fn visit(&mut self, node: &Object<'a>, above: &Inherited<'a>, depth: usize) -> Result<(), PdfError> {
        let limits = self.then.limits();
        if self.found.len() >= limits.fields || depth > limits.nesting {
            return Err(PdfError::TooMuch("form fields"));
        }
        if let Some(reference) = node.as_ref()
            && !self.seen.insert(reference)
        {
            return Err(PdfError::Circle(reference.number));
        }
        let dict = self.then.dict(node)?;
        let here =
            Inherited { name: full_name(&above.name, &dict), kind: own(&dict, b"FT", &above.kind), flags: own(&dict, b"Ff", &above.flags) };
        let is_signature = here.kind.as_name() == Some(b"Sig");
        let read_only = here.flags.as_int().is_some_and(|flags| flags & 1 != 0);
        let mut field = FieldRole {
            is_signature,
            is_open: !read_only && self.permission.allows_field(&here.name),
            numbers: node.as_ref().map(|reference| reference.number).into_iter().collect(),
            parts: BTreeSet::new(),
        };
        appearances(self.then, &dict, &mut field.parts)?;
        if let (false, Some(value)) = (is_signature, dict.get(b"V").as_ref()) {
            field.parts.insert(value.number);
        }
        let place = self.found.len();
        self.found.push(field);
        for kid in self.then.array(dict.get(b"Kids"))? {
            let below = self.then.dict(&kid)?;
            if !below.get(b"T").is_null() {
                self.visit(&kid, &here, depth + 1)?;
            } else if let (Some(reference), Some(field)) = (kid.as_ref(), self.found.get_mut(place)) {
                field.numbers.insert(reference.number);
                appearances(self.then, &below, &mut field.parts)?;
            }
        }
        Ok(())
    }
}

fn own<'a>(dict: &Dict<'a>, key: &[u8], inherited: &Object<'a>) -> Object<'a> {
    match dict.get(key) {
        Object::Null => inherited.clone(),
        value => value.clone(),
    }
}

fn full_name(above: &str, dict: &Dict<'_>) -> String {
    let own = dict.get(b"T").as_text().map(text_string).unwrap_or_default();
    match (above, own.as_str()) {
        ("", own) => own.to_owned(),
        (above, "") => above.to_owned(),
        (above, own) => format!("{above}.{own}"),
    }
}
