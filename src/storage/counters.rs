//! Counters that never give a value twice.

use crate::storage::{
    database::{Database, Transaction, values},
    error::StorageError,
};

/// The next value of the counter `name`, from 1. The row stays locked until the transaction ends.
pub async fn next(transaction: &mut Transaction, name: &str) -> Result<i64, StorageError> {
    let rows = transaction
        .rows(
            "insert into counters (name, value) values ($1, 1)
             on conflict (name) do update set value = counters.value + 1 returning value",
            values![name],
        )
        .await?;
    rows.first().ok_or(StorageError::Damaged("counters"))?.int("value")
}

/// The first of `count` values of the counter `name` that nobody else gets; counting begins at 1. They are reserved when the
/// transaction is committed: use none before.
pub async fn reserve(transaction: &mut Transaction, name: &str, count: i64) -> Result<i64, StorageError> {
    let rows = transaction
        .rows(
            "insert into counters (name, value) values ($1, $2)
             on conflict (name) do update set value = counters.value + $2 returning value",
            values![name, count],
        )
        .await?;
    let last = rows.first().ok_or(StorageError::Damaged("counters"))?.int("value")?;
    Ok(last - count + 1)
}

/// The last value that was taken; 0 before the first.
pub async fn last(database: &Database, name: &str) -> Result<i64, StorageError> {
    let rows = database.read("select value from counters where name = $1", values![name]).await?;
    rows.first().map_or(Ok(0), |row| row.int("value"))
}

/// Takes the value `to`, if `from` is still the last one taken. Whether it was.
pub async fn advance(transaction: &mut Transaction, name: &str, from: i64, to: i64) -> Result<bool, StorageError> {
    let changed = transaction
        .change(
            "insert into counters (name, value) values ($1, $3)
             on conflict (name) do update set value = $3 where counters.value = $2",
            values![name, from, to],
        )
        .await?;
    Ok(changed == 1)
}
