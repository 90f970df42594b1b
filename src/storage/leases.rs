//! Leases by name: at most one process at a time holds one, and a stale holder is seen by its fence.

use crate::storage::{
    database::{Transaction, values},
    error::StorageError,
};

/// Takes or renews the lease `name` until `until`, when it is free, expired or already `owner`'s. The fence grows each time.
pub async fn take(transaction: &mut Transaction, name: &str, owner: &str, now: i64, until: i64) -> Result<Option<i64>, StorageError> {
    let rows = transaction
        .rows(
            "insert into leases (name, owner, fence, lease_until) values ($1, $2, 1, $4)
             on conflict (name) do update set owner = $2, fence = leases.fence + 1, lease_until = $4
             where leases.owner = $2 or leases.lease_until <= $3 returning fence",
            values![name, owner, now, until],
        )
        .await?;
    rows.first().map(|row| row.int("fence")).transpose()
}

/// Is the lease still held with this fence? Locks the row until the transaction ends, by writing to it.
pub async fn hold(transaction: &mut Transaction, name: &str, fence: i64, now: i64) -> Result<(), StorageError> {
    transaction
        .change_one(
            "hold lease",
            "update leases set fence = fence where name = $1 and fence = $2 and lease_until > $3",
            values![name, fence, now],
        )
        .await
}
