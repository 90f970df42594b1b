//! The pages of a document in their order, with the resources they inherit (ISO 32000-2 clause 7.7.3).

use super::document::Document;
use super::error::PdfError;
use super::object::{Dict, Object, Ref};
use std::collections::BTreeSet;

/// One page.
#[derive(Clone, Debug)]
pub struct Page<'a> {
    /// Its object.
    pub reference: Option<Ref>,
    /// Its dictionary.
    pub dict: Dict<'a>,
    /// Its resources, its own or inherited.
    pub resources: Dict<'a>,
}

impl<'a> Document<'a> {
    /// Every page in order.
    pub fn pages(&self) -> Result<Vec<Page<'a>>, PdfError> {
        let catalog = self.catalog()?;
        let mut walk = Walk { document: self, seen: BTreeSet::new(), pages: Vec::new() };
        walk.visit(catalog.get(b"Pages"), &Object::Null, 0)?;
        Ok(walk.pages)
    }
}

struct Walk<'d, 'a> {
    document: &'d Document<'a>,
    seen: BTreeSet<Ref>,
    pages: Vec<Page<'a>>,
}

impl<'a> Walk<'_, 'a> {
    fn visit(&mut self, node: &Object<'a>, resources: &Object<'a>, depth: usize) -> Result<(), PdfError> {
        if depth > self.document.limits().nesting {
            return Err(PdfError::TooMuch("nesting"));
        }
        if let Some(reference) = node.as_ref()
            && !self.seen.insert(reference)
        {
            return Err(PdfError::Circle(reference.number));
        }
        let dict = self.document.dict(node)?;
        let resources = match dict.get(b"Resources") {
            Object::Null => resources.clone(),
            own => own.clone(),
        };
        if dict.is(b"Type", b"Pages") {
            for kid in self.document.array(dict.get(b"Kids"))? {
                self.visit(&kid, &resources, depth + 1)?;
            }
            return Ok(());
        }
        if self.pages.len() >= self.document.limits().pages {
            return Err(PdfError::TooMuch("pages"));
        }
        let resources = if resources.is_null() { Dict::default() } else { self.document.dict(&resources)? };
        self.pages.push(Page { reference: node.as_ref(), dict, resources });
        Ok(())
    }
}
