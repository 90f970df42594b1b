//! Files that a newer one of the same seal has replaced: their digests are kept for ever, the files themselves are removed.

use crate::storage::{
    database::{Database, Transaction, values},
    error::StorageError,
    sealed_documents::DocumentRow,
};

/// Remembers the file of `row`, which another replaces now.
pub async fn add(transaction: &mut Transaction, row: &DocumentRow, now: i64) -> Result<(), StorageError> {
    transaction
        .change_one(
            "remember earlier file",
            "insert into earlier_files (file_digest, signed_digest, level, size, made_at, replaced_at, name)
             values ($1, $2, $3, $4, $5, $6, $7)",
            values![&row.file_digest[..], &row.signed_digest[..], row.level.as_str(), row.size, row.made_at, now, row.name.as_str(),],
        )
        .await
}

/// Names of files in the document store that were replaced before `until`.
pub async fn to_remove(database: &Database, until: i64, most: i64) -> Result<Vec<String>, StorageError> {
    let sql = "select name from earlier_files where name is not null and replaced_at <= $1 order by replaced_at limit $2";
    database.read(sql, values![until, most]).await?.iter().map(|row| row.text("name")).collect()
}

/// The file of that name is gone.
pub async fn removed(transaction: &mut Transaction, name: &str) -> Result<(), StorageError> {
    transaction.change("update earlier_files set name = null where name = $1", values![name]).await.map(|_| ())
}

/// Digests of the files of a seal that were handed out before the current one, oldest first.
pub async fn digests(database: &Database, signed_digest: &[u8; 32]) -> Result<Vec<[u8; 32]>, StorageError> {
    let sql = "select file_digest from earlier_files where signed_digest = $1 order by made_at";
    database.read(sql, values![&signed_digest[..]]).await?.iter().map(|row| row.array("file_digest")).collect()
}
