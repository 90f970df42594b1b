//! The canonical payload: the facts of one licence, fixed at issue, attached to the document byte for byte as RFC 8785 JSON.

use crate::domain::{digest::Digest, licence::LicenceId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Name of the attached file in the document.
pub const PAYLOAD_FILE_NAME: &str = "licence.json";
/// Media type of the attached file.
pub const PAYLOAD_MEDIA_TYPE: &str = "application/json";
/// Name of the attached file that holds the QR text, so that a verifier needs no picture.
pub const TOKEN_FILE_NAME: &str = "licence-qr.txt";
/// Value of [`Payload::format`].
pub const PAYLOAD_FORMAT: &str = "elicence-payload/1";

/// What a licence says, and nothing else: never the token, the seal, the state, a digest of the document, or a later note.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Payload {
    /// Always [`PAYLOAD_FORMAT`].
    pub format: String,
    /// Licence id, 32 hex digits.
    pub licence_id: LicenceId,
    /// Random 128-bit salt, 32 hex digits: makes the digest in the QR code say nothing about guessable facts.
    pub salt: String,
    /// 证照标识 (GB/T 36904), the whole string.
    pub identifier: String,
    /// 证照编号.
    pub number: String,
    /// The licence type and the version of its definition.
    pub licence_type: TypeRef,
    /// The template that drew it.
    pub template: TemplateRef,
    /// 证照颁发机构.
    pub issuer: Party,
    /// 证照颁发日期, `YYYY-MM-DD`.
    pub issued_on: String,
    /// 有效期起始日期, `YYYY-MM-DD`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<String>,
    /// 有效期截止日期, `YYYY-MM-DD` or `长期`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<String>,
    /// 持证主体, one or several.
    pub holders: Vec<HolderRef>,
    /// Extended face data by short code: text (dates as `YYYY-MM-DD`), or rows of a table. Photos are in `photos`.
    pub fields: BTreeMap<String, FieldValue>,
    /// Digest of each photo's bytes by short code, as they stand in the document.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub photos: BTreeMap<String, Digest>,
    /// What is printed on each page; a verifier compares it with the text of the page.
    pub pages: Vec<PrintedPage>,
}

/// A licence type as a payload names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TypeRef {
    /// 证照类型代码, 21 characters.
    pub code: String,
    /// 证照类型名称.
    pub name: String,
    /// Version of the definition.
    pub version: u32,
}

/// A template as a payload names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateRef {
    /// Folder name.
    pub name: String,
    /// Version.
    pub version: u32,
    /// Digest over all its files.
    pub digest: Digest,
}

/// An authority: name and unified social credit code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Party {
    /// Name.
    pub name: String,
    /// Unified social credit code.
    pub code: String,
}

/// A holder (持证主体).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HolderRef {
    /// 持证主体.
    pub name: String,
    /// 持证主体代码.
    pub code: String,
    /// 持证主体代码类型代码 (GB/T 36903 Annex A): `001`, `111`, …
    pub code_type: String,
}

/// The value of an extended field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum FieldValue {
    /// Text, number or date.
    Text(String),
    /// Rows of a table; cells by key.
    Rows(Vec<BTreeMap<String, String>>),
}

/// What is printed on one page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PrintedPage {
    /// Digest over the fixed words of the page: all label texts in the order of the template, joined with line feeds.
    pub labels: Digest,
    /// The printed slots in drawing order.
    pub fields: Vec<PrintedField>,
}

/// One printed slot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PrintedField {
    /// Slot name; for a table cell `FIELD.row.key`, rows from 1.
    pub slot: String,
    /// The text exactly as printed, before any line break that the renderer inserts.
    pub text: String,
}
