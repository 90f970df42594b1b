//! A licence type (证照类型): the catalogue entry with its versioned field definitions (GB/T 36902 directory, GB/T 36903 metadata).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The whole of `type.toml`: one version of one licence type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LicenceType {
    /// 证照类型代码: 21 characters, the defining authority's 18-character code and 3 digits.
    pub code: String,
    /// Version of this definition, from 1; a licence keeps the version it was made with.
    pub version: u32,
    /// 证照类型名称, e.g. `营业执照`.
    pub name: String,
    /// The English name.
    pub name_en: String,
    /// 证照定义机构.
    pub defining_authority: String,
    /// 证照定义机构代码: unified social credit code.
    pub defining_authority_code: String,
    /// 持证主体类别.
    pub holder_category: HolderCategory,
    /// 有效期限范围, in words: `5年`, `长期`.
    pub validity_range: Vec<String>,
    /// Is an end of validity (有效期截止日期) required? `长期` counts as one.
    #[serde(default)]
    pub requires_expiry: bool,
    /// Pattern of the licence number (证照编号) that the service assigns when the department gives none:
    /// `{year}` and `{seq:08}` are replaced, e.g. `JY1{year}{seq:09}`.
    pub number_pattern: String,
    /// Extended metadata (扩展元数据): codes with the prefix `KZ_`. Common metadata is the same for every type.
    pub fields: Vec<FieldDefinition>,
}

/// 持证主体类别.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum HolderCategory {
    /// 自然人
    NaturalPerson,
    /// 法人
    LegalPerson,
    /// 其他组织
    OtherOrganisation,
    /// 混合
    Mixed,
    /// 其他
    Other,
}

/// One field of the extended metadata.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldDefinition {
    /// Short code, `KZ_` and pinyin initials, e.g. `KZ_FDDBR`.
    pub code: String,
    /// The name on the certificate, e.g. `法定代表人`.
    pub name: String,
    /// The English name.
    pub name_en: String,
    /// What kind of value.
    pub kind: FieldKind,
    /// Longest value in characters (for a table: most rows).
    pub max_length: u32,
    /// Must it be there?
    #[serde(default)]
    pub required: bool,
    /// Allowed values; empty = any.
    #[serde(default)]
    pub dictionary: Vec<String>,
    /// Is it sensitive personal data (PIPL)? Masked wherever it is not strictly needed.
    #[serde(default)]
    pub sensitive: bool,
    /// Columns of a table.
    #[serde(default)]
    pub columns: Vec<ColumnDefinition>,
}

/// One column of a field of kind `table`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ColumnDefinition {
    /// Key of the cell.
    pub key: String,
    /// Name.
    pub name: String,
    /// Longest cell in characters.
    pub max_length: u32,
    /// Must the cell be there?
    #[serde(default)]
    pub required: bool,
}

/// What kind of value a field takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FieldKind {
    /// Free text, one or several lines.
    Text,
    /// A calendar date, `YYYY-MM-DD`.
    Date,
    /// A date or `长期`.
    DateOrLongTerm,
    /// A decimal number written as text, e.g. `125.60`.
    Number,
    /// Unified social credit code (GB 32100), check digit verified.
    UnifiedSocialCreditCode,
    /// Citizen ID number (GB 11643), check digit verified.
    CitizenId,
    /// A picture of a person: JPEG or PNG.
    Photo,
    /// Rows of cells.
    Table,
}
