//! Face data as it arrives: a flat JSON object of short codes, or a CSV row.

use crate::domain::payload::{FieldValue, HolderRef};
use base64::{Engine, engine::general_purpose::STANDARD};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;

/// What a caller sends; nothing in it is checked yet. `Debug` shows no values.
///
/// Short codes are members of the object itself: `{"CZZT": "…", "CZZTDM": "…", "CZZTDMLXDM": "001", "ZZBFRQ": "2026-11-20",
/// "KZ_ZS": "…"}`. Several holders stand in `holders` instead of the three CZZT codes; photos in `photos`, base64.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FaceInput {
    /// Several holders (持证主体), instead of CZZT, CZZTDM and CZZTDMLXDM.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holders: Vec<HolderRef>,
    /// Photos by short code: JPEG or PNG, base64 in JSON.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub photos: BTreeMap<String, PhotoBytes>,
    /// Every other value by short code: text, or rows of a table.
    #[serde(flatten)]
    pub fields: BTreeMap<String, FieldValue>,
}

/// The bytes of a picture; base64 in JSON.
#[derive(Clone, Default, PartialEq, Eq, JsonSchema)]
#[schemars(with = "String")]
pub struct PhotoBytes(#[schemars(with = "String")] pub Vec<u8>);

/// Why input has not the shape of face data.
#[derive(Debug, thiserror::Error)]
pub enum InputProblem {
    /// Not a JSON object of text values and tables.
    #[error("face data must be a JSON object of short codes with text values, tables as arrays of objects, holders as an array: {0}")]
    Shape(String),
    /// A cell that should hold JSON does not.
    #[error("column {0} must hold a JSON array of objects")]
    Cell(String),
}

impl FaceInput {
    /// Takes a JSON object.
    pub fn from_json(value: serde_json::Value) -> Result<Self, InputProblem> {
        // The message of serde would quote the value; the place is enough.
        serde_json::from_value(value).map_err(|e| InputProblem::Shape(shape_hint(&e)))
    }

    /// Takes a CSV row as (column head, cell) pairs. An empty cell is an absent value; the cells of `holders` and of tables
    /// (those that begin with `[`) hold JSON.
    pub fn from_row<'a>(cells: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, InputProblem> {
        let mut input = Self::default();
        for (head, cell) in cells {
            let (head, cell) = (head.trim().trim_start_matches('\u{feff}'), cell.trim());
            if cell.is_empty() {
                continue;
            }
            let broken = |_| InputProblem::Cell(head.to_owned());
            if head == "holders" {
                input.holders = serde_json::from_str(cell).map_err(broken)?;
            } else if cell.starts_with('[') && cell.ends_with(']') && cell.contains('{') {
                input.fields.insert(head.to_owned(), FieldValue::Rows(serde_json::from_str(cell).map_err(broken)?));
            } else {
                input.fields.insert(head.to_owned(), FieldValue::Text(cell.to_owned()));
            }
        }
        Ok(input)
    }

    /// Takes a text value out, e.g. the file name that a command line gives for a photo.
    pub fn take_text(&mut self, code: &str) -> Option<String> {
        match self.fields.remove(code)? {
            FieldValue::Text(text) => Some(text),
            rows @ FieldValue::Rows(_) => {
                self.fields.insert(code.to_owned(), rows);
                None
            }
        }
    }
}

fn shape_hint(error: &serde_json::Error) -> String {
    let text = error.to_string();
    // serde names the offending value after "invalid type: "; only its kind may be shown.
    match text.strip_prefix("invalid type: ") {
        Some(rest) => format!("a value is a {}", rest.split([' ', '`', '"']).next().unwrap_or("wrong kind")),
        None if text.contains("untagged") => "a value is neither text nor a table (numbers are written as text)".into(),
        None if text.contains("base64") => "a photo is not base64".into(),
        None => "a member is missing or of the wrong kind".into(),
    }
}

impl fmt::Debug for FaceInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FaceInput({} holders, fields {:?}, photos {:?})", self.holders.len(), self.fields.keys(), self.photos.keys())
    }
}

impl fmt::Debug for PhotoBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PhotoBytes({})", self.0.len())
    }
}

impl Serialize for PhotoBytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for PhotoBytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD.decode(text).map(Self).map_err(|_| serde::de::Error::custom("a photo is base64"))
    }
}
