//! Clients of other authorities, with the hosts and times that the settings allow.

use crate::ambient::{SystemClock, SystemEntropy};
use crate::app::AppError;
use crate::clients::address_guard::AddressGuard;
use crate::clients::{CatalogueFeedClient, FetchLimits, Fetcher, TimeStampClient};
use crate::config::{Config, StampAuthority};
use crate::domain::secret::Secret;
use der::asn1::ObjectIdentifier;
use reqwest::Url;
use std::sync::Arc;
use std::time::Duration;

/// Longest time for one page of another platform's feed.
const FEED_TIMEOUT: Duration = Duration::from_secs(60);

/// Fetches from public addresses, from those that are allowed, and from the time-stamp authority that the operator named.
pub fn fetcher(config: &Config, timeout: Duration) -> Result<Fetcher, AppError> {
    let named = match &config.time_stamps.authority {
        Some(StampAuthority::Remote { url, .. }) => host(url),
        Some(StampAuthority::Own { .. }) | None => None,
    };
    let guard = AddressGuard::new(config.revocation.allow.iter().cloned().chain(named));
    Ok(Fetcher::new(guard, FetchLimits { timeout, ..FetchLimits::default() })?)
}

/// A client of the authority at `url`.
pub fn time_stamp_client(
    config: &Config,
    url: &str,
    policy: Option<ObjectIdentifier>,
    timeout: Duration,
) -> Result<TimeStampClient, AppError> {
    let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy::new()));
    Ok(TimeStampClient::new(&fetcher(config, timeout)?, url.to_owned(), policy, clock, entropy))
}

/// A client of the platform at `url`, which the operator named: it may be asked wherever it leads.
pub fn catalogue_feed_client(url: &str, key: Secret<String>) -> Result<CatalogueFeedClient, AppError> {
    let fetcher = Fetcher::new(AddressGuard::new(host(url)), FetchLimits { timeout: FEED_TIMEOUT, ..FetchLimits::default() })?;
    Ok(CatalogueFeedClient::new(&fetcher, url, key))
}

fn host(url: &str) -> Option<String> {
    Url::parse(url).ok()?.host_str().map(str::to_owned)
}
