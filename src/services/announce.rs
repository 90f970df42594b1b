//! Announces an event: it becomes permanent with the transaction that it tells of, and gets its place among all events soon after.

use crate::{
    domain::event::Event,
    services::{Refusal, Services, milliseconds},
    storage::{database::Transaction, error::StorageError, events},
};

/// Events that one transaction numbers at most.
const BATCH: i64 = 1000;

impl Services {
    /// Writes an event that becomes permanent with its transaction.
    pub(super) async fn announce(&self, transaction: &mut Transaction, event: &Event) -> Result<(), Refusal> {
        Ok(events::append(transaction, &self.random()?, milliseconds(event.at), event).await?)
    }

    /// Writes an event in a transaction of its own.
    pub(super) async fn announce_alone(&self, event: &Event) -> Result<(), Refusal> {
        let mut transaction = self.store.database.begin().await?;
        self.announce(&mut transaction, event).await?;
        Ok(transaction.commit().await?)
    }

    /// Gives every event that became permanent its place; how many. Readers see events in this order, and none appears before
    /// their watermark later on.
    pub async fn number_events(&self) -> Result<u64, Refusal> {
        let mut numbered = 0;
        loop {
            if !events::any_waiting(&self.store.database).await? {
                return Ok(numbered);
            }
            let mut transaction = self.store.database.begin().await?;
            let batch = match events::number(&mut transaction, BATCH).await {
                // Another process took the same places: it is at it.
                Err(StorageError::Conflict(_) | StorageError::Busy) => return Ok(numbered),
                other => other?,
            };
            transaction.commit().await?;
            numbered += batch;
            if batch < BATCH.unsigned_abs() {
                return Ok(numbered);
            }
        }
    }
}
