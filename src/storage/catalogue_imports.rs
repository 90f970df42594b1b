//! Batches of catalogue entries that were brought in.

use crate::{
    domain::{
        catalogue_import::{ImportId, ImportMode, ImportState},
        page::PageRequest,
        row_report::RowCounts,
    },
    storage::{
        database::{Database, Row, Transaction, values},
        error::StorageError,
        vault::WrappedKey,
    },
};

/// One batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportRow {
    /// Its id.
    pub import_id: ImportId,
    /// For which organisation.
    pub organisation_code: String,
    /// Pseudonymous id of whoever brought it in.
    pub importer: String,
    /// Milliseconds since 1970-01-01 UTC.
    pub imported_at: i64,
    /// `csv`, `xlsx` or `json`.
    pub format: String,
    /// All or nothing, or row by row.
    pub mode: ImportMode,
    /// How far it has come.
    pub state: ImportState,
    /// Rows of each outcome.
    pub counts: RowCounts,
    /// Rows that the catalogue had overtaken when it was approved.
    pub skipped: u64,
    /// SHA-256 of the changes.
    pub plan_digest: [u8; 32],
    /// Key of its documents, wrapped.
    pub data_key: WrappedKey,
    /// Name of the file as it was sent, in the document store.
    pub upload: String,
    /// Name of the changes.
    pub plan: String,
    /// Name of the report.
    pub report: String,
    /// The application that hands it in.
    pub application_id: Option<String>,
}

/// Adds a batch.
pub async fn insert(transaction: &mut Transaction, row: &ImportRow) -> Result<(), StorageError> {
    let sql =
        "insert into catalogue_imports (import_id, organisation_code, importer, imported_at, format, mode, state, row_count, add_count,
               change_count, unchanged_count, refuse_count, skip_count, plan_digest, data_key, upload, plan, report, application_id)
               values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)";
    let counts = &row.counts;
    transaction
        .change_one(
            "add import",
            sql,
            values![
                row.import_id.bytes(),
                row.organisation_code.as_str(),
                row.importer.as_str(),
                row.imported_at,
                row.format.as_str(),
                row.mode.as_str(),
                row.state.as_str(),
                counts.rows as i64,
                counts.add as i64,
                counts.change as i64,
                counts.unchanged as i64,
                counts.refuse as i64,
                row.skipped as i64,
                &row.plan_digest[..],
                row.data_key.0.as_slice(),
                row.upload.as_str(),
                row.plan.as_str(),
                row.report.as_str(),
                row.application_id.as_deref(),
            ],
        )
        .await
}

/// Remembers which application hands the batch in.
pub async fn set_application(transaction: &mut Transaction, id: &ImportId, application_id: &str) -> Result<(), StorageError> {
    let sql = "update catalogue_imports set application_id = $2 where import_id = $1 and application_id is null";
    transaction.change_one("hand import in", sql, values![id.bytes(), application_id]).await
}

/// Puts a batch in force that was handed in; whether it still waited for that.
pub async fn put_in_force(transaction: &mut Transaction, id: &ImportId, skipped: u64) -> Result<bool, StorageError> {
    let sql = "update catalogue_imports set state = 'in-force', skip_count = $2 where import_id = $1 and state = 'submitted'";
    Ok(transaction.change(sql, values![id.bytes(), skipped as i64]).await? == 1)
}

macro_rules! select_import {
    ($rest:literal) => {
        concat!(
            "select import_id, organisation_code, importer, imported_at, format, mode, state, row_count, add_count, change_count,
             unchanged_count, refuse_count, skip_count, plan_digest, data_key, upload, plan, report, application_id
             from catalogue_imports ",
            $rest
        )
    };
}

/// One batch.
pub async fn find(database: &Database, id: &ImportId) -> Result<Option<ImportRow>, StorageError> {
    database.read(select_import!("where import_id = $1"), values![id.bytes()]).await?.first().map(import_of).transpose()
}

/// Batches, newest first, older than `before` (time and id); of one organisation, or of all.
pub async fn list(
    database: &Database,
    organisation: Option<&str>,
    before: Option<(i64, Vec<u8>)>,
    page: &PageRequest,
) -> Result<Vec<ImportRow>, StorageError> {
    let (at, id) = before.unwrap_or((i64::MAX, Vec::new()));
    let rows = match organisation {
        Some(code) => {
            let sql = select_import!(
                "where organisation_code = $1 and (imported_at, import_id) < ($2, $3) order by imported_at desc, import_id desc limit $4"
            );
            database.read(sql, values![code, at, id, page.rows_to_read()]).await?
        }
        None => {
            let sql = select_import!("where (imported_at, import_id) < ($1, $2) order by imported_at desc, import_id desc limit $3");
            database.read(sql, values![at, id, page.rows_to_read()]).await?
        }
    };
    rows.iter().map(import_of).collect()
}

fn import_of(row: &Row) -> Result<ImportRow, StorageError> {
    let count = |column| row.int(column).map(|count| count.max(0) as u64);
    Ok(ImportRow {
        import_id: ImportId::new(row.array("import_id")?),
        organisation_code: row.text("organisation_code")?,
        importer: row.text("importer")?,
        imported_at: row.int("imported_at")?,
        format: row.text("format")?,
        mode: ImportMode::from_word(&row.text("mode")?).ok_or(StorageError::Damaged("import mode"))?,
        state: ImportState::from_word(&row.text("state")?).ok_or(StorageError::Damaged("import state"))?,
        counts: RowCounts {
            rows: count("row_count")?,
            add: count("add_count")?,
            change: count("change_count")?,
            unchanged: count("unchanged_count")?,
            refuse: count("refuse_count")?,
        },
        skipped: count("skip_count")?,
        plan_digest: row.array("plan_digest")?,
        data_key: WrappedKey(row.bytes("data_key")?),
        upload: row.text("upload")?,
        plan: row.text("plan")?,
        report: row.text("report")?,
        application_id: row.optional_text("application_id")?,
    })
}
