//! Fetches small things over HTTP within limits: bytes, seconds, redirects, and addresses that may be asked.

use crate::clients::address_guard::{AddressGuard, Forbidden};
use crate::domain::secret::Secret;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderValue, LOCATION};
use reqwest::{Client, Method, Response, Url, redirect::Policy};
use std::error::Error;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

/// What one fetch may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FetchLimits {
    /// Longest body, bytes.
    pub bytes: usize,
    /// Longest time from the first look-up to the last byte, of every hop.
    pub timeout: Duration,
    /// How often an answer may lead elsewhere.
    pub redirects: u8,
}

impl Default for FetchLimits {
    fn default() -> Self {
        Self { bytes: 16 << 20, timeout: Duration::from_secs(10), redirects: 2 }
    }
}

/// Fetches; clones share connections.
#[derive(Clone, Debug)]
pub struct Fetcher {
    client: Client,
    guard: AddressGuard,
    limits: FetchLimits,
}

/// Why nothing was fetched. No message repeats what the other side sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// Not an address, or neither http nor https, or with a user name.
    #[error("{0} is not an http or https address without a user name")]
    Address(String),
    /// The host leads to an address that may not be asked.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// No name, no connection, no TLS, or an answer that broke off.
    #[error("{host} cannot be reached: {cause}")]
    Unreachable {
        /// Who was asked.
        host: String,
        /// What the system said.
        cause: String,
    },
    /// A key would go over the network in the clear.
    #[error("{0} must be asked under https: the request carries a key")]
    Plain(String),
    /// It took too long.
    #[error("{0} took too long to answer")]
    TimedOut(String),
    /// Too many hops.
    #[error("{0} leads on too often")]
    Redirects(String),
    /// An answer with another status than 200.
    #[error("{host} answered with status {status}")]
    Status {
        /// Who was asked.
        host: String,
        /// The status.
        status: u16,
    },
    /// The body is too long.
    #[error("the answer of {host} is longer than {limit} bytes")]
    TooLong {
        /// Who was asked.
        host: String,
        /// The limit.
        limit: usize,
    },
    /// The body is not of the media type that the protocol prescribes.
    #[error("{0} answered with another media type than the protocol's")]
    MediaType(String),
    /// The HTTP client could not be made.
    #[error("no HTTP client can be made: {0}")]
    Client(String),
}

/// What is sent along.
struct Message<'a> {
    media_type: &'static str,
    body: &'a [u8],
}

