//! Reads the metadata definition (元数据定义) of a licence type: common, extended and management elements.

use crate::{
    domain::{
        actor::Actor,
        authority::Action,
        licence_type::FieldDefinition,
        metadata::{COMMON, GivenBy, MANAGEMENT},
    },
    services::{Refusal, Services},
};
use schemars::JsonSchema;
use serde::Serialize;

/// All metadata of licences of one type, as one version of its definition says.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct DefinitionView {
    /// 证照类型代码.
    pub type_code: String,
    /// Version of the definition.
    pub version: u32,
    /// 证照类型名称.
    pub name: String,
    /// 通用元数据 (GB/T 36903), the same for every type.
    pub common: Vec<ElementView>,
    /// 扩展元数据: `KZ_…`.
    pub extended: Vec<FieldDefinition>,
    /// 管理元数据: what the register adds.
    pub management: Vec<ManagementElement>,
}

/// A common element.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ElementView {
    /// Short code: pinyin initials.
    pub code: &'static str,
    /// The name.
    pub name: &'static str,
    /// The English name in use.
    pub name_en: &'static str,
    /// Does the department give it with the face data? Else the service does.
    pub given_by_department: bool,
}

/// A management element.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ManagementElement {
    /// Short code.
    pub code: &'static str,
    /// The name.
    pub name: &'static str,
    /// The English name.
    pub name_en: &'static str,
}

impl Services {
    /// The definition of a type: that version, or the one that the entry in force links to.
    pub async fn read_definition(&self, actor: &Actor, type_code: &str, version: Option<u32>) -> Result<DefinitionView, Refusal> {
        self.permit(actor, Action::ReadCatalogue, &actor.department.code).await?;
        let row = self.readable_entry(actor, type_code).await?;
        let version = match version {
            Some(version) => version,
            None => super::entry_of(&row.document)?.definition_version.ok_or(Refusal::NoEntry)?,
        };
        let definition = self.stored_definition(type_code, i64::from(version)).await?.ok_or(Refusal::NoEntry)?;
        let common = COMMON.iter().map(|element| ElementView {
            code: element.code,
            name: element.name,
            name_en: element.name_en,
            given_by_department: element.given_by == GivenBy::Department,
        });
        let management =
            MANAGEMENT.iter().map(|element| ManagementElement { code: element.code, name: element.name, name_en: element.name_en });
        Ok(DefinitionView {
            type_code: definition.code,
            version: definition.version,
            name: definition.name,
            common: common.collect(),
            extended: definition.fields,
            management: management.collect(),
        })
    }
}
