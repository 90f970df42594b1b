//! The licence types that can be minted here, each with its prepared template.

use crate::{domain::licence_type::LicenceType, render::PreparedTemplate};
use std::{collections::BTreeMap, sync::Arc};

/// One type and the template that draws it.
pub struct PreparedType {
    /// The definition.
    pub licence_type: LicenceType,
    /// The template that draws it.
    pub template: PreparedTemplate,
}

/// Types by their 21-character code.
#[derive(Clone, Default)]
pub struct Types(BTreeMap<String, Arc<PreparedType>>);

/// Two templates draw the same type.
#[derive(Debug, thiserror::Error)]
#[error("the licence type {0} has two templates; keep one")]
pub struct TwoTemplates(pub String);

impl Types {
    /// Takes entries; a code may stand only once.
    pub fn new(entries: impl IntoIterator<Item = PreparedType>) -> Result<Self, TwoTemplates> {
        let mut types = BTreeMap::new();
        for entry in entries {
            let code = entry.licence_type.code.clone();
            if types.insert(code.clone(), Arc::new(entry)).is_some() {
                return Err(TwoTemplates(code));
            }
        }
        Ok(Self(types))
    }

    /// The entry of a code.
    pub fn find(&self, code: &str) -> Option<&Arc<PreparedType>> {
        self.0.get(code)
    }

    /// All entries in the order of their codes.
    pub fn entries(&self) -> impl Iterator<Item = &Arc<PreparedType>> {
        self.0.values()
    }
}
