//! Template folders become the licence types that can be minted.

use crate::app::AppError;
use crate::app::shipped::Files;
use crate::domain::licence_type::LicenceType;
use crate::render::{FontShelf, PreparedTemplate, TemplateSource};
use crate::services::{PreparedType, Types};
use std::collections::BTreeMap;

/// Prepares every template; one that cannot be used stops the start, by name.
pub fn prepare(templates: BTreeMap<String, Files>, fonts: &FontShelf) -> Result<Types, AppError> {
    let entries = templates.into_iter().map(|(name, files)| entry(&name, files, fonts)).collect::<Result<Vec<_>, _>>()?;
    Types::new(entries).map_err(|error| AppError::Template(String::new(), error.to_string()))
}

/// Reads the licence type of a template folder.
pub fn licence_type(name: &str, files: &Files) -> Result<LicenceType, AppError> {
    let wrong = |problem: String| AppError::Template(name.to_owned(), problem);
    let bytes = files.get("type.toml").ok_or_else(|| wrong("type.toml is missing".into()))?;
    let text = std::str::from_utf8(bytes).map_err(|_| wrong("type.toml is not UTF-8".into()))?;
    toml::from_str(text).map_err(|error| wrong(error.to_string()))
}

fn entry(name: &str, files: Files, fonts: &FontShelf) -> Result<PreparedType, AppError> {
    let licence_type = licence_type(name, &files)?;
    let wrong = |problem: String| AppError::Template(name.to_owned(), problem);
    let source = TemplateSource::parse(files).map_err(|error| wrong(error.to_string()))?;
    if source.template.licence_type != licence_type.code {
        return Err(wrong(format!("template.toml draws type {}, type.toml defines {}", source.template.licence_type, licence_type.code)));
    }
    let template = PreparedTemplate::prepare(source, fonts).map_err(|error| wrong(error.to_string()))?;
    Ok(PreparedType { licence_type, template })
}
