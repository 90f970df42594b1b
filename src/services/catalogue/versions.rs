//! The versions of an entry, and what differs between any two of them (版本对比).

use super::entry_of;
use crate::{
    domain::{
        actor::Actor,
        application::ApplicationId,
        authority::Action,
        difference::{Difference, differences},
        digest::Digest,
        directory_entry::{DirectoryEntry, EntryChange},
        licence_type::LicenceType,
        page::{Cursor, Page, PageRequest},
    },
    services::{Refusal, Services, describe_licence::damaged, moment},
    storage::{
        catalogue::{self, VersionRow},
        type_definitions,
    },
};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;
use time::OffsetDateTime;

/// Who made a version, when, and from what.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct VersionHead {
    /// From 1.
    pub version: i64,
    /// What made it.
    pub change: EntryChange,
    /// SHA-256 of the RFC 8785 JSON of the entry.
    pub digest: Digest,
    /// The application that it came from; absent: it came with the program or from another platform.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application_id: Option<ApplicationId>,
    /// Pseudonymous id of whoever applied.
    pub applicant: String,
    /// For which organisation.
    pub organisation_code: String,
    /// Pseudonymous id of whoever approved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reviewer: Option<String>,
    /// Code of the platform that it was pulled from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// When it took effect, RFC 3339.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "String")]
    pub at: OffsetDateTime,
}

/// One version, whole.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct VersionView {
    /// Who, when, from what.
    #[serde(flatten)]
    pub head: VersionHead,
    /// The entry.
    pub entry: DirectoryEntry,
    /// The definition (元数据) that it links to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub definition: Option<LicenceType>,
}

/// Two versions side by side.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Comparison {
    /// The one side.
    pub before: VersionView,
    /// The other side.
    pub after: VersionView,
    /// Every place that differs; paths begin with `change`, `entry` or `definition`.
    pub differences: Vec<Difference>,
}

impl Services {
    /// The versions of an entry, newest first.
    pub async fn list_entry_versions(&self, actor: &Actor, type_code: &str, page: &PageRequest) -> Result<Page<VersionHead>, Refusal> {
        self.permit(actor, Action::ReadCatalogue, &actor.department.code).await?;
        self.readable_entry(actor, type_code).await?;
        let before = page.after.as_ref().map(Cursor::one_int).transpose()?.unwrap_or(i64::MAX);
        let rows = catalogue::versions(&self.store.database, type_code, before, page).await?;
        Ok(page.page(rows, |row| Cursor::new([row.version.into()])).map(|row| head(&row)))
    }

    /// One version of an entry with the definition that it links to.
    pub async fn read_entry_version(&self, actor: &Actor, type_code: &str, version: i64) -> Result<VersionView, Refusal> {
        self.permit(actor, Action::ReadCatalogue, &actor.department.code).await?;
        self.readable_entry(actor, type_code).await?;
        self.entry_version(type_code, version).await
    }

    /// Any two versions of an entry side by side, with the differences marked.
    pub async fn compare_entry_versions(&self, actor: &Actor, type_code: &str, before: i64, after: i64) -> Result<Comparison, Refusal> {
        self.permit(actor, Action::ReadCatalogue, &actor.department.code).await?;
        self.readable_entry(actor, type_code).await?;
        let (before, after) = (self.entry_version(type_code, before).await?, self.entry_version(type_code, after).await?);
        let side = |view: &VersionView| json!({ "change": view.head.change, "entry": view.entry, "definition": view.definition });
        let differences = differences(&side(&before), &side(&after));
        Ok(Comparison { before, after, differences })
    }

    async fn entry_version(&self, type_code: &str, version: i64) -> Result<VersionView, Refusal> {
        let row = catalogue::version(&self.store.database, type_code, version).await?.ok_or(Refusal::NoEntry)?;
        let entry = entry_of(&row.document)?;
        let definition = match entry.definition_version {
            Some(version) => self.stored_definition(type_code, i64::from(version)).await?,
            None => None,
        };
        Ok(VersionView { head: head(&row), entry, definition })
    }

    /// The definition of a type in that version, if it is stored.
    pub(in crate::services) async fn stored_definition(&self, type_code: &str, version: i64) -> Result<Option<LicenceType>, Refusal> {
        let document = type_definitions::document(&self.store.database, type_code, version).await?;
        document.map(|document| serde_json::from_str(&document).map_err(|_| damaged("definition"))).transpose()
    }
}

fn head(row: &VersionRow) -> VersionHead {
    VersionHead {
        version: row.version,
        change: row.change,
        digest: Digest(row.digest),
        application_id: row.application_id,
        applicant: row.applicant.clone(),
        organisation_code: row.organisation_code.clone(),
        reviewer: row.reviewer.clone(),
        origin: row.origin.clone(),
        at: moment(row.at),
    }
}
