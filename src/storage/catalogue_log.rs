//! The log of the catalogue (目录日志), line by line.

use crate::{
    domain::{application::ApplicationId, page::PageRequest},
    storage::{
        counters,
        database::{Database, Row, Transaction, Value, values},
        error::StorageError,
    },
};

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogRow {
    /// From 1; given by [`append`].
    pub line: i64,
    /// 证照类型代码.
    pub type_code: String,
    /// Milliseconds since 1970-01-01 UTC.
    pub at: i64,
    /// Pseudonymous id.
    pub actor: String,
    /// For which organisation.
    pub organisation_code: String,
    /// `added`, `changed`, `cancelled`, `granted` or `grant-withdrawn`.
    pub operation: String,
    /// The version that it made.
    pub version: Option<i64>,
    /// Pseudonymous id.
    pub reviewer: Option<String>,
    /// The application that it came from.
    pub application_id: Option<ApplicationId>,
    /// JSON of what stood before, where no version holds it.
    pub stood_before: Option<String>,
    /// JSON of what stands after.
    pub stood_after: Option<String>,
}

/// Writes a line.
pub async fn append(transaction: &mut Transaction, row: &LogRow) -> Result<(), StorageError> {
    let line = counters::next(transaction, "catalogue log").await?;
    transaction
        .change_one(
            "write catalogue log",
            "insert into catalogue_log (line, type_code, at, actor, organisation_code, operation, version, reviewer, application_id,
             stood_before, stood_after) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            values![
                line,
                row.type_code.as_str(),
                row.at,
                row.actor.as_str(),
                row.organisation_code.as_str(),
                row.operation.as_str(),
                row.version,
                row.reviewer.as_deref(),
                row.application_id.map(|id| id.0.to_vec()),
                row.stood_before.as_deref(),
                row.stood_after.as_deref()
            ],
        )
        .await
}

/// Lines of an entry (`None`: of all), newest first, before line `before`, one more than the page holds.
pub async fn list(database: &Database, type_code: Option<&str>, before: i64, page: &PageRequest) -> Result<Vec<LogRow>, StorageError> {
    let mut given: Vec<Value> = values![before, page.rows_to_read()];
    let sql = match type_code {
        Some(type_code) => {
            given.extend(values![type_code]);
            "select * from catalogue_log where type_code = $3 and line < $1 order by line desc limit $2"
        }
        None => "select * from catalogue_log where line < $1 order by line desc limit $2",
    };
    database.read(sql, given).await?.iter().map(line).collect()
}

fn line(row: &Row) -> Result<LogRow, StorageError> {
    let application_id = row.optional_bytes("application_id")?.map(|id| id.try_into().map(ApplicationId));
    Ok(LogRow {
        line: row.int("line")?,
        type_code: row.text("type_code")?,
        at: row.int("at")?,
        actor: row.text("actor")?,
        organisation_code: row.text("organisation_code")?,
        operation: row.text("operation")?,
        version: row.optional_int("version")?,
        reviewer: row.optional_text("reviewer")?,
        application_id: application_id.transpose().map_err(|_| StorageError::Damaged("application_id"))?,
        stood_before: row.optional_text("stood_before")?,
        stood_after: row.optional_text("stood_after")?,
    })
}
