//! Approved applications for licences: which of them have their licence, and which are to be tried again.

use crate::{
    domain::{application::ApplicationId, licence::LicenceId},
    storage::{
        database::{Database, Transaction, values},
        error::StorageError,
    },
};

/// What became of an approved application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApprovedRow {
    /// Its licence, once it is minted.
    pub licence_id: Option<LicenceId>,
    /// The machine code of what keeps it from being minted for good.
    pub problem: Option<String>,
}

/// Records an approval, in its transaction.
pub async fn insert(transaction: &mut Transaction, id: ApplicationId, now: i64) -> Result<(), StorageError> {
    let sql = "insert into approved_licences (application_id, due, attempts) values ($1, $2, 0)";
    transaction.change_one("record approval", sql, values![&id.0[..], now]).await
}

/// Those that are to be minted now, and how often each was tried.
pub async fn due(database: &Database, now: i64, most: i64) -> Result<Vec<(ApplicationId, i64)>, StorageError> {
    let sql = "select application_id, attempts from approved_licences
               where licence_id is null and problem is null and due <= $1 order by due limit $2";
    let rows = database.read(sql, values![now, most]).await?;
    rows.iter().map(|row| Ok((ApplicationId(row.array("application_id")?), row.int("attempts")?))).collect()
}

/// Binds the licence that was minted; doing it again is harmless.
pub async fn finish(transaction: &mut Transaction, id: ApplicationId, licence: LicenceId) -> Result<(), StorageError> {
    let sql = "update approved_licences set licence_id = $2 where application_id = $1 and (licence_id is null or licence_id = $2)";
    transaction.change_one("bind licence", sql, values![&id.0[..], &licence.0[..]]).await
}

/// To be tried again from `due`.
pub async fn postpone(transaction: &mut Transaction, id: ApplicationId, due: i64) -> Result<u64, StorageError> {
    let sql = "update approved_licences set due = $2, attempts = attempts + 1 where application_id = $1 and licence_id is null";
    transaction.change(sql, values![&id.0[..], due]).await
}

/// Gives up: it is never tried again.
pub async fn give_up(transaction: &mut Transaction, id: ApplicationId, problem: &str) -> Result<u64, StorageError> {
    let sql = "update approved_licences set problem = $2 where application_id = $1 and licence_id is null";
    transaction.change(sql, values![&id.0[..], problem]).await
}

/// What became of an approved application; `None` when it was not approved.
pub async fn find(database: &Database, id: ApplicationId) -> Result<Option<ApprovedRow>, StorageError> {
    let sql = "select licence_id, problem from approved_licences where application_id = $1";
    let rows = database.read(sql, values![&id.0[..]]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let licence_id = match row.optional_bytes("licence_id")? {
        Some(bytes) => Some(LicenceId(bytes.try_into().map_err(|_| StorageError::Damaged("licence_id"))?)),
        None => None,
    };
    Ok(Some(ApprovedRow { licence_id, problem: row.optional_text("problem")? }))
}
