//! How far the feeds of other platforms were taken over.

use crate::storage::{
    database::{Database, Transaction, values},
    error::StorageError,
};

/// Number and chain value of the last change that was taken over; number 0 before the first.
pub async fn position(database: &Database, platform: &str) -> Result<(i64, [u8; 32]), StorageError> {
    let rows = database.read("select sequence, chain from catalogue_pulls where platform = $1", values![platform]).await?;
    rows.first().map_or(Ok((0, [0; 32])), |row| Ok((row.int("sequence")?, row.array("chain")?)))
}

/// Moves on, if `from` is still where this reader stands. [`StorageError::RowCount`]: another process was quicker.
pub async fn advance(transaction: &mut Transaction, platform: &str, from: i64, to: (i64, [u8; 32]), now: i64) -> Result<(), StorageError> {
    transaction
        .change_one(
            "advance pull",
            "insert into catalogue_pulls (platform, sequence, chain, pulled_at) values ($1, $3, $4, $5)
             on conflict (platform) do update set sequence = $3, chain = $4, pulled_at = $5 where catalogue_pulls.sequence = $2",
            values![platform, from, to.0, &to.1[..], now],
        )
        .await
}
