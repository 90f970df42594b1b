//! Counters that never give a value twice.

use crate::storage::{
    database::{Transaction, values},
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
