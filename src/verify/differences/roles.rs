//! Which part each object of the signed revision plays, as far as a later revision may touch it.

use super::fields::{FieldRole, read_fields};
use super::permission::Permission;
use crate::pdf::read::{Dict, Document, Object, PdfError, Ref};
use std::collections::{BTreeMap, BTreeSet};

/// A part that an object plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The catalog.
    Catalog,
    /// The AcroForm dictionary.
    Form,
    /// The array of fields, or the annotations of a page.
    List,
    /// A page.
    Page,
    /// DSS.
    Store,
    /// An array of the DSS or of a VRI.
    StoreList,
    /// VRI.
    Related,
    /// The VRI of one signature.
    RelatedToOne,
    /// /Info.
    Info,
    /// XMP of the document.
    Metadata,
    /// A field or a widget of it, by its place in [`Roles::fields`].
    Field(usize),
    /// An appearance of a widget, or the value of its field.
    OfField(usize),
    /// An annotation that is no widget.
    Annotation,
    /// An appearance of one.
    OfAnnotation,
    /// Two parts at once: nothing of it may change.
    Fixed,
}

/// The parts of every object that has one.
pub struct Roles {
    roles: BTreeMap<u32, Role>,
    /// The fields that [`Role::Field`] counts.
    pub fields: Vec<FieldRole>,
    /// Objects that refer to an object of interest; 0 is the trailer.
    holders: BTreeMap<u32, BTreeSet<u32>>,
    /// Numbers that are referred to without being defined.
    dangling: BTreeSet<u32>,
}

impl Roles {
    /// Reads the parts of the revision `then`; `touched` are the numbers that later revisions define.
    pub fn read(then: &Document<'_>, touched: &BTreeSet<u32>, permission: &Permission) -> Result<Self, PdfError> {
        let mut found = Self { roles: BTreeMap::new(), fields: Vec::new(), holders: BTreeMap::new(), dangling: BTreeSet::new() };
        found.survey(then, touched)?;
        found.play(then.trailer().get(b"Root"), Role::Catalog);
        found.play(then.trailer().get(b"Info"), Role::Info);
        let catalog = then.catalog()?;
        found.play(catalog.get(b"Metadata"), Role::Metadata);
        found.play(catalog.get(b"AcroForm"), Role::Form);
        if !catalog.get(b"AcroForm").is_null() {
            found.play(then.dict(catalog.get(b"AcroForm"))?.get(b"Fields"), Role::List);
        }
        found.read_store(then, catalog.get(b"DSS"))?;
        for field in read_fields(then, permission)? {
            let place = found.fields.len();
            field.numbers.iter().for_each(|number| found.insert(*number, Role::Field(place)));
            field.parts.iter().for_each(|number| found.insert(*number, Role::OfField(place)));
            found.fields.push(field);
        }
        for page in then.pages()? {
            if let Some(reference) = page.reference {
                found.insert(reference.number, Role::Page);
            }
            found.play(page.dict.get(b"Annots"), Role::List);
            for annotation in then.array(page.dict.get(b"Annots"))? {
                found.read_annotation(then, &annotation)?;
            }
        }
        Ok(found)
    }

    /// The part that an object plays; `None` when nothing may be said about it but that it must stay.
    pub fn of(&self, number: u32) -> Option<Role> {
        self.roles.get(&number).copied()
    }

    /// Does the signed revision refer to this number without defining it?
    pub fn is_dangling(&self, number: u32) -> bool {
        self.dangling.contains(&number)
    }

    /// Is everything that refers to this object accepted by `accept`? The trailer has the number 0.
    pub fn is_held_by(&self, number: u32, accept: impl Fn(u32) -> bool) -> bool {
        self.holders.get(&number).is_none_or(|holders| holders.iter().all(|holder| accept(*holder)))
    }

    fn play(&mut self, object: &Object<'_>, role: Role) {
        if let Some(reference) = object.as_ref() {
            self.insert(reference.number, role);
        }
    }

    fn insert(&mut self, number: u32, role: Role) {
        let slot = self.roles.entry(number).or_insert(role);
        if *slot != role {
            *slot = Role::Fixed;
        }
    }

    fn read_store(&mut self, then: &Document<'_>, store: &Object<'_>) -> Result<(), PdfError> {
        self.play(store, Role::Store);
        if store.is_null() {
            return Ok(());
        }
        let store = then.dict(store)?;
        self.store_lists(&store, &[b"Certs", b"OCSPs", b"CRLs"]);
        self.play(store.get(b"VRI"), Role::Related);
        if store.get(b"VRI").is_null() {
            return Ok(());
        }
        for entry in then.dict(store.get(b"VRI"))?.entries() {
            self.play(&entry.value, Role::RelatedToOne);
            if let Ok(one) = then.dict(&entry.value) {
                self.store_lists(&one, &[b"Cert", b"OCSP", b"CRL"]);
            }
        }
        Ok(())
    }

    fn store_lists(&mut self, dict: &Dict<'_>, keys: &[&[u8]]) {
        keys.iter().for_each(|key| self.play(dict.get(key), Role::StoreList));
    }

    fn read_annotation(&mut self, then: &Document<'_>, annotation: &Object<'_>) -> Result<(), PdfError> {
        let Some(reference) = annotation.as_ref() else { return Ok(()) };
        let Ok(dict) = then.dict(annotation) else { return Ok(()) };
        if dict.is(b"Subtype", b"Widget") {
            return Ok(());
        }
        self.insert(reference.number, Role::Annotation);
        let mut parts = BTreeSet::new();
        super::fields::appearances(then, &dict, &mut parts)?;
        parts.into_iter().for_each(|number| self.insert(number, Role::OfAnnotation));
        Ok(())
    }

    /// Looks at every object of the revision once, for what refers to touched objects and to undefined ones.
    fn survey(&mut self, then: &Document<'_>, touched: &BTreeSet<u32>) -> Result<(), PdfError> {
        for entry in then.trailer().entries() {
            self.references(then, 0, &entry.value, touched);
        }
        for reference in then.defined() {
            let object = then.get(reference)?;
            // A cross-reference stream is a trailer.
            let is_trailer = matches!(&object, Object::Stream(stream) if stream.dict.is(b"Type", b"XRef"));
            self.references(then, if is_trailer { 0 } else { reference.number }, &object, touched);
        }
        Ok(())
    }

    fn references(&mut self, then: &Document<'_>, holder: u32, object: &Object<'_>, touched: &BTreeSet<u32>) {
        match object {
            Object::Ref(Ref { number, .. }) if touched.contains(number) => {
                if then.is_free(*number) {
                    self.dangling.insert(*number);
                }
                self.holders.entry(*number).or_default().insert(holder);
            }
            Object::Array(values) => values.iter().for_each(|value| self.references(then, holder, value, touched)),
            Object::Dict(_) | Object::Stream(_) => {
                for entry in object.as_dict().map(Dict::entries).unwrap_or_default() {
                    self.references(then, holder, &entry.value, touched);
                }
            }
            _ => {}
        }
    }
}
