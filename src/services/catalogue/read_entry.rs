//! Reads entries of the catalogue: one, a list, and the tree of classes with their counts.

use super::EntryView;
use crate::{
    domain::{
        actor::Actor,
        audit::{AuditAction, AuditEvent, AuditOutcome},
        authority::Action,
        directory_entry::CatalogueRoot,
        page::{Cursor, Page, PageRequest},
    },
    services::{Refusal, Services},
    storage::{
        catalogue::{self, EntryFilter, EntryRow},
        entry_grants,
    },
};
use schemars::JsonSchema;
use serde::Serialize;

/// One class of the tree: entries in force under a root with that theme and industry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ClassCount {
    /// 自然人 or 法人.
    pub root: CatalogueRoot,
    /// 主题.
    pub theme: String,
    /// 行业.
    pub industry: String,
    /// How many entries the reader may read.
    pub entries: i64,
}

impl Services {
    /// The entry of a licence type as it is in force. [`Refusal::NoEntry`] also when the actor may not read it.
    pub async fn read_entry(&self, actor: &Actor, type_code: &str) -> Result<EntryView, Refusal> {
        self.permit(actor, Action::ReadCatalogue, &actor.department.code).await?;
        EntryView::of(self.readable_entry(actor, type_code).await?)
    }

    /// The row of an entry that the actor may read: a shared one, or one that it is authorised for.
    pub(super) async fn readable_entry(&self, actor: &Actor, type_code: &str) -> Result<EntryRow, Refusal> {
        let database = &self.store.database;
        let reader = self.reader_of(actor);
        if let Some(row) = catalogue::entry(database, type_code).await? {
            if row.shared || reader.everything {
                return Ok(row);
            }
            for grantee in [&reader.organisation, &reader.actor] {
                if entry_grants::find(database, type_code, grantee).await?.is_some() {
                    return Ok(row);
                }
            }
        }
        let event = AuditEvent::new(AuditAction::ReadCatalogue, actor, AuditOutcome::Refused);
        self.audit_refusal(event.about(type_code.chars().take(21).collect::<String>()), &Refusal::NoEntry).await;
        Err(Refusal::NoEntry)
    }

    /// Entries that the actor may read, by their codes.
    pub async fn list_entries(&self, actor: &Actor, filter: &EntryFilter, page: &PageRequest) -> Result<Page<EntryView>, Refusal> {
        self.permit(actor, Action::ReadCatalogue, &actor.department.code).await?;
        let after = page.after.as_ref().map(Cursor::one_text).transpose()?.unwrap_or_default();
        let rows = catalogue::entries(&self.store.database, filter, &self.reader_of(actor), after, page).await?;
        let Page { items, next } = page.page(rows, |row| Cursor::new([row.type_code.as_str().into()]));
        Ok(Page { items: items.into_iter().map(EntryView::of).collect::<Result<_, _>>()?, next })
    }

    /// The classes of the catalogue (分类) with the entries in force that the actor may read.
    pub async fn browse_catalogue(&self, actor: &Actor) -> Result<Vec<ClassCount>, Refusal> {
        self.permit(actor, Action::ReadCatalogue, &actor.department.code).await?;
        let counted = catalogue::count_classes(&self.store.database, &self.reader_of(actor)).await?;
        Ok(counted.into_iter().map(|(root, theme, industry, entries)| ClassCount { root, theme, industry, entries }).collect())
    }
}
