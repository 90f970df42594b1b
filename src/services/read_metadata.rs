//! Reads metadata of a licence by its identifier (元数据查询): the elements that were asked for, and of sensitive ones only what the
//! reader may see.

use crate::{
    domain::{
        actor::Actor,
        audit::{AuditAction, AuditEvent, AuditOutcome},
        authority::Action,
        face::{FaceText, FieldProblem, ProblemCode, TextValue, payload_text},
        licence::LicenceState,
        licence_type::LicenceType,
        metadata::{COMMON, MANAGEMENT},
    },
    services::{LicenceView, Refusal, Services, describe_licence::OpenLicence},
    storage::{entry_grants, licences, vault::Lookup},
};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;

/// Most elements of one question.
const MOST: usize = 200;
/// Common elements that name a person; others than the issuer never see them.
const PERSONAL: [&str; 2] = ["CZZT", "CZZTDM"];

/// One element.
#[derive(Clone, PartialEq, Serialize, JsonSchema)]
pub struct MetadataItem {
    /// Short code.
    pub code: String,
    /// The name.
    pub name: String,
    /// Text, or the rows of a table.
    pub value: Value,
}

/// What was asked for, as far as the licence has it and the reader may see it.
#[derive(Clone, PartialEq, Serialize, JsonSchema)]
pub struct MetadataView {
    /// 证照标识.
    pub identifier: String,
    /// 证照类型代码.
    pub type_code: String,
    /// The version of the definition that the licence was made with.
    pub type_version: u32,
    /// The elements, in the order of the question.
    pub items: Vec<MetadataItem>,
    /// Codes that are kept from this reader.
    pub withheld: Vec<String>,
}

impl std::fmt::Debug for MetadataView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MetadataView({}, {} items)", self.type_code, self.items.len())
    }
}

impl Services {
    /// The elements with these short codes (`None`: all common ones) of the licence with that identifier.
    ///
    /// The department that issued it may, and departments and systems that are authorised to read the type in the catalogue; these see no
    /// sensitive element. Every reading is audited with the codes before it is answered.
    pub async fn read_metadata(&self, actor: &Actor, identifier: &str, fields: Option<&[String]>) -> Result<MetadataView, Refusal> {
        self.permit_somewhere(actor, Action::ReadMetadata).await?;
        let event = |outcome| AuditEvent::new(AuditAction::ReadMetadata, actor, outcome);
        match self.try_read_metadata(actor, identifier, fields).await {
            Ok((view, licence)) => {
                let codes: Vec<_> = view.items.iter().map(|item| item.code.as_str()).collect();
                self.audit_alone(&event(AuditOutcome::Done).about(licence.row.licence_id).with("fields", codes.join(" "))).await?;
                Ok(view)
            }
            Err(refusal) => {
                self.audit_refusal(event(AuditOutcome::Refused), &refusal).await;
                Err(refusal)
            }
        }
    }

    async fn try_read_metadata(
        &self,
        actor: &Actor,
        identifier: &str,
        fields: Option<&[String]>,
    ) -> Result<(MetadataView, OpenLicence), Refusal> {
        let licence = self.licence_to_read(actor, identifier).await?;
        let view = self.describe(&licence).await?;
        let (code, version) = (&view.payload.licence_type.code, view.payload.licence_type.version);
        let definition = match self.stored_definition(code, i64::from(version)).await? {
            Some(definition) => definition,
            // A licence that was minted before the catalogue knew its type.
            None => self.types.find(code).map(|prepared| prepared.licence_type.clone()).ok_or(Refusal::NoEntry)?,
        };
        let asked: Vec<String> = match fields {
            Some(fields) => checked(fields, &definition)?,
            None => COMMON.iter().map(|element| element.code.to_owned()).collect(),
        };
        let own = licence.row.issuer_code == actor.department.code;
        let values = payload_text(&view.payload, &definition);
        let (mut items, mut withheld) = (Vec::new(), Vec::new());
        for code in asked {
            if !own && is_sensitive(&code, &definition) {
                withheld.push(code);
            } else if let Some(value) = value_of(&code, &values, &view) {
                let name = name_of(&code, &definition);
                items.push(MetadataItem { code, name, value });
            }
        }
        let answer = MetadataView { identifier: view.identifier, type_code: code.clone(), type_version: version, items, withheld };
        Ok((answer, licence))
    }

    /// The licence, if the actor's department issued it, or its type is open to the actor in the catalogue.
    async fn licence_to_read(&self, actor: &Actor, identifier: &str) -> Result<OpenLicence, Refusal> {
        let database = &self.store.database;
        let key = self.store.vault.lookup(Lookup::Identifier, &[identifier.trim().as_bytes()])?;
        let row = licences::by_identifier(database, &key).await?.ok_or(Refusal::NotFound)?;
        if matches!(row.state, LicenceState::Minting | LicenceState::Void) {
            return Err(Refusal::NotFound);
        }
        for grantee in [&actor.department.code, &actor.id] {
            if entry_grants::find(database, &row.type_code, grantee).await?.is_some_and(|found| found.grant.read) {
                return self.open(row);
            }
        }
        self.permit_found(actor, Action::ReadMetadata, &row.issuer_code).await?;
        self.open(row)
    }
}

fn checked(fields: &[String], definition: &LicenceType) -> Result<Vec<String>, Refusal> {
    let known = |code: &str| {
        COMMON.iter().any(|element| element.code == code)
            || MANAGEMENT.iter().any(|element| element.code == code)
            || definition.fields.iter().any(|field| field.code == code)
    };
    let unknown: Vec<_> = fields
        .iter()
        .take(MOST)
        .filter(|code| !known(code))
        .map(|code| FieldProblem {
            field: code.chars().take(40).collect(),
            code: ProblemCode::UnknownField,
            message: "该证照类型没有此元数据项。 This licence type has no such element.".into(),
        })
        .collect();
    if !unknown.is_empty() || fields.len() > MOST {
        return Err(Refusal::BadFields(unknown));
    }
    let mut asked: Vec<String> = Vec::with_capacity(fields.len());
    for code in fields {
        if !asked.contains(code) {
            asked.push(code.clone());
        }
    }
    Ok(asked)
}

fn is_sensitive(code: &str, definition: &LicenceType) -> bool {
    PERSONAL.contains(&code) || definition.fields.iter().any(|field| field.code == code && field.sensitive)
}

fn name_of(code: &str, definition: &LicenceType) -> String {
    let common = COMMON.iter().map(|element| (element.code, element.name));
    let management = MANAGEMENT.iter().map(|element| (element.code, element.name));
    let extended = definition.fields.iter().map(|field| (field.code.as_str(), field.name.as_str()));
    common.chain(management).chain(extended).find(|(known, _)| *known == code).map_or(String::new(), |(_, name)| name.to_owned())
}

fn value_of(code: &str, values: &FaceText, view: &LicenceView) -> Option<Value> {
    match code {
        "ZZZT" => Some(json!(view.state.as_str())),
        "ZZLXBB" => Some(json!(view.payload.licence_type.version)),
        "CJSJ" => view.created_at.format(&Rfc3339).ok().map(Value::from),
        "ZZBGSJ" => view.state_changed_at.format(&Rfc3339).ok().map(Value::from),
        _ => values.get(code).map(|value| match value {
            TextValue::Text(text) => json!(text),
            TextValue::Date(date) => json!(date.to_string()),
            TextValue::Rows(rows) => json!(rows),
        }),
    }
}
