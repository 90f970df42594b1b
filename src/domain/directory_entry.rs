//! A directory entry (证照目录条目, GB/T 36902): what the region-wide catalogue says of one licence type.

use crate::domain::{
    codes::Uscc,
    face::{FieldProblem, ProblemCode},
    identifier::TypeCode,
    licence_type::{HolderCategory, LicenceType},
    payload::{Party, TemplateRef},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Longest name, theme, industry or range, characters.
const LONGEST_NAME: usize = 200;
/// Most related items, authorities and ranges.
const MOST: usize = 200;

/// One entry. Its version and state belong to the catalogue, not to the entry itself: see [`EntryState`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DirectoryEntry {
    /// 证照类型代码, 21 characters: the defining authority's 18-character code and 3 digits.
    pub type_code: String,
    /// 证照类型名称.
    pub name: String,
    /// The English name, where there is one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name_en: String,
    /// 证照定义机构.
    pub defining_authority: String,
    /// 证照定义机构代码: unified social credit code.
    pub defining_authority_code: String,
    /// 证照定义机构级别.
    pub defining_level: AuthorityLevel,
    /// 关联事项, any number.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub related_items: Vec<RelatedItem>,
    /// 持证主体类别.
    pub holder_category: HolderCategory,
    /// 有效期限范围, in words: `1年`, `长期`.
    pub validity_range: Vec<String>,
    /// 证照颁发机构级别.
    pub issuing_level: AuthorityLevel,
    /// 证照颁发机构, where they are few and known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub issuing_authorities: Vec<Party>,
    /// 目录类别.
    pub class: EntryClass,
    /// Under which root it stands.
    pub root: CatalogueRoot,
    /// 主题, e.g. `经营许可`.
    pub theme: String,
    /// 行业 or department line, e.g. `市场监管`.
    pub industry: String,
    /// May every department find and read it (共享)? If not, only those that were authorised.
    #[serde(default = "yes")]
    pub shared: bool,
    /// The version of the licence type's definition (元数据) that licences of this type are made with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub definition_version: Option<u32>,
    /// The template (底图模板) that draws it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<TemplateRef>,
}

fn yes() -> bool {
    true
}

/// 关联事项: a matter that gives or uses the licence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RelatedItem {
    /// 关联事项名称.
    pub name: String,
    /// 关联事项代码.
    pub code: String,
}

/// 机构级别.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AuthorityLevel {
    /// 国家级
    National,
    /// 省部级
    Provincial,
    /// 地市级
    Municipal,
    /// 区县级
    County,
    /// 乡镇级
    Township,
    /// 其他
    Other,
}

/// 目录类别.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EntryClass {
    /// 证照
    Licence,
    /// 批文
    Approval,
    /// 证明
    Proof,
    /// 材料
    Material,
    /// 证件
    Credential,
}

/// The two roots of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CatalogueRoot {
    /// 自然人
    NaturalPerson,
    /// 法人
    LegalPerson,
}

/// Is the entry in force?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EntryState {
    /// In force (有效).
    Active,
    /// Cancelled (取消): no new licences; the entry and its versions stay.
    Cancelled,
}

/// What made a version of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EntryChange {
    /// The first version (新增).
    Added,
    /// A later one (变更).
    Changed,
    /// The end (取消).
    Cancelled,
}

/// What a department applies for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "change", rename_all = "kebab-case", deny_unknown_fields)]
pub enum EntryProposal {
    /// A new entry (新增), or a cancelled one put in force again.
    Add {
        /// The entry.
        entry: Box<DirectoryEntry>,
        /// The definition of the licence type that it links to, when that is new, too.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        definition: Option<Box<LicenceType>>,
    },
    /// Another content (变更).
    Change {
        /// The version that the applicant saw; when another one is in force by then, nothing takes effect.
        base_version: i64,
        /// The whole new entry.
        entry: Box<DirectoryEntry>,
        /// A new version of the definition.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        definition: Option<Box<LicenceType>>,
    },
    /// The end of it (取消).
    Cancel {
        /// 证照类型代码.
        type_code: String,
        /// The version that the applicant saw.
        base_version: i64,
    },
}

fn problem(field: &str, code: ProblemCode, message: &str) -> FieldProblem {
    FieldProblem { field: field.to_owned(), code, message: message.to_owned() }
}

impl DirectoryEntry {
    /// Everything that is wrong with the entry itself; empty for a good one.
    pub fn problems(&self) -> Vec<FieldProblem> {
        let mut problems = Vec::new();
        if TypeCode::parse(&self.type_code).is_err() {
            problems.push(problem(
                "type_code",
                ProblemCode::WrongCode,
                "须为定义机构的18位统一社会信用代码加3位顺序号 must be the defining authority's 18-character code and 3 digits",
            ));
        }
        if Uscc::parse(&self.defining_authority_code).is_err() || !self.type_code.starts_with(&self.defining_authority_code) {
            problems.push(problem(
                "defining_authority_code",
                ProblemCode::WrongCode,
                "须为有效的统一社会信用代码，且与类型代码前18位一致 must be a valid unified social credit code, the first 18 characters of the type code",
            ));
        }
        let names = [
            ("name", &self.name, true),
            ("name_en", &self.name_en, false),
            ("defining_authority", &self.defining_authority, true),
            ("theme", &self.theme, true),
            ("industry", &self.industry, true),
        ];
        for (field, value, required) in names {
            problems.extend(name_problem(field, value, required));
        }
        if self.validity_range.is_empty() || self.validity_range.len() > MOST {
            problems.push(problem(
                "validity_range",
                ProblemCode::Missing,
                "请至少填写一个有效期限，如“5年”“长期” give at least one range, e.g. 5年 or 长期",
            ));
        }
        for range in &self.validity_range {
            problems.extend(name_problem("validity_range", range, true));
        }
        if self.related_items.len() > MOST || self.issuing_authorities.len() > MOST {
            problems.push(problem(
                "related_items",
                ProblemCode::TooMany,
                "关联事项或颁发机构过多（至多200项） too many related items or authorities: at most 200",
            ));
        }
        for item in &self.related_items {
            problems.extend(name_problem("related_items", &item.name, true).or(name_problem("related_items", &item.code, true)));
        }
        for party in &self.issuing_authorities {
            problems.extend(name_problem("issuing_authorities", &party.name, true));
            if Uscc::parse(&party.code).is_err() {
                problems.push(problem(
                    "issuing_authorities",
                    ProblemCode::WrongCode,
                    "颁发机构代码须为有效的统一社会信用代码 the code must be a valid unified social credit code",
                ));
            }
        }
        problems
    }
}

