//! Changes a licence where it stands: suspend, resume, restrict, lift, report loss, find, annotate, inspect, annul, revoke, cancel,
//! archive. One conditional change with its reason, its line in the licence's log, in the audit log, and its event.

use crate::{
    domain::{
        actor::Actor,
        audit::{AuditAction, AuditEvent, AuditOutcome},
        authority::Action,
        change_notes::ChangeNotes,
        event::{Event, EventKind},
        licence::LicenceId,
        life::Transition,
    },
    services::{LicenceView, Refusal, Services, describe_licence::OpenLicence, describe_licence::damaged},
    storage::{error::StorageError, licence_changes::ChangeRow, licences, vault::DataKey},
};

impl Services {
    /// Does `transition` to the licence with the identifier (证照标识). [`Refusal::WrongState`] when its state does not allow it,
    /// [`Refusal::ChangedMeanwhile`] when somebody else was quicker. New versions are made by [`Self::change_licence`].
    pub async fn change_state(
        &self,
        actor: &Actor,
        identifier: &str,
        transition: Transition,
        notes: ChangeNotes,
    ) -> Result<LicenceView, Refusal> {
        let done = self.try_change_state(actor, identifier, transition, notes).await;
        if let Err(refusal) = &done {
            let event = AuditEvent::new(audit_action(transition), actor, AuditOutcome::Refused);
            self.audit_refusal(event.with("transition", transition.as_str()), refusal).await;
        }
        done
    }

    async fn try_change_state(
        &self,
        actor: &Actor,
        identifier: &str,
        transition: Transition,
        notes: ChangeNotes,
    ) -> Result<LicenceView, Refusal> {
        let action = action_of(transition);
        self.permit_somewhere(actor, action).await?;
        let mut licence = self.find_for(actor, action, identifier).await?;
        let notes = notes.checked(transition).map_err(Refusal::BadNotes)?;
        if transition.makes_version() || (transition == Transition::Archive && licence.row.archived_at.is_some()) {
            return Err(Refusal::WrongState(licence.row.state));
        }
        let (id, now) = (licence.row.licence_id, self.now_ms());
        let mut change = ChangeRow::new(id, (licence.row.state, licence.row.state_version), transition, actor, now)?;
        change.notes = Some(self.seal_notes(&licence.key, id, &notes)?);
        let reason = self.store.vault.seal(&licence.key, &id.0, "state reason", notes.reason.as_bytes())?;

        let mut transaction = self.store.database.begin().await?;
        if let Err(error) = licences::change_state(&mut transaction, &change, Some(reason)).await {
            drop(transaction);
            return Err(self.overtaken(id, error).await);
        }
        if transition == Transition::Archive {
            licences::set_archived(&mut transaction, id, now).await?;
        }
        if let Some(passed) = notes.inspection.as_ref().filter(|inspection| inspection.passed) {
            licences::set_inspected_until(&mut transaction, id, passed.until.days_since_epoch()).await?;
        }
        let event = AuditEvent::new(audit_action(transition), actor, AuditOutcome::Done)
            .about(id)
            .with("transition", transition.as_str())
            .with("from", change.from.as_str());
        self.audit(&mut transaction, &event).await?;
        let mut event = Event::new(event_kind(transition), &licence.row.issuer_code, self.now())
            .of_type(&licence.row.type_code)
            .about(id)
            .with("transition", transition.as_str())
            .with("from", change.from.as_str())
            .with("to", change.to.as_str());
        if let Some(inspection) = &notes.inspection {
            event = event.with("passed", inspection.passed);
        }
        self.announce(&mut transaction, &event).await?;
        transaction.commit().await?;

        self.lists.forget(licence.row.status_list);
        self.read_again(&mut licence).await?;
        self.describe(&licence).await
    }

    /// What to say when a conditional change found another state than the one that was read.
    async fn overtaken(&self, id: LicenceId, error: StorageError) -> Refusal {
        match error {
            StorageError::RowCount { .. } | StorageError::Conflict(_) => match licences::by_id(&self.store.database, id).await {
                Ok(Some(row)) => Refusal::ChangedMeanwhile(row.state),
                Ok(None) => Refusal::NotFound,
                Err(error) => error.into(),
            },
            other => other.into(),
        }
    }

    async fn read_again(&self, licence: &mut OpenLicence) -> Result<(), Refusal> {
        let row = licences::by_id(&self.store.database, licence.row.licence_id).await?;
        licence.row = row.ok_or_else(|| damaged("licence"))?;
        Ok(())
    }

    /// The notes as they stand beside a change of the licence.
    pub(super) fn seal_notes(&self, key: &DataKey, id: LicenceId, notes: &ChangeNotes) -> Result<Vec<u8>, Refusal> {
        let json = serde_json::to_vec(notes).map_err(|_| damaged("notes"))?;
        Ok(self.store.vault.seal(key, &id.0, "change notes", &json)?)
    }

    /// The reverse of [`Self::seal_notes`].
    pub(super) fn open_notes(&self, key: &DataKey, id: LicenceId, sealed: &[u8]) -> Result<ChangeNotes, Refusal> {
        serde_json::from_slice(&self.store.vault.open(key, &id.0, "change notes", sealed)?).map_err(|_| damaged("notes"))
    }
}

/// Who may do it; what the mint does by itself is the mint's.
pub(super) fn action_of(transition: Transition) -> Action {
    match transition {
        Transition::Release | Transition::Void => Action::MintLicence,
        Transition::Suspend => Action::SuspendLicence,
        Transition::Resume => Action::ResumeLicence,
        Transition::Restrict => Action::RestrictLicence,
        Transition::Lift => Action::LiftRestriction,
        Transition::ReportLoss => Action::ReportLoss,
        Transition::Find => Action::ReportFound,
        Transition::Annotate => Action::AnnotateLicence,
        Transition::Inspect => Action::InspectLicence,
        Transition::Change => Action::ChangeLicence,
        Transition::Renew => Action::RenewLicence,
        Transition::Reissue => Action::ReissueLicence,
        Transition::Annul => Action::AnnulLicence,
        Transition::Revoke => Action::RevokeLicence,
        Transition::Cancel => Action::CancelLicence,
        Transition::Archive => Action::ArchiveLicence,
    }
}

fn audit_action(transition: Transition) -> AuditAction {
    match matches!(transition, Transition::Annul | Transition::Revoke) {
        true => AuditAction::RevokeLicence,
        false => AuditAction::ChangeState,
    }
}

/// How it is told to others.
pub(super) fn event_kind(transition: Transition) -> EventKind {
    match transition {
        Transition::Release | Transition::Void => EventKind::LicenceMinted,
        Transition::Suspend => EventKind::LicenceSuspended,
        Transition::Resume | Transition::Lift | Transition::Find => EventKind::LicenceResumed,
        Transition::Restrict => EventKind::LicenceRestricted,
        Transition::ReportLoss | Transition::Reissue => EventKind::LicenceLost,
        Transition::Annotate => EventKind::LicenceAnnotated,
        Transition::Inspect => EventKind::LicenceInspected,
        Transition::Change => EventKind::LicenceChanged,
        Transition::Renew => EventKind::LicenceRenewed,
        Transition::Annul | Transition::Revoke => EventKind::LicenceRevoked,
        Transition::Cancel => EventKind::LicenceCancelled,
        Transition::Archive => EventKind::LicenceArchived,
    }
}
