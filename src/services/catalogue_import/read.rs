//! Reads batches: one, a list, and their documents: the report on every row, the changes, the file as it was sent.

use crate::{
    domain::{
        actor::Actor,
        audit::{AuditAction, AuditEvent, AuditOutcome},
        authority::Action,
        catalogue_import::{ImportId, ImportMode, ImportState},
        page::{Cursor, Page, PageProblem, PageRequest},
        row_report::{RowCounts, RowReport},
    },
    services::{Refusal, Services, moment},
    storage::catalogue_imports::{self, ImportRow},
};
use schemars::JsonSchema;
use serde::Serialize;
use time::OffsetDateTime;

/// A batch as those see it who may.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ImportView {
    /// Its id.
    pub import_id: ImportId,
    /// For which organisation.
    pub organisation_code: String,
    /// Pseudonymous id of whoever brought it in.
    pub importer: String,
    /// When, RFC 3339.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "String")]
    pub imported_at: OffsetDateTime,
    /// `csv`, `xlsx` or `json`.
    pub format: String,
    /// All or nothing, or row by row.
    pub mode: ImportMode,
    /// How far it has come.
    pub state: ImportState,
    /// Rows of each outcome.
    pub counts: RowCounts,
    /// Changes that the catalogue had overtaken when the batch was approved row by row.
    pub skipped: u64,
    /// The application that hands it in.
    pub application_id: Option<String>,
    /// The first wrong rows, in the answer to an import only; the report has all of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub wrong: Vec<RowReport>,
}

/// What is kept of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportDocument {
    /// What becomes of every row: a [`RowReport`] as JSON a line.
    Report,
    /// What it changes: an `EntryProposal` as JSON a line.
    Changes,
    /// The file as it was sent.
    Upload,
}

impl ImportView {
    pub(super) fn of(row: ImportRow, wrong: Vec<RowReport>) -> Self {
        Self {
            import_id: row.import_id,
            organisation_code: row.organisation_code,
            importer: row.importer,
            imported_at: moment(row.imported_at),
            format: row.format,
            mode: row.mode,
            state: row.state,
            counts: row.counts,
            skipped: row.skipped,
            application_id: row.application_id,
            wrong,
        }
    }
}

fn position(cursor: &Cursor) -> Result<(i64, Vec<u8>), PageProblem> {
    let (at, id) = cursor.int_and_text()?;
    Ok((at, ImportId::parse(id).ok_or(PageProblem::Cursor)?.bytes()))
}

impl Services {
    /// Batches, newest first: all of them for the managing department, else those of the actor's own organisation.
    pub async fn list_imports(&self, actor: &Actor, page: &PageRequest) -> Result<Page<ImportView>, Refusal> {
        let own = actor.department.code.as_str();
        self.permit(actor, Action::ReadEntryApplication, own).await?;
        let organisation = (own != self.managing_department()).then_some(own);
        let before = page.after.as_ref().map(position).transpose()?;
        let rows = catalogue_imports::list(&self.store.database, organisation, before, page).await?;
        let event = AuditEvent::new(AuditAction::ReadImport, actor, AuditOutcome::Done);
        self.audit_alone(&event.with("listed", rows.len())).await?;
        let key = |row: &ImportRow| Cursor::new([row.imported_at.into(), row.import_id.as_str().into()]);
        Ok(page.page(rows, key).map(|row| ImportView::of(row, Vec::new())))
    }

    /// One batch.
    pub async fn read_import(&self, actor: &Actor, id: &ImportId) -> Result<ImportView, Refusal> {
        let row = self.find_import(actor, id).await?;
        self.audit_alone(&AuditEvent::new(AuditAction::ReadImport, actor, AuditOutcome::Done).about(id)).await?;
        Ok(ImportView::of(row, Vec::new()))
    }

    /// A document of a batch.
    pub async fn read_import_document(
        &self,
        actor: &Actor,
        id: &ImportId,
        document: ImportDocument,
    ) -> Result<(ImportView, Vec<u8>), Refusal> {
        let row = self.find_import(actor, id).await?;
        let (name, word) = match document {
            ImportDocument::Report => (&row.report, "report"),
            ImportDocument::Changes => (&row.plan, "changes"),
            ImportDocument::Upload => (&row.upload, "upload"),
        };
        let bytes = self.open_import_document(&row, name).await?;
        let event = AuditEvent::new(AuditAction::ReadImport, actor, AuditOutcome::Done).about(id);
        self.audit_alone(&event.with("document", word)).await?;
        Ok((ImportView::of(row, Vec::new()), bytes))
    }

    async fn find_import(&self, actor: &Actor, id: &ImportId) -> Result<ImportRow, Refusal> {
        self.permit_somewhere(actor, Action::ReadEntryApplication).await?;
        let row = catalogue_imports::find(&self.store.database, id).await?.ok_or(Refusal::NotFound)?;
        let managing = self.managing_department();
        let owner = if actor.department.code == managing { &managing } else { &row.organisation_code };
        self.permit_found(actor, Action::ReadEntryApplication, owner).await?;
        Ok(row)
    }
}
