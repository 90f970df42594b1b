//! Says whether this service can work, and counts what it holds.

use crate::{
    domain::licence::LicenceState,
    services::{Refusal, Services},
    storage::{audit_log, licences, mints},
};
use serde::Serialize;

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
        Ok(Statistics {
            licences: licences::count_by_state(database).await?,
            open_mints,
            abandoned_mints,
            unchained_audit_lines: audit_log::count_waiting(database).await?,
        })
    }
}
