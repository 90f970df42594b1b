//! Signed HTTP POSTs as the Standard Webhooks specification has them: id, time and HMAC-SHA-256 in headers, the secret never on the wire.

use crate::clients::http::{FetchError, Fetcher};
use crate::domain::secret::Secret;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::hmac;

/// Begins a secret in its written form.
const PREFIX: &str = "whsec_";

/// Posts to receivers that subscribed.
#[derive(Clone, Debug)]
pub struct WebhookClient {
    fetcher: Fetcher,
    plain: bool,
}

/// Why an address cannot be used for webhooks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a webhook needs an https address without a user name")]
pub struct BadTarget;

impl WebhookClient {
    /// Posts within the fetcher's limits and to the addresses that it may ask. `plain`: also without TLS, which is for receivers on the
    /// same machine or in a closed network.
    pub fn new(fetcher: Fetcher, plain: bool) -> Self {
        Self { fetcher, plain }
    }

    /// Can this address be used? What it leads to is judged again at every delivery.
    pub fn check_target(&self, url: &str) -> Result<(), BadTarget> {
        let parsed = reqwest::Url::parse(url).map_err(|_| BadTarget)?;
        let secure = parsed.scheme() == "https" || (self.plain && parsed.scheme() == "http");
        let good = secure && url.len() <= 2000 && parsed.username().is_empty() && parsed.password().is_none() && parsed.host().is_some();
        if good { Ok(()) } else { Err(BadTarget) }
    }

    /// Posts `body`, signed with every secret (two while one is being exchanged). The receiver took it when it answers 2xx.
    pub async fn post(&self, url: &str, id: &str, at: i64, secrets: &[Secret<Vec<u8>>], body: &[u8]) -> Result<(), FetchError> {
        self.check_target(url).map_err(|error| FetchError::Address(error.to_string()))?;
        let signatures: Vec<_> = secrets.iter().map(|secret| sign(secret, id, at, body)).collect();
        let headers = [("webhook-id", id.to_owned()), ("webhook-timestamp", at.to_string()), ("webhook-signature", signatures.join(" "))];
        self.fetcher.deliver(url, &headers, body).await
    }
}

/// `v1,` and the base64 of HMAC-SHA-256 over id, time (seconds since 1970-01-01 UTC) and body with dots between.
pub fn sign(secret: &Secret<Vec<u8>>, id: &str, at: i64, body: &[u8]) -> String {
    let mut context = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, secret.expose()));
    context.update(format!("{id}.{at}.").as_bytes());
    context.update(body);
    format!("v1,{}", STANDARD.encode(context.sign()))
}

/// A secret as it is shown: `whsec_` and base64.
pub fn written(secret: &[u8]) -> String {
    format!("{PREFIX}{}", STANDARD.encode(secret))
}

/// Reads [`written`]; 24 to 64 bytes.
pub fn read(text: &str) -> Option<Secret<Vec<u8>>> {
    let bytes = STANDARD.decode(text.trim().strip_prefix(PREFIX)?).ok()?;
    (24..=64).contains(&bytes.len()).then(|| Secret::new(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the Standard Webhooks reference libraries.
    #[test]
    fn signs_as_the_specification_does() {
        let secret = read("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signature = sign(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assert_eq!(written(secret.expose()), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        assert!(read("whsec_c2hvcnQ=").is_none() && read("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").is_none());
    }
}
