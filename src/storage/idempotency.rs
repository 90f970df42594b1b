//! Idempotency keys: which licence a caller's key already stands for.

use crate::{
    domain::licence::LicenceId,
    storage::{
        database::{Database, Row, Transaction, values},
        error::StorageError,
    },
};

/// What a key was used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownRequest {
    /// Keyed digest of the request's body.
    pub body_key: [u8; 32],
    /// The licence that it made.
    pub licence_id: LicenceId,
}

/// Looks a caller's key up, as far as is committed now.
pub async fn look_up(database: &Database, caller_key: &[u8; 32]) -> Result<Option<KnownRequest>, StorageError> {
    known(&database.read(FIND, values![&caller_key[..]]).await?)
}

/// Looks a caller's key up inside a transaction.
pub async fn find(transaction: &mut Transaction, caller_key: &[u8; 32]) -> Result<Option<KnownRequest>, StorageError> {
    known(&transaction.rows(FIND, values![&caller_key[..]]).await?)
}

const FIND: &str = "select body_key, licence_id from idempotency where caller_key = $1";

fn known(rows: &[Row]) -> Result<Option<KnownRequest>, StorageError> {
    rows.first()
        .map(|row| Ok(KnownRequest { body_key: row.array("body_key")?, licence_id: LicenceId(row.array("licence_id")?) }))
        .transpose()
}

/// Binds a caller's key to a licence. [`StorageError::Conflict`] when another request of the same moment was quicker.
pub async fn insert(transaction: &mut Transaction, caller_key: &[u8; 32], request: &KnownRequest, now: i64) -> Result<(), StorageError> {
    transaction
        .change_one(
            "bind idempotency key",
            "insert into idempotency (caller_key, body_key, licence_id, created_at) values ($1, $2, $3, $4)",
            values![&caller_key[..], &request.body_key[..], &request.licence_id.0[..], now],
        )
        .await
}
