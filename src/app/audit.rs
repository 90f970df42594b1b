//! Writes an audit line about a change of the installation's own files, which no server takes part in.

use crate::ambient::{Clock, SystemClock, SystemEntropy, random_bytes};
use crate::app::{AppError, open_store};
use crate::config::Config;
use crate::domain::audit::AuditEvent;
use crate::domain::canonical;
use crate::storage::audit_log::{self, AuditLine};
use std::io;

/// Writes the line into the database of the installation; the server chains it with the others.
pub async fn record(config: &Config, event: &AuditEvent) -> Result<(), AppError> {
    let unwritable = |error: String| AppError::File(config.data.clone(), io::Error::other(error));
    let line = canonical::to_vec(event).map_err(|error| unwritable(error.to_string()))?;
    let line = String::from_utf8(line).map_err(|error| unwritable(error.to_string()))?;
    let now = SystemClock.now();
    let at = i64::try_from(now.unix_timestamp_nanos() / 1_000_000).unwrap_or(i64::MAX);
    let line = AuditLine { line_id: random_bytes(&SystemEntropy::new())?, at, line };
    let mut transaction = open_store(config).await?.database.begin().await?;
    audit_log::append(&mut transaction, &line).await?;
    Ok(transaction.commit().await?)
}
