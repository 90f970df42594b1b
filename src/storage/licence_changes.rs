//! What happened to licences: one row a transition, never changed; and which version replaces which.

use crate::{
    domain::{
        actor::Actor,
        licence::{LicenceId, LicenceState},
        life::{IllegalTransition, Transition},
    },
    storage::{
        database::{Database, Row, Transaction as Sql, values},
        error::StorageError,
    },
};

/// A row of `licence_changes`.
#[derive(Clone, Debug)]
pub struct ChangeRow {
    /// The licence.
    pub licence_id: LicenceId,
    /// The state version that it made.
    pub state_version: i64,
    /// What happened.
    pub transition: Transition,
    /// State before.
    pub from: LicenceState,
    /// State after.
    pub to: LicenceState,
    /// Pseudonymous id of who did it.
    pub actor: String,
    /// Code of that actor's department.
    pub department: String,
    /// Milliseconds since 1970-01-01 UTC.
    pub at: i64,
    /// Sealed: reason, basis, note, inspection.
    pub notes: Option<Vec<u8>>,
}

impl ChangeRow {
    /// The change that `transition` makes to a licence in the state `from` at its state version, if the state allows it.
    pub fn new(
        licence_id: LicenceId,
        from: (LicenceState, i64),
        transition: Transition,
        actor: &Actor,
        at: i64,
    ) -> Result<Self, IllegalTransition> {
        Ok(Self {
            licence_id,
            state_version: from.1.saturating_add(1),
            transition,
            from: from.0,
            to: from.0.after(transition)?,
            actor: actor.id.clone(),
            department: actor.department.code.clone(),
            at,
            notes: None,
        })
    }
}

/// A row of `replacements`: a new version, recorded when it is reserved.
#[derive(Clone, Debug)]
pub struct Replacement {
    /// The new version.
    pub licence_id: LicenceId,
    /// The one that it replaces.
    pub replaced_id: LicenceId,
    /// Change, renewal or re-issue.
    pub transition: Transition,
    /// Pseudonymous id of who asked for it.
    pub actor: String,
    /// Code of that actor's department.
    pub department: String,
    /// Sealed under the replaced licence's data key.
    pub notes: Vec<u8>,
}

/// Writes what happened; [`super::licences::change_state`] does it with the change itself.
pub(super) async fn append(transaction: &mut Sql, row: &ChangeRow) -> Result<(), StorageError> {
    transaction
        .change_one(
            "record change",
            "insert into licence_changes (licence_id, state_version, transition, from_state, to_state, actor, department, at, notes)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            values![
                &row.licence_id.0[..],
                row.state_version,
                row.transition.as_str(),
                row.from.as_str(),
                row.to.as_str(),
                row.actor.as_str(),
                row.department.as_str(),
                row.at,
                row.notes.clone(),
            ],
        )
        .await
}

/// What happened to a licence, the newest first, before state version `before`.
pub async fn of_licence(database: &Database, id: LicenceId, before: i64, most: i64) -> Result<Vec<ChangeRow>, StorageError> {
    let sql = "select licence_id, state_version, transition, from_state, to_state, actor, department, at, notes from licence_changes
               where licence_id = $1 and state_version < $2 order by state_version desc limit $3";
    database.read(sql, values![&id.0[..], before, most]).await?.iter().map(change).collect()
}

/// When annotations were made, and their sealed notes, the newest first.
pub async fn annotations(database: &Database, id: LicenceId, most: i64) -> Result<Vec<(i64, Vec<u8>)>, StorageError> {
    let sql =
        "select at, notes from licence_changes where licence_id = $1 and transition = 'annotate' order by state_version desc limit $2";
    database.read(sql, values![&id.0[..], most]).await?.iter().map(|row| Ok((row.int("at")?, row.bytes("notes")?))).collect()
}

/// Records what a new version replaces.
pub async fn insert_replacement(transaction: &mut Sql, row: &Replacement) -> Result<(), StorageError> {
    transaction
        .change_one(
            "record replacement",
            "insert into replacements (licence_id, replaced_id, transition, actor, department, notes) values ($1, $2, $3, $4, $5, $6)",
            values![
                &row.licence_id.0[..],
                &row.replaced_id.0[..],
                row.transition.as_str(),
                row.actor.as_str(),
                row.department.as_str(),
                row.notes.as_slice(),
            ],
        )
        .await
}

/// What a licence replaces.
pub async fn replacement_of(transaction: &mut Sql, id: LicenceId) -> Result<Option<Replacement>, StorageError> {
    transaction.rows(REPLACEMENT, values![&id.0[..]]).await?.first().map(replacement).transpose()
}

/// What a licence replaces, outside a transaction.
pub async fn read_replacement_of(database: &Database, id: LicenceId) -> Result<Option<Replacement>, StorageError> {
    database.read(REPLACEMENT, values![&id.0[..]]).await?.first().map(replacement).transpose()
}

/// The released version that replaced a licence.
pub async fn successor_of(database: &Database, id: LicenceId) -> Result<Option<LicenceId>, StorageError> {
    let sql = "select r.licence_id from replacements r join licences l on l.licence_id = r.licence_id
               where r.replaced_id = $1 and l.state not in ('minting', 'void')";
    database.read(sql, values![&id.0[..]]).await?.first().map(|row| Ok(LicenceId(row.array("licence_id")?))).transpose()
}

const REPLACEMENT: &str = "select licence_id, replaced_id, transition, actor, department, notes from replacements where licence_id = $1";

fn replacement(row: &Row) -> Result<Replacement, StorageError> {
    Ok(Replacement {
        licence_id: LicenceId(row.array("licence_id")?),
        replaced_id: LicenceId(row.array("replaced_id")?),
        transition: transition(row)?,
        actor: row.text("actor")?,
        department: row.text("department")?,
        notes: row.bytes("notes")?,
    })
}

fn change(row: &Row) -> Result<ChangeRow, StorageError> {
    let state = |column| LicenceState::from_word(&row.text(column)?).ok_or(StorageError::Damaged(column));
    Ok(ChangeRow {
        licence_id: LicenceId(row.array("licence_id")?),
        state_version: row.int("state_version")?,
        transition: transition(row)?,
        from: state("from_state")?,
        to: state("to_state")?,
        actor: row.text("actor")?,
        department: row.text("department")?,
        at: row.int("at")?,
        notes: row.optional_bytes("notes")?,
    })
}

fn transition(row: &Row) -> Result<Transition, StorageError> {
    Transition::from_word(&row.text("transition")?).ok_or(StorageError::Damaged("transition"))
}
