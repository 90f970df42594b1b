//! Gets time-stamps (时间戳, RFC 3161) from the authority of this installation, its own or another's.

use crate::{
    clients::TimeStampClient,
    cms::{
        algorithm::HashAlgorithm, read_time_stamp::TimeStampToken, read_time_stamp_answer::TimeStampAnswer,
        write_time_stamp_request::write_time_stamp_request,
    },
    seal::{TokenSize, signer::Signer},
    services::{Refusal, Services},
};
use der::asn1::ObjectIdentifier;
use serde::Deserialize;
use std::sync::Arc;
use time::OffsetDateTime;

/// Hash of every imprint that is asked for.
pub(super) const HASH: HashAlgorithm = HashAlgorithm::Sha256;
/// Bytes of a time-stamp of an authority that has not shown yet how long its time-stamps are.
const USUAL_SIZE: usize = 8 << 10;

/// Who gives time-stamps.
pub enum StampSource {
    /// The built-in authority.
    Own(OwnStamps),
    /// Another one, over the network.
    Remote(TimeStampClient),
}

/// The built-in time-stamp authority.
pub struct OwnStamps {
    /// Its key and chain; the certificate is for time-stamps only.
    pub signer: Arc<dyn Signer>,
    /// The policy that its time-stamps name.
    pub policy: ObjectIdentifier,
}

/// What a mint does when the time-stamp authority does not answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StampFailure {
    /// It halts, keeps the signature, and goes on when there is a time-stamp.
    #[default]
    Refuse,
    /// It hands out a B-B document, marked as such; a job brings it to its level later. A final document is refused all the same:
    /// nothing could be brought to it.
    SealWithout,
}

/// A time-stamp that was given.
pub(super) struct Stamp {
    /// The TimeStampToken, DER.
    pub token: Vec<u8>,
    /// The moment that it states.
    pub at: OffsetDateTime,
    /// When its authority's certificate ends: what it proves must be stamped again before that.
    pub until: OffsetDateTime,
}

impl Stamp {
    fn of(token: &[u8]) -> Result<Self, String> {
        let (read, _) = TimeStampToken::read(token).map_err(|e| e.to_string())?;
        let signer = read.signer([]).map_err(|e| e.to_string())?;
        Ok(Self { at: read.info.gen_time, until: signer.not_after, token: token.to_vec() })
    }

    /// The first moment at which an answer about revocation, which counts in seconds, is later than this time-stamp: milliseconds
    /// since 1970-01-01 UTC.
    pub fn next_second(&self) -> i64 {
        (self.at.unix_timestamp() + 1) * 1000
    }

    /// Bytes that it takes inside a signature.
    pub fn room(&self) -> usize {
        TokenSize::at_most(self.token.len()).room()
    }
}

impl Services {
    /// A time-stamp over `imprint`, a digest by [`HASH`]. What failed is for the log.
    pub(super) async fn time_stamp(&self, imprint: &[u8]) -> Result<Stamp, String> {
        match &self.time_stamps {
            None => Err("no time-stamp authority is configured".into()),
            Some(StampSource::Remote(client)) => Stamp::of(&client.request(HASH, imprint).await.map_err(|e| e.to_string())?),
            Some(StampSource::Own(_)) => {
                let request = write_time_stamp_request(HASH, imprint, &self.random::<8>().map_err(cause)?, None);
                let answer = self.issue_time_stamp(&request).await.map_err(cause)?;
                let answer = TimeStampAnswer::read(&answer).map_err(|e| e.to_string())?;
                Stamp::of(answer.token.ok_or_else(|| format!("the own authority refuses: {:?}", answer.failure))?)
            }
        }
    }

    /// A time-stamp over `bytes`.
    pub(super) async fn time_stamp_over(&self, bytes: &[u8]) -> Result<Stamp, String> {
        self.time_stamp(&HASH.digest(bytes)).await
    }

    /// How long time-stamps of this authority are: from one that is asked for once, over nothing.
    pub(super) async fn stamp_size(&self) -> TokenSize {
        let asked = self.stamp_size.get_or_try_init(|| async { Ok::<_, String>(TokenSize::of(&self.time_stamp_over(b"").await?.token)) });
        match asked.await {
            Ok(size) => *size,
            Err(cause) => {
                tracing::warn!(cause, "the time-stamp authority did not show how long its time-stamps are");
                TokenSize::at_most(USUAL_SIZE)
            }
        }
    }
}

/// What a refusal was about, for the log.
fn cause(refusal: Refusal) -> String {
    match refusal {
        Refusal::Unavailable { cause } => cause,
        other => other.to_string(),
    }
}
