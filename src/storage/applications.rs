//! Applications: what one person proposes and another one reviews; content and reasons stay sealed here.

use crate::{
    domain::{
        application::{ApplicationId, ApplicationKind, ApplicationState},
        page::PageRequest,
    },
    storage::{
        database::{Database, Row, Transaction, Value, values},
        error::StorageError,
        vault::WrappedKey,
    },
};

/// A row of `applications`.
#[derive(Clone, Debug, PartialEq)]
pub struct ApplicationRow {
    /// Random.
    pub application_id: ApplicationId,
    /// What kind.
    pub kind: ApplicationKind,
    /// What it is about, in the clear.
    pub subject: String,
    /// For which organisation.
    pub organisation_code: String,
    /// State.
    pub state: ApplicationState,
    /// Grows with every change of the row.
    pub state_version: i64,
    /// Pseudonymous id.
    pub applicant: String,
    /// Milliseconds since 1970-01-01 UTC, like every time here.
    pub applied_at: i64,
    /// When it was handed in.
    pub submitted_at: Option<i64>,
    /// Pseudonymous id.
    pub reviewer: Option<String>,
    /// When it was decided.
    pub reviewed_at: Option<i64>,
    /// Wrapped.
    pub data_key: WrappedKey,
    /// Sealed: JSON of the proposal.
    pub content: Vec<u8>,
    /// Sealed: the reviewer's words, or why it was withdrawn.
    pub reason: Option<Vec<u8>>,
}

/// Which applications a list holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationFilter {
    /// Of this kind.
    pub kind: ApplicationKind,
    /// In this state; `None`: in any.
    pub state: Option<ApplicationState>,
    /// Of this organisation; `None`: of any.
    pub organisation: Option<String>,
}

/// One change of state, from the row as it was read.
pub struct ApplicationStepRow {
    /// The new state.
    pub state: ApplicationState,
    /// When.
    pub at: i64,
    /// Who reviewed, if this is a review.
    pub reviewer: Option<String>,
    /// Sealed.
    pub reason: Option<Vec<u8>>,
}

macro_rules! select_application {
    ($rest:literal) => {
        concat!(
            "select application_id, kind, subject, organisation_code, state, state_version, applicant, applied_at, submitted_at,
             reviewer, reviewed_at, data_key, content, reason from applications ",
            $rest
        )
    };
}

/// Adds an application.
pub async fn insert(transaction: &mut Transaction, row: &ApplicationRow) -> Result<(), StorageError> {
    transaction
        .change_one(
            "add application",
            "insert into applications (application_id, kind, subject, organisation_code, state, state_version, applicant, applied_at,
             submitted_at, data_key, content) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            values![
                &row.application_id.0[..],
                row.kind.as_str(),
                row.subject.as_str(),
                row.organisation_code.as_str(),
                row.state.as_str(),
                row.state_version,
                row.applicant.as_str(),
                row.applied_at,
                row.submitted_at,
                row.data_key.0.as_slice(),
                row.content.as_slice(),
            ],
        )
        .await
}

/// Changes the state, if the row is still as `read`. [`StorageError::RowCount`]: somebody else was quicker.
pub async fn step(transaction: &mut Transaction, read: &ApplicationRow, step: ApplicationStepRow) -> Result<(), StorageError> {
    let submitted_at = if step.state == ApplicationState::Submitted { Some(step.at) } else { read.submitted_at };
    let reviewed_at = step.reviewer.as_ref().map(|_| step.at);
    transaction
        .change_one(
            "change application",
            "update applications set state = $4, state_version = state_version + 1, submitted_at = $5, reviewer = $6, reviewed_at = $7,
             reason = $8 where application_id = $1 and state = $2 and state_version = $3",
            values![
                &read.application_id.0[..],
                read.state.as_str(),
                read.state_version,
                step.state.as_str(),
                submitted_at,
                step.reviewer,
                reviewed_at,
                step.reason
            ],
        )
        .await
}

/// Replaces subject and content of a draft that is still as `read`.
pub async fn rewrite(transaction: &mut Transaction, read: &ApplicationRow, subject: &str, content: Vec<u8>) -> Result<(), StorageError> {
    transaction
        .change_one(
            "rewrite draft",
            "update applications set subject = $3, content = $4, state_version = state_version + 1
             where application_id = $1 and state = 'draft' and state_version = $2",
            values![&read.application_id.0[..], read.state_version, subject, content],
        )
        .await
}

/// By id.
pub async fn by_id(database: &Database, id: ApplicationId) -> Result<Option<ApplicationRow>, StorageError> {
    database.read(select_application!("where application_id = $1"), values![&id.0[..]]).await?.first().map(application).transpose()
}

/// By id, inside a transaction.
pub async fn by_id_in(transaction: &mut Transaction, id: ApplicationId) -> Result<Option<ApplicationRow>, StorageError> {
    transaction.rows(select_application!("where application_id = $1"), values![&id.0[..]]).await?.first().map(application).transpose()
}

/// Rows of a list, newest first, after `after` (time and id of the last one seen), one more than the page holds.
pub async fn list(
    database: &Database,
    filter: &ApplicationFilter,
    after: Option<(i64, ApplicationId)>,
    page: &PageRequest,
) -> Result<Vec<ApplicationRow>, StorageError> {
    let (at, id) = after.unwrap_or((i64::MAX, ApplicationId([0xff; 16])));
    let kind = filter.kind.as_str();
    let mut given: Vec<Value> = values![kind, at, &id.0[..], page.rows_to_read()];
    let sql = match (&filter.organisation, filter.state) {
        (None, None) => {
            select_application!(
                "where kind = $1 and (applied_at, application_id) < ($2, $3) order by applied_at desc, application_id desc limit $4"
            )
        }
        (None, Some(state)) => {
            given.extend(values![state.as_str()]);
            select_application!(
                "where kind = $1 and state = $5 and (applied_at, application_id) < ($2, $3)
                 order by applied_at desc, application_id desc limit $4"
            )
        }
        (Some(organisation), None) => {
            given.extend(values![organisation.as_str()]);
            select_application!(
                "where kind = $1 and organisation_code = $5 and (applied_at, application_id) < ($2, $3)
                 order by applied_at desc, application_id desc limit $4"
            )
        }
        (Some(organisation), Some(state)) => {
            given.extend(values![organisation.as_str(), state.as_str()]);
            select_application!(
                "where kind = $1 and organisation_code = $5 and state = $6 and (applied_at, application_id) < ($2, $3)
                 order by applied_at desc, application_id desc limit $4"
            )
        }
    };
    database.read(sql, given).await?.iter().map(application).collect()
}

fn application(row: &Row) -> Result<ApplicationRow, StorageError> {
    Ok(ApplicationRow {
        application_id: ApplicationId(row.array("application_id")?),
        kind: ApplicationKind::from_word(&row.text("kind")?).ok_or(StorageError::Damaged("application kind"))?,
        subject: row.text("subject")?,
        organisation_code: row.text("organisation_code")?,
        state: ApplicationState::from_word(&row.text("state")?).ok_or(StorageError::Damaged("application state"))?,
        state_version: row.int("state_version")?,
        applicant: row.text("applicant")?,
        applied_at: row.int("applied_at")?,
        submitted_at: row.optional_int("submitted_at")?,
        reviewer: row.optional_text("reviewer")?,
        reviewed_at: row.optional_int("reviewed_at")?,
        data_key: WrappedKey(row.bytes("data_key")?),
        content: row.bytes("content")?,
        reason: row.optional_bytes("reason")?,
    })
}
