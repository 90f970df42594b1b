//! Takes a table of entries in: checks every row, keeps file, changes and report sealed, and hands the changes in for review.

use super::plan::{Importer, Plan, plan};
use crate::{
    domain::{
        actor::Actor,
        application::Proposal,
        audit::{AuditAction, AuditEvent, AuditOutcome},
        authority::Action,
        catalogue_import::{ImportId, ImportMode, ImportProposal, ImportState},
        digest::Digest,
    },
    services::{ImportView, Refusal, Services},
    storage::{
        catalogue_imports::{self, ImportRow},
        entry_grants,
    },
    table::Format,
};

/// A table that somebody sends.
pub struct ImportRequest {
    /// The file.
    pub bytes: Vec<u8>,
    /// What it is written in.
    pub format: Format,
    /// All or nothing, or row by row.
    pub mode: ImportMode,
    /// Check and report only (试运行).
    pub dry_run: bool,
}

impl Services {
    /// Checks every row and keeps the report. Unless it is a dry run, the changes are handed in as one application, which somebody else
    /// reviews: with [`ImportMode::All`] only if every row is good ([`Refusal::BadRows`] otherwise), with [`ImportMode::Rows`] those of
    /// the good rows. A file without any change is only checked.
    pub async fn import_catalogue(&self, actor: &Actor, request: ImportRequest) -> Result<ImportView, Refusal> {
        self.permit(actor, Action::ApplyForEntry, &actor.department.code).await?;
        let done = self.try_import(actor, request).await;
        if let Err(refusal) = &done {
            let event = AuditEvent::new(AuditAction::ImportCatalogue, actor, AuditOutcome::Refused);
            let event = match refusal {
                Refusal::BadTable(problem) => event.with("problem", problem.code()),
                Refusal::BadRows { import_id, refused, rows, .. } => event.about(import_id).with("refused", refused).with("rows", rows),
                _ => event,
            };
            self.audit_refusal(event, refusal).await;
        }
        done
    }

    async fn try_import(&self, actor: &Actor, request: ImportRequest) -> Result<ImportView, Refusal> {
        let ImportRequest { bytes, format, mode, dry_run } = request;
        let importer = self.importer(actor).await?;
        let catalogue = self.catalogue_index().await?;
        let (bytes, plan) = self
            .on_worker(move || {
                let plan = plan(&bytes, format, &importer, &catalogue);
                (bytes, plan)
            })
            .await?;
        let plan = plan.map_err(Refusal::BadTable)?;
        let state = match (dry_run, mode) {
            (true, _) => ImportState::Checked,
            (false, ImportMode::All) if plan.counts.refuse > 0 => ImportState::Refused,
            (false, _) if plan.counts.add + plan.counts.change == 0 => ImportState::Checked,
            (false, _) => ImportState::Submitted,
        };
        let (mut row, wrong) = self.keep_import(actor, bytes, plan, (format, mode, state)).await?;
        match state {
            ImportState::Checked | ImportState::InForce => {}
            ImportState::Refused => {
                let (refused, rows) = (row.counts.refuse, row.counts.rows);
                return Err(Refusal::BadRows { import_id: row.import_id, refused, rows, wrong });
            }
            ImportState::Submitted => row.application_id = Some(self.hand_in(actor, &row).await?),
        }
        Ok(ImportView::of(row, wrong))
    }

    async fn importer(&self, actor: &Actor) -> Result<Importer, Refusal> {
        let everything = actor.department.code == self.managing_department();
        let maintains =
            if everything { Vec::new() } else { entry_grants::maintained_by(&self.store.database, &actor.department.code).await? };
        Ok(Importer { everything, maintains: maintains.into_iter().collect() })
    }

    /// Stores file, changes and report, sealed, and the batch itself.
    async fn keep_import(
        &self,
        actor: &Actor,
        bytes: Vec<u8>,
        plan: Plan,
        (format, mode, state): (Format, ImportMode, ImportState),
    ) -> Result<(ImportRow, Vec<crate::domain::row_report::RowReport>), Refusal> {
        let import_id = ImportId::new(self.random()?);
        let owner = import_id.bytes();
        let (key, data_key) = self.store.vault.new_data_key(&owner)?;
        let store = self.store.clone();
        let upload_digest = Digest::of(&bytes);
        let Plan { proposals, report, counts, wrong } = plan;
        let plan_digest = Digest::of(&proposals);
        let stored = self.on_worker(move || {
            let save = |bytes: &[u8]| store.documents.store(&store.vault, &key, &owner, bytes);
            Ok::<_, crate::storage::error::StorageError>([save(&bytes)?, save(&proposals)?, save(&report)?])
        });
        let [upload, plan, report] = stored.await??;
        let row = ImportRow {
            import_id,
            organisation_code: actor.department.code.clone(),
            importer: actor.id.clone(),
            imported_at: self.now_ms(),
            format: format.as_str().to_owned(),
            mode,
            state,
            counts,
            skipped: 0,
            plan_digest: plan_digest.0,
            data_key,
            upload,
            plan,
            report,
            application_id: None,
        };
        let mut transaction = self.store.database.begin().await?;
        catalogue_imports::insert(&mut transaction, &row).await?;
        let event = AuditEvent::new(AuditAction::ImportCatalogue, actor, AuditOutcome::Done).about(&row.import_id);
        let event = event.with("state", state.as_str()).with("rows", counts.rows).with("refused", counts.refuse);
        self.audit(&mut transaction, &event.with("upload", upload_digest).with("plan", plan_digest)).await?;
        transaction.commit().await?;
        Ok((row, wrong))
    }

    async fn hand_in(&self, actor: &Actor, row: &ImportRow) -> Result<String, Refusal> {
        let proposal =
            ImportProposal { import_id: row.import_id.clone(), plan_digest: Digest(row.plan_digest), mode: row.mode, counts: row.counts };
        let application = self.apply(actor, Proposal::CatalogueImport(proposal), true).await?;
        let application_id = application.application_id.to_string();
        let mut transaction = self.store.database.begin().await?;
        catalogue_imports::set_application(&mut transaction, &row.import_id, &application_id).await?;
        transaction.commit().await?;
        Ok(application_id)
    }
}
