//! What every request can reach.

use crate::domain::actor::Actor;
use crate::http::api_keys::ApiKeys;
use crate::http::limit::Limiter;
use crate::http::metrics::Metrics;
use crate::services::Services;
use axum::http::HeaderValue;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

/// What the server was told about itself.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Is it reached by https (its public address says so)?
    pub https: bool,
    /// Largest document to verify, bytes.
    pub verify_bytes: usize,
    /// Largest body of a mint, bytes.
    pub mint_bytes: usize,
    /// Requests a minute of one client.
    pub requests_per_minute: u32,
    /// Requests that are worked on at once.
    pub concurrent_requests: usize,
    /// Longest time for one request.
    pub request_timeout: Duration,
    /// Begins every request id, so that two runs never share one: random, 16 hex digits.
    pub run_id: String,
}

/// One running server.
pub struct Server {
    /// The use cases.
    pub services: Arc<Services>,
    /// The callers that are known.
    api_keys: RwLock<ApiKeys>,
    /// Settings.
    pub settings: Settings,
    /// Limits and their present use.
    pub limiter: Limiter,
    /// Counts.
    pub metrics: Metrics,
    requests: AtomicU64,
}

impl Server {
    /// A server over the use cases.
    pub fn new(services: Arc<Services>, api_keys: ApiKeys, settings: Settings) -> Self {
        let limiter = Limiter::new(settings.requests_per_minute, settings.concurrent_requests);
        Self { services, api_keys: RwLock::new(api_keys), settings, limiter, metrics: Metrics::default(), requests: AtomicU64::new(0) }
    }

    /// Who an API key of the file speaks for.
    pub fn actor_of_key(&self, key: &str) -> Option<Actor> {
        self.api_keys.read().unwrap_or_else(PoisonError::into_inner).find(key).cloned()
    }

    /// From now on these callers are known, and nobody else.
    pub fn replace_api_keys(&self, api_keys: ApiKeys) {
        *self.api_keys.write().unwrap_or_else(PoisonError::into_inner) = api_keys;
    }

    /// An id for a request that brought none.
    pub fn next_request_id(&self) -> HeaderValue {
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        HeaderValue::try_from(format!("{}-{number}", self.settings.run_id)).unwrap_or(HeaderValue::from_static("unnamed"))
    }
}
