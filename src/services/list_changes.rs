//! Lists what happened to a licence (证照变更记录): every transition with its reason, by whom and when, the newest first.

use crate::{
    domain::{
        actor::Actor,
        audit::{AuditAction, AuditEvent, AuditOutcome},
        authority::Action,
        change_notes::ChangeNotes,
        licence::LicenceState,
        life::Transition,
        page::{Cursor, Page, PageRequest},
    },
    services::{Refusal, Services, moment},
    storage::licence_changes,
};
use schemars::JsonSchema;
use serde::Serialize;
use time::OffsetDateTime;

/// One transition of a licence.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ChangeView {
    /// The state version that it made.
    pub state_version: i64,
    /// What happened.
    pub transition: Transition,
    /// State before.
    #[schemars(with = "String")]
    pub from: LicenceState,
    /// State after.
    #[schemars(with = "String")]
    pub to: LicenceState,
    /// Pseudonymous id of who did it.
    pub actor: String,
    /// Code of that actor's department.
    pub department: String,
    /// When, RFC 3339.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "String")]
    pub at: OffsetDateTime,
    /// Why; absent for what the service did by itself.
    pub notes: Option<ChangeNotes>,
}

impl Services {
    /// One page of the log of the licence with the identifier (证照标识). Audited as a reading.
    pub async fn list_changes(&self, actor: &Actor, identifier: &str, page: &PageRequest) -> Result<Page<ChangeView>, Refusal> {
        let listed = self.try_list_changes(actor, identifier, page).await;
        if let Err(refusal) = &listed {
            let event = AuditEvent::new(AuditAction::ReadLicence, actor, AuditOutcome::Refused).with("what", "changes");
            self.audit_refusal(event, refusal).await;
        }
        listed
    }

    async fn try_list_changes(&self, actor: &Actor, identifier: &str, page: &PageRequest) -> Result<Page<ChangeView>, Refusal> {
        self.permit_somewhere(actor, Action::ReadLicence).await?;
        let licence = self.find_for(actor, Action::ReadLicence, identifier).await?;
        let before = match &page.after {
            Some(cursor) => cursor.one_int().map_err(Refusal::BadPage)?,
            None => i64::MAX,
        };
        let id = licence.row.licence_id;
        let rows = licence_changes::of_licence(&self.store.database, id, before, page.rows_to_read()).await?;
        let changes = rows.into_iter().map(|row| {
            let notes = row.notes.as_deref().map(|sealed| self.open_notes(&licence.key, id, sealed)).transpose()?;
            Ok(ChangeView {
                state_version: row.state_version,
                transition: row.transition,
                from: row.from,
                to: row.to,
                actor: row.actor,
                department: row.department,
                at: moment(row.at),
                notes,
            })
        });
        let changes = changes.collect::<Result<Vec<_>, Refusal>>()?;
        let event = AuditEvent::new(AuditAction::ReadLicence, actor, AuditOutcome::Done).about(id).with("what", "changes");
        self.audit_alone(&event).await?;
        Ok(page.page(changes, |change| Cursor::new([change.state_version.into()])))
    }
}
