//! Asks another platform for the feed of its catalogue.

use crate::clients::{FetchError, Fetcher};
use crate::domain::secret::Secret;

/// Longest page, bytes.
const MOST: usize = 32 << 20;

/// A client of one platform.
pub struct CatalogueFeedClient {
    fetcher: Fetcher,
    url: String,
    key: Secret<String>,
}

impl CatalogueFeedClient {
    /// A client of the platform at `url` (without `/api/…`), which knows us by an API key.
    pub fn new(fetcher: &Fetcher, url: &str, key: Secret<String>) -> Self {
        Self { fetcher: fetcher.at_most(MOST), url: url.trim_end_matches('/').to_owned(), key }
    }

    /// The page after a number; its signature is not checked here.
    pub async fn page(&self, after: i64) -> Result<Vec<u8>, FetchError> {
        self.fetcher.get_as(&format!("{}/api/v1/catalogue/feed?after={after}", self.url), &self.key).await
    }
}
