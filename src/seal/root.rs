//! What a new signature field or a validation store changes in the catalog, the form and a page, and nothing else.

use crate::pdf::{
    read::{Dict, Document, Object, Ref},
    update::{Update, UpdateError},
    write::object::{self, dict_with},
};

/// The catalog with the entries that will be set.
pub(super) struct Root<'d, 'a> {
    document: &'d Document<'a>,
    reference: Ref,
    old: Dict<'a>,
    set: Vec<(&'static [u8], Vec<u8>)>,
}

impl<'d, 'a> Root<'d, 'a> {
    /// The catalog of `document`, nothing set yet.
    pub fn of(document: &'d Document<'a>) -> Result<Self, UpdateError> {
        let reference = document.trailer().get(b"Root").as_ref().ok_or(UpdateError::Object(0))?;
        Ok(Self { document, reference, old: document.catalog()?, set: Vec::new() })
    }

    /// The catalog as it is in the document.
    pub fn old(&self) -> &Dict<'a> {
        &self.old
    }

    /// Sets an entry to a value in PDF syntax.
    pub fn set(&mut self, key: &'static [u8], value: Vec<u8>) {
        self.set.push((key, value));
    }

    /// Says that the document uses what ETSI added to PDF 1.7: signatures `ETSI.CAdES.detached` (extension level 2), DSS and
    /// document time-stamps (5). PDF 2.0 has them of its own.
    pub fn name_extension(&mut self) -> Result<(), UpdateError> {
        const LEVEL: i64 = 5;
        const ESIC: &[u8] = b"<</BaseVersion/1.7/ExtensionLevel 5>>";
        let version_2 =
            self.document.bytes().get(5) == Some(&b'2') || self.old.get(b"Version").as_name().is_some_and(|v| v.starts_with(b"2"));
        if version_2 {
            return Ok(());
        }
        let extensions = match self.old.get(b"Extensions") {
            Object::Null => Dict::default(),
            value => self.document.dict(value)?,
        };
        let level = match extensions.get(b"ESIC") {
            Object::Null => None,
            value => self.document.dict(value)?.get(b"ExtensionLevel").as_int(),
        };
        if level.is_none_or(|level| level < LEVEL) {
            self.set(b"Extensions", dict_with(&extensions, &[(b"ESIC", ESIC)]));
        }
        Ok(())
    }

    /// Appends `field` to the form unless it is there, and sets /SigFlags 3: signatures exist, append only.
    pub fn add_field(&mut self, update: &mut Update, field: Ref) -> Result<(), UpdateError> {
        let (form, home) = match self.old.get(b"AcroForm") {
            Object::Null => (Dict::default(), None),
            value => (self.document.dict(value)?, value.as_ref()),
        };
        let flags = form.get(b"SigFlags").as_int().unwrap_or(0);
        let (flags, mut changed) = ((flags | 3).to_string(), flags | 3 != flags);
        let mut fields = None;
        match appended(self.document, form.get(b"Fields"), field)? {
            Appended::Already => {}
            Appended::InPlace(list, body) => {
                update.object(list, &body);
            }
            Appended::Direct(body) => {
                fields = Some(body);
                changed = true;
            }
        }
        let mut entries: Vec<(&[u8], &[u8])> = vec![(b"SigFlags", flags.as_bytes())];
        entries.extend(fields.as_deref().map(|fields| (&b"Fields"[..], fields)));
        let body = dict_with(&form, &entries);
        match home {
            _ if !changed => {}
            Some(home) => {
                update.object(home, &body);
            }
            None => self.set(b"AcroForm", body),
        }
        Ok(())
    }

    /// Writes the catalog if something is set.
    pub fn write(self, update: &mut Update) {
        if !self.set.is_empty() {
            let set: Vec<(&[u8], &[u8])> = self.set.iter().map(|(key, value)| (*key, value.as_slice())).collect();
            update.object(self.reference, &dict_with(&self.old, &set));
        }
    }
}

/// Appends `widget` to the annotations of `page`.
pub(super) fn annotate(document: &Document<'_>, update: &mut Update, page: Ref, widget: Ref) -> Result<(), UpdateError> {
    let Object::Dict(old) = document.get(page)? else { return Err(UpdateError::Object(page.number)) };
    match appended(document, old.get(b"Annots"), widget)? {
        Appended::Already => {}
        Appended::InPlace(list, body) => {
            update.object(list, &body);
        }
        Appended::Direct(body) => {
            update.object(page, &dict_with(&old, &[(b"Annots", &body)]));
        }
    }
    Ok(())
}

/// An array of references with one more.
enum Appended {
    /// It was in the array.
    Already,
    /// The array is an object of its own: its new body.
    InPlace(Ref, Vec<u8>),
    /// The array stands in its owner, or was not there: its new value.
    Direct(Vec<u8>),
}

fn appended(document: &Document<'_>, list: &Object<'_>, one: Ref) -> Result<Appended, UpdateError> {
    let mut values = match list {
        Object::Ref(home) => document.get(*home)?.as_array().ok_or(UpdateError::Object(home.number))?.to_vec(),
        Object::Array(values) => values.clone(),
        Object::Null => Vec::new(),
        _ => return Err(UpdateError::Object(0)),
    };
    if values.iter().any(|value| value.as_ref() == Some(one)) {
        return Ok(Appended::Already);
    }
    values.push(Object::Ref(one));
    let mut body = Vec::new();
    object::value(&mut body, &Object::Array(values));
    Ok(match list {
        Object::Ref(home) => Appended::InPlace(*home, body),
        _ => Appended::Direct(body),
    })
}