impl Fetcher {
    /// Asks only what `guard` allows. Proxies of the environment are not used: they would look names up elsewhere.
    pub fn new(guard: AddressGuard, limits: FetchLimits) -> Result<Self, FetchError> {
        // no effect where the program has chosen one before
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .referer(false)
            .timeout(limits.timeout)
            .dns_resolver(Arc::new(guard.clone()))
            .user_agent(concat!("elicence/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| FetchError::Client(error.to_string()))?;
        Ok(Self { client, guard, limits })
    }

    /// The same with another limit of bytes.
    pub fn at_most(&self, bytes: usize) -> Self {
        Self { limits: FetchLimits { bytes, ..self.limits }, ..self.clone() }
    }

    /// Gets a file.
    pub async fn get(&self, url: &str) -> Result<Vec<u8>, FetchError> {
        self.follow(url, None, None).await
    }

    /// Gets a file as somebody whom the other side knows by a key (`Authorization: Bearer`). The key goes to this host only, never along a
    /// redirect, and in the clear to a loopback address only.
    pub async fn get_as(&self, url: &str, key: &Secret<String>) -> Result<Vec<u8>, FetchError> {
        let url = Url::parse(url).map_err(|_| FetchError::Address(url.chars().take(200).collect()))?;
        let host = self.check(&url)?;
        let loopback = host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        if url.scheme() != "https" && !loopback {
            return Err(FetchError::Plain(host));
        }
        let request = self.client.get(url).bearer_auth(key.expose());
        let response = request.send().await.map_err(|error| failure(&error, &host))?;
        self.read(response, &host, None).await
    }

    /// Posts a message of one media type and gives the answer, which must be of another.
    pub async fn post(&self, url: &str, media_type: &'static str, body: &[u8], wanted: &'static str) -> Result<Vec<u8>, FetchError> {
        self.follow(url, Some(Message { media_type, body }), Some(wanted)).await
    }

    /// Posts JSON with further headers. Done when the other side answers 2xx; it is not followed elsewhere, and its words are not read.
    pub async fn deliver(&self, url: &str, headers: &[(&'static str, String)], body: &[u8]) -> Result<(), FetchError> {
        let url = Url::parse(url).map_err(|_| FetchError::Address(url.chars().take(200).collect()))?;
        let host = self.check(&url)?;
        let mut request = self.client.post(url).header(CONTENT_TYPE, "application/json").body(body.to_vec());
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        match tokio::time::timeout(self.limits.timeout, request.send()).await {
            Ok(Ok(response)) if response.status().is_success() => Ok(()),
            Ok(Ok(response)) => Err(FetchError::Status { host, status: response.status().as_u16() }),
            Ok(Err(error)) => Err(failure(&error, &host)),
            Err(_) => Err(FetchError::TimedOut(host)),
        }
    }

    /// Follows redirects by hand: every hop is judged like the first, and may cost what is left of the time.
    async fn follow(&self, url: &str, message: Option<Message<'_>>, wanted: Option<&'static str>) -> Result<Vec<u8>, FetchError> {
        let work = async {
            let mut url = Url::parse(url).map_err(|_| FetchError::Address(url.chars().take(200).collect()))?;
            for _ in 0..=self.limits.redirects {
                let host = self.check(&url)?;
                let response = self.send(&url, &host, message.as_ref(), wanted).await?;
                if !response.status().is_redirection() {
                    return self.read(response, &host, wanted).await;
                }
                url = next_hop(&url, response.headers().get(LOCATION)).ok_or_else(|| FetchError::Redirects(host.clone()))?;
            }
            Err(FetchError::Redirects(host_of(&url)))
        };
        match tokio::time::timeout(self.limits.timeout, work).await {
            Ok(done) => done,
            Err(_) => Err(FetchError::TimedOut(Url::parse(url).map(|url| host_of(&url)).unwrap_or_default())),
        }
    }

    /// Judges an address as far as it can be without a look-up; gives the host for messages.
    fn check(&self, url: &Url) -> Result<String, FetchError> {
        let plain = matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none();
        let host = url.host_str().filter(|_| plain).ok_or_else(|| FetchError::Address(host_of(url)))?;
        self.guard.check_host(host)?;
        Ok(host.to_owned())
    }

    async fn send(
        &self,
        url: &Url,
        host: &str,
        message: Option<&Message<'_>>,
        wanted: Option<&'static str>,
    ) -> Result<Response, FetchError> {
        let mut request = self.client.request(if message.is_some() { Method::POST } else { Method::GET }, url.clone());
        if let Some(message) = message {
            request = request.header(CONTENT_TYPE, message.media_type).body(message.body.to_vec());
        }
        if let Some(wanted) = wanted {
            request = request.header(ACCEPT, wanted);
        }
        request.send().await.map_err(|error| failure(&error, host))
    }

    async fn read(&self, mut response: Response, host: &str, wanted: Option<&'static str>) -> Result<Vec<u8>, FetchError> {
        let status = response.status().as_u16();
        if status != 200 {
            return Err(FetchError::Status { host: host.into(), status });
        }
        let found = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let found = found.split(';').next().unwrap_or_default().trim();
        if wanted.is_some_and(|wanted| !found.eq_ignore_ascii_case(wanted)) {
            return Err(FetchError::MediaType(host.into()));
        }
        let too_long = || FetchError::TooLong { host: host.into(), limit: self.limits.bytes };
        if response.content_length().is_some_and(|length| usize::try_from(length).map_or(true, |length| length > self.limits.bytes)) {
            return Err(too_long());
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| failure(&error, host))? {
            if body.len() + chunk.len() > self.limits.bytes {
                return Err(too_long());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}

fn next_hop(url: &Url, location: Option<&HeaderValue>) -> Option<Url> {
    let next = url.join(location?.to_str().ok()?).ok()?;
    // what was asked under TLS is not asked again without
    (url.scheme() != "https" || next.scheme() == "https").then_some(next)
}

fn host_of(url: &Url) -> String {
    url.host_str().unwrap_or(url.scheme()).to_owned()
}

fn failure(error: &reqwest::Error, host: &str) -> FetchError {
    if error.is_timeout() {
        return FetchError::TimedOut(host.into());
    }
    let mut cause: &dyn Error = error;
    loop {
        if let Some(forbidden) = cause.downcast_ref::<Forbidden>() {
            return forbidden.clone().into();
        }
        match cause.source() {
            Some(inner) => cause = inner,
            None => return FetchError::Unreachable { host: host.into(), cause: cause.to_string() },
        }
    }
}
