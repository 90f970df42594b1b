//! A licence type (证照类型): the catalogue entry with its versioned field definitions (GB/T 36902 directory, GB/T 36903 metadata).

use crate::domain::identifier::TypeCode;
use crate::domain::seal_level::SealRule;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

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
    /// How documents of this type are sealed.
    #[serde(default)]
    pub seal: SealRule,
    /// Who must agree before a licence of this type is issued.
    #[serde(default, skip_serializing_if = "IssueRule::is_usual")]
    pub issue: IssueRule,
    /// Extended metadata (扩展元数据): codes with the prefix `KZ_`. Common metadata is the same for every type.
    pub fields: Vec<FieldDefinition>,
}

/// `[issue]`: how licences of a type come about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IssueRule {
    /// Must a second person of the department agree (双人审核)?
    #[serde(default)]
    pub review: Review,
}

/// Must a second person agree?
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Review {
    /// No: an issuer mints directly.
    #[default]
    None,
    /// Yes: an issuer applies, somebody else approves. Approval systems, which have decided already, mint directly.
    Required,
}

impl IssueRule {
    fn is_usual(&self) -> bool {
        *self == Self::default()
    }
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

/// A mistake in a definition, for whoever wrote `type.toml`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TypeProblem {
    /// The code is no licence type code.
    #[error("code: a licence type code is the defining authority's 18-character code and 3 digits")]
    Code,
    /// The code does not begin with the defining authority's.
    #[error("defining_authority_code: the licence type code must begin with it")]
    DefiningAuthority,
    /// Version 0.
    #[error("version: versions count from 1")]
    Version,
    /// Assigned numbers would repeat.
    #[error("number_pattern: it must hold {{seq}} or {{seq:NN}}, else two licences get the same number")]
    NumberPattern,
    /// A field code that is not `KZ_` and upper-case letters or digits.
    #[error("fields: {0} must be KZ_ followed by upper-case letters, digits or underscores")]
    FieldCode(String),
    /// A field code, or a column key, that stands twice.
    #[error("fields: {0} is defined twice")]
    Twice(String),
    /// A field or column that can hold nothing.
    #[error("fields: max_length of {0} must be at least 1")]
    MaxLength(String),
    /// A table without columns, or columns on another kind.
    #[error("fields: {0} needs columns if it is a table, and must have none if it is not")]
    Columns(String),
    /// `final` together with a level that needs something appended.
    #[error("[seal]: a final document carries nothing after its seal, so its level is at most B-T; lower the level or leave final out")]
    FinalLevel,
    /// A dictionary where it cannot be met.
    #[error("fields: the dictionary of {0} is for text only, and no entry may be longer than max_length")]
    Dictionary(String),
}

impl LicenceType {
    /// Everything that is wrong with the definition itself; empty for a good one.
    pub fn problems(&self) -> Vec<TypeProblem> {
        let mut problems = Vec::new();
        if TypeCode::parse(&self.code).is_err() {
            problems.push(TypeProblem::Code);
        }
        if self.defining_authority_code.len() != 18 || !self.code.starts_with(&self.defining_authority_code) {
            problems.push(TypeProblem::DefiningAuthority);
        }
        if self.version == 0 {
            problems.push(TypeProblem::Version);
        }
        if !self.number_pattern.contains("{seq}") && !self.number_pattern.contains("{seq:") {
            problems.push(TypeProblem::NumberPattern);
        }
        if self.seal.is_contradictory() {
            problems.push(TypeProblem::FinalLevel);
        }
        let mut codes = BTreeSet::new();
        for field in &self.fields {
            if !codes.insert(field.code.as_str()) {
                problems.push(TypeProblem::Twice(field.code.clone()));
            }
            field.add_problems(&mut problems);
        }
        problems
    }
}

impl FieldDefinition {
    fn add_problems(&self, problems: &mut Vec<TypeProblem>) {
        let code = || self.code.clone();
        let short = self.code.strip_prefix("KZ_").unwrap_or_default();
        if short.is_empty() || !short.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_') {
            problems.push(TypeProblem::FieldCode(code()));
        }
        if self.max_length == 0 {
            problems.push(TypeProblem::MaxLength(code()));
        }
        if (self.kind == FieldKind::Table) == self.columns.is_empty() {
            problems.push(TypeProblem::Columns(code()));
        }
        let too_long = |entry: &String| entry.chars().count() > usize::try_from(self.max_length).unwrap_or(usize::MAX);
        if !self.dictionary.is_empty() && (self.kind != FieldKind::Text || self.dictionary.iter().any(too_long)) {
            problems.push(TypeProblem::Dictionary(code()));
        }
        let mut keys = BTreeSet::new();
        for column in &self.columns {
            let place = || format!("{}.{}", self.code, column.key);
            if !keys.insert(column.key.as_str()) {
                problems.push(TypeProblem::Twice(place()));
            }
            if column.max_length == 0 {
                problems.push(TypeProblem::MaxLength(place()));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::seal_level::SealLevel;

    fn good() -> LicenceType {
        toml::from_str(
            r#"
            code = "11100000MB0143028R001"
            version = 1
            name = "示例许可证"
            name_en = "Example permit"
            defining_authority = "示例总局"
            defining_authority_code = "11100000MB0143028R"
            holder_category = "mixed"
            validity_range = ["5年"]
            number_pattern = "SL{year}{seq:06}"
            fields = [
              { code = "KZ_XB", name = "性别", name_en = "Sex", kind = "text", max_length = 1, dictionary = ["男", "女"] },
              { code = "KZ_MX", name = "明细", name_en = "Rows", kind = "table", max_length = 2, columns = [{ key = "xm", name = "姓名", max_length = 4 }] },
            ]"#,
        )
        .expect("a licence type")
    }

    #[test]
    fn every_mistake_in_a_definition_is_named() {
        use TypeProblem::*;
        assert_eq!(good().problems(), []);
        type Spoil = fn(&mut LicenceType);
        let cases: [(Spoil, TypeProblem); 11] = [
            (|t| t.code.push('1'), Code),
            (|t| t.defining_authority_code = "11999999000000027G".into(), DefiningAuthority),
            (|t| t.version = 0, Version),
            (|t| t.number_pattern = "SL{year}".into(), NumberPattern),
            (|t| t.seal = SealRule { level: Some(SealLevel::Lt), is_final: true }, FinalLevel),
            (|t| t.fields[0].code = "XB".into(), FieldCode("XB".into())),
            (|t| t.fields[1].code = "KZ_XB".into(), Twice("KZ_XB".into())),
            (|t| t.fields[1].max_length = 0, MaxLength("KZ_MX".into())),
            (|t| t.fields[1].columns.clear(), Columns("KZ_MX".into())),
            (|t| t.fields[0].dictionary.push("不详".into()), Dictionary("KZ_XB".into())),
            (|t| t.fields[1].columns[0].max_length = 0, MaxLength("KZ_MX.xm".into())),
        ];
        for (spoil, problem) in cases {
            let mut spoiled = good();
            spoil(&mut spoiled);
            assert!(spoiled.problems().contains(&problem), "{problem:?}: {:?}", spoiled.problems());
        }
    }
}
