//! Says whether this service can work, and counts what it holds.

use crate::{
    domain::{licence::LicenceState, seal_level::SealLevel},
    services::{Refusal, Services},
    storage::{audit_log, augmentations, licences, mints, sealed_documents},
};
use serde::Serialize;
use std::sync::atomic::Ordering;

/// What works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Health {
    /// The database answers and takes writes.
    pub database: bool,
    /// The document store takes writes.
    pub documents: bool,
    /// The keys for new work can sign: no device that holds one is away.
    pub keys: bool,
}

/// Counts for metrics.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Statistics {
    /// Licences by state.
    pub licences: Vec<(LicenceState, i64)>,
    /// Mints in progress.
    pub open_mints: i64,
    /// Mints whose lease expired: they wait to be taken over.
    pub abandoned_mints: i64,
    /// Documents by the level that they have reached.
    pub levels: Vec<(SealLevel, i64)>,
    /// Documents that wait for validation data or a time-stamp.
    pub waiting_documents: i64,
    /// For how many seconds the one that waits longest does.
    pub longest_wait: i64,
    /// When this process last looked for time-stamps that weaken, seconds since 1970-01-01 UTC; 0 before.
    pub last_renewal: i64,
    /// Audit lines that are not chained yet.
    pub unchained_audit_lines: i64,
}

impl Health {
    /// Can licences be minted?
    pub fn ready(self) -> bool {
        self.database && self.documents && self.keys
    }
}

impl Services {
    /// Tries database, document store and the devices of keys.
    pub async fn health(&self) -> Health {
        let database = match self.store.database.begin().await {
            Ok(transaction) => transaction.commit().await.is_ok(),
            Err(_) => false,
        };
        let store = self.store.clone();
        let documents = tokio::task::spawn_blocking(move || store.documents.probe()).await.is_ok_and(|probed| probed.is_ok());
        Health { database, documents, keys: self.keys_are_ready().await }
    }

    /// Counts.
    pub async fn statistics(&self) -> Result<Statistics, Refusal> {
        let database = &self.store.database;
        let (open_mints, abandoned_mints) = mints::count_open(database, self.now_ms()).await?;
        let waiting = augmentations::waiting(database).await?;
        Ok(Statistics {
            levels: sealed_documents::count_by_level(database).await?,
            waiting_documents: waiting.documents,
            longest_wait: waiting.oldest.map_or(0, |oldest| (self.now_ms() - oldest) / 1000),
            last_renewal: self.last_renewal.load(Ordering::Relaxed),
            licences: licences::count_by_state(database).await?,
            open_mints,
            abandoned_mints,
            unchained_audit_lines: audit_log::count_waiting(database).await?,
        })
    }
}
