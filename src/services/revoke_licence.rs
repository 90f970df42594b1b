//! Revokes a licence (撤销、吊销): one conditional change of state, with its reason, by the department that issued it.

use crate::{
    domain::{
        actor::Actor,
        audit::{AuditAction, AuditEvent, AuditOutcome},
        authority::Action,
        event::{Event, EventKind},
        life::Transition,
    },
    services::{LicenceView, Refusal, Services},
    storage::{error::StorageError, licence_changes::ChangeRow, licences},
};

impl Services {
    /// Revokes the licence with the identifier (证照标识). `reason`: 2 to 500 characters, kept sealed.
    pub async fn revoke_licence(&self, actor: &Actor, identifier: &str, reason: &str) -> Result<LicenceView, Refusal> {
        self.permit_somewhere(actor, Action::RevokeLicence).await?;
        let done = self.try_revoke(actor, identifier, reason.trim()).await;
        if let Err(refusal) = &done {
            let event = AuditEvent::new(AuditAction::RevokeLicence, actor, AuditOutcome::Refused);
            self.audit_refusal(event, refusal).await;
        }
        done
    }

    async fn try_revoke(&self, actor: &Actor, identifier: &str, reason: &str) -> Result<LicenceView, Refusal> {
        if !(2..=500).contains(&reason.chars().count()) {
            return Err(Refusal::BadReason);
        }
        let mut licence = self.find_for(actor, Action::RevokeLicence, identifier).await?;
        let (id, from) = (licence.row.licence_id, licence.row.state);
        let change = ChangeRow::new(id, (from, licence.row.state_version), Transition::Revoke, actor, self.now_ms())?;
        let sealed = self.store.vault.seal(&licence.key, &id.0, "state reason", reason.as_bytes())?;

        let mut transaction = self.store.database.begin().await?;
        let changed = licences::change_state(&mut transaction, &change, Some(sealed)).await;
        if let Err(StorageError::RowCount { .. }) = changed {
            // Somebody changed it since we read it: the caller looks again.
            return Err(Refusal::WrongState(from));
        }
        changed?;
        let event = AuditEvent::new(AuditAction::RevokeLicence, actor, AuditOutcome::Done).about(id).with("from", from.as_str());
        self.audit(&mut transaction, &event).await?;
        let revoked = Event::new(EventKind::LicenceRevoked, &licence.row.issuer_code, self.now())
            .of_type(&licence.row.type_code)
            .about(id)
            .with("from", from.as_str());
        self.announce(&mut transaction, &revoked).await?;
        transaction.commit().await?;

        self.lists.forget(licence.row.status_list);
        licence.row = licences::by_id(&self.store.database, id).await?.ok_or(Refusal::NotFound)?;
        self.describe(&licence).await
    }
}
