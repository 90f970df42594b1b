//! What a running server takes up without a restart: keys and trust on SIGHUP, API keys when their file changes.

use crate::app::{self, api_keys, credentials};
use crate::config::Config;
use crate::domain::secret::Secret;
use crate::http::api_keys::ApiKeys;
use crate::http::state::Server;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

/// How often the file of API keys is looked at.
const BEAT: Duration = Duration::from_secs(1);

/// Reloads until it is aborted; `kept` opens the keys where no file holds the passphrase. What cannot be used is logged, and the server goes on with what it has.
pub async fn keep_reloading(settings: PathBuf, kept: Option<Secret<String>>, server: Arc<Server>) {
    let kept = kept.map(Arc::new);
    let Ok(mut hangup) = signal(SignalKind::hangup()) else {
        tracing::error!("the process cannot listen to SIGHUP: keys are not reloaded");
        return;
    };
    let mut beat = tokio::time::interval(BEAT);
    let mut config = read(&settings).await;
    // once at the beginning as well: the file may have changed since the start read it
    let mut seen = None;
    loop {
        tokio::select! {
            signalled = hangup.recv() => {
                if signalled.is_none() {
                    return;
                }
                config = read(&settings).await.or(config);
                if let Some(config) = &config {
                    reload_keys(config.clone(), kept.clone(), server.clone()).await;
                    seen = None;
                }
            }
            _ = beat.tick() => {}
        }
        let Some(config) = &config else { continue };
        let now = mark(&config.api_keys);
        if now != seen {
            seen = now;
            reload_api_keys(&config.api_keys, &server);
        }
    }
}

async fn read(settings: &Path) -> Option<Arc<Config>> {
    match Config::again(settings) {
        Ok(config) => Some(Arc::new(config)),
        Err(error) => {
            tracing::error!(%error, "the settings have mistakes: nothing was reloaded");
            None
        }
    }
}

/// Keys are tested and the seal is drawn: not on a thread that answers requests.
async fn reload_keys(config: Arc<Config>, kept: Option<Arc<Secret<String>>>, server: Arc<Server>) {
    let reloaded = tokio::task::spawn_blocking(move || match kept {
        Some(kept) => app::reload_keys(&config, &kept, &server.services),
        None => app::reload_keys(&config, &credentials::read_passphrase(&config)?, &server.services),
    })
    .await;
    match reloaded {
        Ok(Ok(())) => tracing::info!("keys and trust were reloaded"),
        Ok(Err(error)) => tracing::error!(%error, "the keys were not reloaded; the server goes on with those it has"),
        Err(error) => tracing::error!(%error, "the keys were not reloaded"),
    }
}

fn reload_api_keys(path: &Path, server: &Server) {
    match api_keys::read(path) {
        Ok(records) => {
            tracing::info!(count = records.len(), "API keys were reloaded");
            server.replace_api_keys(ApiKeys::new(records));
        }
        Err(error) => tracing::error!(%error, "the API keys were not reloaded; the server goes on with those it has"),
    }
}

/// Changes when the file does; a file that is written whole gets another number.
fn mark(path: &Path) -> Option<(u64, u64, i64, i64)> {
    let facts = std::fs::metadata(path).ok()?;
    Some((facts.ino(), facts.len(), facts.mtime(), facts.mtime_nsec()))
}
