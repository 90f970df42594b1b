//! Puts a batch in force, in the transaction of its approval.

use crate::{
    domain::{
        actor::Actor,
        audit::{AuditAction, AuditEvent, AuditOutcome},
        catalogue_import::{ImportMode, ImportProposal, ImportState},
        digest::Digest,
        directory_entry::EntryProposal,
    },
    services::{Refusal, Services, describe_licence::damaged},
    storage::{
        applications::ApplicationRow,
        catalogue_imports::{self, ImportRow},
        database::Transaction,
    },
};

impl Services {
    /// Is this a batch of the actor's organisation that waits for its approval, with exactly these changes?
    pub(in crate::services) async fn check_import_proposal(&self, actor: &Actor, proposal: &ImportProposal) -> Result<(), Refusal> {
        self.waiting_import(&actor.department.code, proposal).await.map(|_| ())
    }

    async fn waiting_import(&self, organisation: &str, proposal: &ImportProposal) -> Result<ImportRow, Refusal> {
        let row = catalogue_imports::find(&self.store.database, &proposal.import_id).await?;
        let fits = |row: &ImportRow| {
            row.organisation_code == organisation
                && row.state == ImportState::Submitted
                && (row.plan_digest, row.mode, row.counts) == (proposal.plan_digest.0, proposal.mode, proposal.counts)
        };
        row.filter(fits).ok_or(Refusal::NoImport)
    }

    /// Makes every change of the batch. Where the catalogue has gone on since it was checked, the whole batch is refused, or, row by
    /// row, that change is left out and counted.
    pub(in crate::services) async fn put_import_in_force(
        &self,
        transaction: &mut Transaction,
        reviewer: &Actor,
        application: &ApplicationRow,
        proposal: &ImportProposal,
    ) -> Result<(), Refusal> {
        let row = self.waiting_import(&application.organisation_code, proposal).await?;
        let plan = self.open_import_document(&row, &row.plan).await?;
        if Digest::of(&plan) != proposal.plan_digest {
            return Err(damaged("catalogue import"));
        }
        let mut skipped = 0;
        for line in plan.split(|b| *b == b'\n').filter(|line| !line.is_empty()) {
            let change: EntryProposal = serde_json::from_slice(line).map_err(|_| damaged("catalogue import"))?;
            match self.change_entry(transaction, reviewer, application, &change).await {
                Ok(()) => {}
                Err(refusal) if row.mode == ImportMode::Rows && is_overtaken(&refusal) => skipped += 1,
                Err(refusal) => return Err(refusal),
            }
        }
        if !catalogue_imports::put_in_force(transaction, &row.import_id, skipped).await? {
            return Err(Refusal::NoImport);
        }
        let event = AuditEvent::new(AuditAction::ImportCatalogue, reviewer, AuditOutcome::Done).about(&row.import_id);
        let event = event.with("state", ImportState::InForce.as_str()).with("rows", row.counts.add + row.counts.change);
        self.audit(transaction, &event.with("skipped", skipped)).await
    }
}

/// Has the catalogue gone on since the batch was checked?
fn is_overtaken(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::Outdated { .. } | Refusal::EntryExists | Refusal::EntryCancelled | Refusal::NoEntry)
}
