//! Finds audit lines by actor, department, action, subject and time, newest first; each way has its index.

use crate::{
    domain::audit::AuditEvent,
    storage::{
        audit_log::AuditLine,
        database::{Database, Transaction, values},
        error::StorageError,
    },
};

/// The columns that a line is searched by: action, actor, department, subject. What is no event has an empty action.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchColumns {
    /// Word of the action.
    pub action: String,
    /// Pseudonymous id.
    pub actor: Option<String>,
    /// Code of the department.
    pub department: Option<String>,
    /// Pseudonymous subject.
    pub subject: Option<String>,
}

impl SearchColumns {
    /// The columns of a line's JSON.
    pub fn of(line: &str) -> Self {
        match serde_json::from_str::<AuditEvent>(line) {
            Ok(event) => Self {
                action: event.action.as_str().to_owned(),
                actor: Some(event.actor),
                department: Some(event.department),
                subject: event.subject,
            },
            Err(_) => Self::default(),
        }
    }
}

/// What is looked for; absent conditions hold for every line.
#[derive(Clone, Debug, Default)]
pub struct AuditQuery {
    /// Word of the action.
    pub action: Option<String>,
    /// Pseudonymous id.
    pub actor: Option<String>,
    /// Code of the department.
    pub department: Option<String>,
    /// Pseudonymous subject.
    pub subject: Option<String>,
    /// First moment, milliseconds since 1970-01-01 UTC.
    pub from: i64,
    /// The moment after the last, and the line there that the page before ended with.
    pub before: (i64, Vec<u8>),
}

/// A line that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundLine {
    /// Its place in the chain; `None` while it waits.
    pub position: Option<i64>,
    /// The line.
    pub line: AuditLine,
}

/// One statement for each index: the condition that leads stands alone, the others only filter what it finds.
macro_rules! search_by {
    ($leading:literal) => {
        concat!(
            "select line_id, at, line, position from audit_lines where ",
            $leading,
            " and coalesce(subject, '') = coalesce($1, subject, '') and coalesce(actor, '') = coalesce($2, actor, '')
              and coalesce(action, '') = coalesce($3, action, '') and coalesce(department, '') = coalesce($4, department, '')
              and at >= $5 and (at, line_id) < ($6, $7) order by at desc, line_id desc limit $8"
        )
    };
}

/// Lines that fit, newest first.
pub async fn search(database: &Database, query: &AuditQuery, most: i64) -> Result<Vec<FoundLine>, StorageError> {
    let sql = match query {
        AuditQuery { subject: Some(_), .. } => search_by!("subject = $1"),
        AuditQuery { actor: Some(_), .. } => search_by!("actor = $2"),
        AuditQuery { action: Some(_), .. } => search_by!("action = $3"),
        AuditQuery { department: Some(_), .. } => search_by!("department = $4"),
        AuditQuery { subject: None, actor: None, action: None, department: None, .. } => search_by!("at >= $5"),
    };
    let values = values![
        query.subject.clone(),
        query.actor.clone(),
        query.action.clone(),
        query.department.clone(),
        query.from,
        query.before.0,
        query.before.1.as_slice(),
        most
    ];
    let rows = database.read(sql, values).await?;
    rows.iter()
        .map(|row| {
            let line = AuditLine { line_id: row.array("line_id")?, at: row.int("at")?, line: row.text("line")? };
            Ok(FoundLine { position: row.optional_int("position")?, line })
        })
        .collect()
}

/// Fills the columns of lines that an earlier program wrote; how many. 0: all are filled.
pub async fn fill_columns(transaction: &mut Transaction, most: i64) -> Result<u64, StorageError> {
    let rows = transaction.rows("select line_id, line from audit_lines where action is null order by at limit $1", values![most]).await?;
    for row in &rows {
        let columns = SearchColumns::of(&row.text("line")?);
        transaction
            .change(
                "update audit_lines set action = $2, actor = $3, department = $4, subject = $5 where line_id = $1 and action is null",
                values![&row.array::<16>("line_id")?[..], columns.action, columns.actor, columns.department, columns.subject],
            )
            .await?;
    }
    Ok(rows.len() as u64)
}

/// Is there a line without columns?
pub async fn any_unfilled(database: &Database) -> Result<bool, StorageError> {
    Ok(!database.read("select at from audit_lines where action is null limit 1", values![]).await?.is_empty())
}
