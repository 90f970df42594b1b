//! Removes files that a newer one of the same seal replaced (清理), once nobody can be reading them any more. Their digests are kept.

use crate::{
    services::{Refusal, Services},
    storage::earlier_files,
};

/// How long a replaced file stays, milliseconds: a download that has read its name must still find it.
const GRACE: i64 = 60_000;
/// Files that one round removes at most.
const BATCH: i64 = 200;

impl Services {
    /// Removes what was replaced a minute ago or earlier; how many files.
    pub async fn remove_replaced_files(&self) -> Result<u64, Refusal> {
        let mut removed = 0;
        for name in earlier_files::to_remove(&self.store.database, self.now_ms() - GRACE, BATCH).await? {
            let (store, file) = (self.store.clone(), name.clone());
            self.on_worker(move || store.documents.remove(&file)).await??;
            let mut transaction = self.store.database.begin().await?;
            earlier_files::removed(&mut transaction, &name).await?;
            transaction.commit().await?;
            removed += 1;
        }
        Ok(removed)
    }
}
