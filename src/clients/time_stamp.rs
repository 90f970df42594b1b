//! Asks a time-stamp authority (RFC 3161 over HTTP) for a token, and checks the token before it is used.

use crate::ambient::{Clock, Entropy, random_bytes};
use crate::clients::http::{FetchError, Fetcher};
use crate::cms::algorithm::HashAlgorithm;
use crate::cms::check_time_stamp::TokenProblem;
use crate::cms::der_read::DerError;
use crate::cms::read_time_stamp::TimeStampToken;
use crate::cms::read_time_stamp_answer::{StampFailure, TimeStampAnswer};
use crate::cms::write_time_stamp_request::write_time_stamp_request;
use const_oid::ObjectIdentifier;
use std::sync::Arc;
use time::Duration;

const QUERY: &str = "application/timestamp-query";
const REPLY: &str = "application/timestamp-reply";
/// Longest answer: a token with a long chain has some 10 KiB.
const LONGEST_ANSWER: usize = 256 << 10;
/// How far the authority's clock and ours may be apart.
const CLOCKS_APART: Duration = Duration::minutes(10);

/// A client of one authority.
#[derive(Clone)]
pub struct TimeStampClient {
    fetcher: Fetcher,
    url: String,
    policy: Option<ObjectIdentifier>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

/// Why there is no time-stamp.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StampError {
    /// The authority was not reached, or gave no answer of its protocol.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// The authority refused.
    #[error("the time-stamp authority refused: status {status}, {failure:?}")]
    Refused {
        /// PKIStatus.
        status: u32,
        /// PKIFailureInfo.
        failure: Option<StampFailure>,
    },
    /// The answer cannot be read.
    #[error("the time-stamp authority answered what cannot be read: {0}")]
    Unreadable(#[from] DerError),
    /// The token is about another digest, or answers another request.
    #[error("the time-stamp is not the one that was asked for: another {0}")]
    Other(&'static str),
    /// The token's signature or certificate is no good.
    #[error("the time-stamp does not hold: {0}")]
    Token(#[from] TokenProblem),
    /// The clocks are too far apart.
    #[error("the clock of the time-stamp authority and ours are {0} seconds apart; check ours")]
    Clock(i64),
    /// No random bytes for the nonce.
    #[error("the system gave no random bytes")]
    Entropy,
}

impl TimeStampClient {
    /// Asks the authority at `url`; with `policy` only tokens under it are taken.
    pub fn new(fetcher: &Fetcher, url: String, policy: Option<ObjectIdentifier>, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Self {
        Self { fetcher: fetcher.at_most(LONGEST_ANSWER), url, policy, clock, entropy }
    }

    /// A token (ContentInfo, DER) over `imprint`, a digest by `hash`. Checked: status, imprint, nonce, policy, time, the signature of the
    /// token, and that its signer may stamp times. Whether the signer's certificate is trusted is for the verifier to say.
    pub async fn request(&self, hash: HashAlgorithm, imprint: &[u8]) -> Result<Vec<u8>, StampError> {
        let mut nonce: [u8; 16] = random_bytes(&*self.entropy).map_err(|_| StampError::Entropy)?;
        // positive and of full length, so that its content octets are these very bytes
        if let Some(first) = nonce.first_mut() {
            *first = *first & 0x7f | 0x40;
        }
        let request = write_time_stamp_request(hash, imprint, &nonce, self.policy);
        let answer = self.fetcher.post(&self.url, QUERY, &request, REPLY).await?;
        let answer = TimeStampAnswer::read(&answer)?;
        let refused = StampError::Refused { status: answer.status, failure: answer.failure };
        let (token, rest) = TimeStampToken::read(answer.token.ok_or(refused)?)?;
        let info = &token.info;
        let wanted = [
            ("form", rest.is_empty()),
            ("hash algorithm", info.imprint_algorithm.hash() == Some(hash)),
            ("digest", info.imprint == imprint),
            ("nonce", info.nonce == Some(&nonce)),
            ("policy", self.policy.is_none_or(|policy| info.policy == policy.as_bytes())),
        ];
        if let Some((what, _)) = wanted.iter().find(|(_, holds)| !holds) {
            return Err(StampError::Other(what));
        }
        token.check(&token.signer([])?)?;
        let apart = info.gen_time - self.clock.now();
        if apart.abs() > CLOCKS_APART {
            return Err(StampError::Clock(apart.whole_seconds()));
        }
        Ok(token.der.to_vec())
    }
}
