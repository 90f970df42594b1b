//! How far expiry was announced, for each threshold of days before it.

use crate::storage::{
    database::{Transaction, values},
    error::StorageError,
};

/// Up to which last day, and on that day up to which licence, expiry was announced for `threshold`; `None` before the first time.
pub async fn find(transaction: &mut Transaction, threshold: i64) -> Result<Option<(i64, Vec<u8>)>, StorageError> {
    let sql = "select day, licence_id from expiry_watermarks where threshold = $1";
    let rows = transaction.rows(sql, values![threshold]).await?;
    rows.first().map(|row| Ok((row.int("day")?, row.bytes("licence_id")?))).transpose()
}

/// Moves the watermark, if it is still where it was read; whether it was.
pub async fn advance(
    transaction: &mut Transaction,
    threshold: i64,
    from: Option<&(i64, Vec<u8>)>,
    to: (i64, &[u8]),
) -> Result<bool, StorageError> {
    let changed = match from {
        None => {
            let sql = "insert into expiry_watermarks (threshold, day, licence_id) values ($1, $2, $3) on conflict (threshold) do nothing";
            transaction.change(sql, values![threshold, to.0, to.1]).await?
        }
        Some((day, id)) => {
            let sql = "update expiry_watermarks set day = $4, licence_id = $5 where threshold = $1 and day = $2 and licence_id = $3";
            transaction.change(sql, values![threshold, *day, id.as_slice(), to.0, to.1]).await?
        }
    };
    Ok(changed == 1)
}