fn name_problem(field: &str, value: &str, required: bool) -> Option<FieldProblem> {
    if value.chars().any(char::is_control) || value.trim() != value {
        return Some(problem(
            field,
            ProblemCode::ForbiddenCharacter,
            "不得含控制字符或首尾空格 must hold no control characters and no spaces at its ends",
        ));
    }
    if (required && value.is_empty()) || value.chars().count() > LONGEST_NAME {
        return Some(problem(
            field,
            if value.is_empty() { ProblemCode::Missing } else { ProblemCode::TooLong },
            "须为1至200字 must have 1 to 200 characters",
        ));
    }
    None
}

impl EntryProposal {
    /// 证照类型代码 of the entry that it is about.
    pub fn type_code(&self) -> &str {
        match self {
            Self::Add { entry, .. } | Self::Change { entry, .. } => &entry.type_code,
            Self::Cancel { type_code, .. } => type_code,
        }
    }

    /// The definition that comes with it.
    pub fn definition(&self) -> Option<&LicenceType> {
        match self {
            Self::Add { definition, .. } | Self::Change { definition, .. } => definition.as_deref(),
            Self::Cancel { .. } => None,
        }
    }

    /// Everything that is wrong with the proposal itself.
    pub fn problems(&self) -> Vec<FieldProblem> {
        let (entry, definition) = match self {
            Self::Add { entry, definition } | Self::Change { entry, definition, .. } => (entry, definition),
            Self::Cancel { type_code, .. } => {
                let good = TypeCode::parse(type_code).is_ok();
                return if good {
                    Vec::new()
                } else {
                    vec![problem("type_code", ProblemCode::WrongCode, "不是证照类型代码 is no licence type code")]
                };
            }
        };
        let mut problems = entry.problems();
        if let Some(definition) = definition {
            problems.extend(definition.problems().iter().map(|wrong| problem("definition", ProblemCode::NotAllowed, &wrong.to_string())));
            if definition.code != entry.type_code || entry.definition_version != Some(definition.version) {
                problems.push(problem(
                    "definition",
                    ProblemCode::NotAllowed,
                    "定义的类型代码与版本须与目录条目一致 its code and version must be those that the entry links to",
                ));
            }
        }
        problems
    }
}

/// Words that are stored and sent, for an enum of them.
macro_rules! words {
    ($($of:ident { $($variant:ident = $word:literal),* $(,)? })*) => { $(
        impl $of {
            /// The word that is stored and sent.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            /// Reads [`Self::as_str`].
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }
        }
    )* };
}
pub(crate) use words;

words! {
    EntryState { Active = "active", Cancelled = "cancelled" }
    EntryChange { Added = "added", Changed = "changed", Cancelled = "cancelled" }
    CatalogueRoot { NaturalPerson = "natural-person", LegalPerson = "legal-person" }
    EntryClass { Licence = "licence", Approval = "approval", Proof = "proof", Material = "material", Credential = "credential" }
    AuthorityLevel {
        National = "national", Provincial = "provincial", Municipal = "municipal", County = "county", Township = "township", Other = "other"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> DirectoryEntry {
        serde_json::from_value(serde_json::json!({
            "type_code": "11100000MB0143028R001", "name": "营业执照", "defining_authority": "示例总局",
            "defining_authority_code": "11100000MB0143028R", "defining_level": "national", "holder_category": "legal-person",
            "validity_range": ["长期"], "issuing_level": "county", "class": "licence", "root": "legal-person",
            "theme": "经营许可", "industry": "市场监管"
        }))
        .unwrap()
    }

    #[test]
    fn every_mistake_of_an_entry_is_named() {
        assert_eq!(good().problems(), []);
        assert!(good().shared, "an entry is shared unless it says otherwise");
        type Spoil = fn(&mut DirectoryEntry);
        let cases: [(Spoil, &str); 8] = [
            (|e| e.type_code.push('0'), "type_code"),
            (|e| e.defining_authority_code = "11999999000000027G".into(), "defining_authority_code"),
            (|e| e.name.clear(), "name"),
            (|e| e.theme = "经营\u{7}许可".into(), "theme"),
            (|e| e.industry = " 市场监管".into(), "industry"),
            (|e| e.validity_range.clear(), "validity_range"),
            (|e| e.related_items.push(RelatedItem { name: "设立".into(), code: String::new() }), "related_items"),
            (|e| e.issuing_authorities.push(Party { name: "局".into(), code: "1".into() }), "issuing_authorities"),
        ];
        for (spoil, field) in cases {
            let mut entry = good();
            spoil(&mut entry);
            assert_eq!(entry.problems().iter().map(|p| p.field.as_str()).collect::<Vec<_>>(), [field]);
        }
    }
}
