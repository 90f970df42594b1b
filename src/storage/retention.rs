//! Erasing what a licence holds once its retention is over: the data key goes, the row with its keyed hashes and digests stays.

use crate::{
    domain::licence::LicenceId,
    storage::{
        database::{Database, Transaction, values},
        earlier_files,
        error::StorageError,
        sealed_documents::{self, DocumentRow},
    },
};

/// Licences that ended, or were archived, at `before` (milliseconds since 1970-01-01 UTC) or earlier and still have their data key.
pub async fn erasable(database: &Database, before: i64, most: i64) -> Result<Vec<LicenceId>, StorageError> {
    const ENDED: &str = "select licence_id from licences
         where erased_at is null and state in ('void', 'revoked', 'cancelled', 'superseded') and state_changed_at <= $1
         order by state_changed_at limit $2";
    const ARCHIVED: &str = "select licence_id from licences
         where erased_at is null and archived_at is not null and archived_at <= $1 order by archived_at limit $2";
    let mut found = Vec::new();
    for sql in [ENDED, ARCHIVED] {
        for row in database.read(sql, values![before, most]).await? {
            let id = LicenceId(row.array("licence_id")?);
            if !found.contains(&id) {
                found.push(id);
            }
        }
    }
    Ok(found)
}

/// Destroys the data key of one licence and everything that only it could open; gives the documents whose files are to be removed.
/// [`StorageError::RowCount`] when it was erased already.
pub async fn erase(transaction: &mut Transaction, id: LicenceId, now: i64) -> Result<Vec<DocumentRow>, StorageError> {
    let nothing: &[u8] = &[];
    let key = &id.0[..];
    transaction
        .change_one(
            "destroy data key",
            "update licences set data_key = $2, identity = $2, state_reason = null, erased_at = $3
             where licence_id = $1 and erased_at is null",
            values![key, nothing, now],
        )
        .await?;
    let sql = "update mints set payload = $2, photos = null, token = null where licence_id = $1";
    transaction.change(sql, values![key, nothing]).await?;
    let sql = "update licence_changes set notes = $2 where licence_id = $1 and notes is not null";
    transaction.change(sql, values![key, nothing]).await?;
    transaction.change("update replacements set notes = $2 where replaced_id = $1", values![key, nothing]).await?;
    transaction.change("delete from licence_holders where licence_id = $1", values![key]).await?;
    let documents = sealed_documents::of_licence(transaction, id).await?;
    for document in documents.iter().filter(|document| !document.name.is_empty()) {
        earlier_files::add(transaction, document, now).await?;
    }
    transaction.change("delete from augmentations where licence_id = $1", values![key]).await?;
    transaction.change("update documents set name = '', proof_until = null where licence_id = $1", values![key]).await?;
    Ok(documents)
}
