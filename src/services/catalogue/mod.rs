//! The catalogue (证照目录): one region-wide directory of licence types, kept by the managing department.

mod change_entry;
mod give_feed;
mod grant_entry;
mod may_mint;
mod pull_catalogue;
mod read_definition;
mod read_entry;
mod read_log;
mod register_types;
mod store_version;
mod versions;

pub use pull_catalogue::PullReport;
pub use read_definition::{DefinitionView, ManagementElement};
pub use read_entry::ClassCount;
pub use read_log::LogLine;
pub use versions::{Comparison, VersionHead, VersionView};

pub(in crate::services) use store_version::Source;

use crate::{
    domain::{
        actor::Actor,
        canonical,
        directory_entry::{DirectoryEntry, EntryChange, EntryState},
    },
    services::{Refusal, Services, describe_licence::damaged, moment},
    storage::catalogue::{EntryRow, Reader},
};
use schemars::JsonSchema;
use serde::Serialize;
use time::OffsetDateTime;

/// An entry as it is in force.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct EntryView {
    /// Its version, from 1.
    pub version: i64,
    /// In force?
    pub state: EntryState,
    /// Code of the platform that it was pulled from; absent: it is kept here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// When this version took effect, RFC 3339.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "String")]
    pub changed_at: OffsetDateTime,
    /// The entry.
    pub entry: DirectoryEntry,
}

impl Services {
    /// The department that keeps the catalogue (目录管理部门): the one that operates the service.
    pub(in crate::services) fn managing_department(&self) -> String {
        self.keyring().operator().to_owned()
    }

    /// Who reads, as far as unshared entries are concerned.
    pub(in crate::services) fn reader_of(&self, actor: &Actor) -> Reader {
        let organisation = actor.department.code.clone();
        Reader { everything: organisation == self.managing_department(), organisation, actor: actor.id.clone() }
    }
}

impl EntryView {
    fn of(row: EntryRow) -> Result<Self, Refusal> {
        Ok(Self {
            version: row.version,
            state: row.state,
            origin: row.origin,
            changed_at: moment(row.changed_at),
            entry: entry_of(&row.document)?,
        })
    }
}

fn entry_of(document: &str) -> Result<DirectoryEntry, Refusal> {
    serde_json::from_str(document).map_err(|_| damaged("directory entry"))
}

/// The one spelling of a stored document.
fn canonical_text(value: &impl Serialize) -> Result<String, Refusal> {
    let bytes = canonical::to_vec(value).map_err(|e| Refusal::Unavailable { cause: e.to_string() })?;
    String::from_utf8(bytes).map_err(|e| Refusal::Unavailable { cause: e.to_string() })
}

/// The state that a change leads to.
fn state_after(change: EntryChange) -> EntryState {
    match change {
        EntryChange::Added | EntryChange::Changed => EntryState::Active,
        EntryChange::Cancelled => EntryState::Cancelled,
    }
}
