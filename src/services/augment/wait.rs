//! Waits for the validation data of a licence that was just minted. Whoever waits, works: nobody else need be running.

use crate::{
    services::{Minted, Refusal, Services, describe_licence::damaged},
    storage::{augmentations, licences},
};
use std::{sync::Arc, time::Duration};
use tokio::time::{Instant, sleep_until, timeout_at};

/// How soon to look again when another process is at it.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

impl Services {
    /// Gives the licence with its newest document: at once when it waits for nothing, else when it has reached its level, at the
    /// latest when the time for that is over; it is `pending` then.
    pub(in crate::services) async fn await_validation(self: &Arc<Self>, minted: Minted) -> Result<Minted, Refusal> {
        let end = Instant::now() + self.settings.wait_for_validation;
        let mut rounds = self.augmented.subscribe();
        let mut pending = minted.pending;
        while pending && Instant::now() < end {
            rounds.mark_unchanged();
            if let Ok(turn) = self.augmenting.clone().try_lock_owned() {
                let services = self.clone();
                // A task of its own: a batch that was begun is finished, whoever stops waiting for it.
                tokio::spawn(async move {
                    if let Err(error) = services.augment_batch(turn).await {
                        tracing::warn!(?error, "waiting documents could not be augmented");
                    }
                });
            }
            let next = (Instant::now() + LOOK_AGAIN).min(end);
            if timeout_at(end, rounds.changed()).await.is_ok() {
                pending = augmentations::is_waiting(&self.store.database, &minted.signed_digest.0).await?;
            }
            if pending {
                sleep_until(next).await;
            }
        }
        if pending == minted.pending { Ok(minted) } else { self.newest_document(minted).await }
    }

    /// The licence with its newest document.
    pub async fn newest_document(&self, minted: Minted) -> Result<Minted, Refusal> {
        let row = licences::by_id(&self.store.database, minted.licence_id).await?.ok_or_else(|| damaged("licence"))?;
        let newest = self.open_document(&self.open(row)?).await?;
        let pending = augmentations::is_waiting(&self.store.database, &newest.signed_digest.0).await?;
        Ok(Minted { document: newest.bytes, file_digest: newest.file_digest, level: newest.level, pending, ..minted })
    }
}
