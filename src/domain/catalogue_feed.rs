//! The feed of changes of a catalogue (目录同步): numbered without gaps, each bound to all before it, so that a reader sees what is missing.

use crate::domain::{
    canonical::{self, CanonicalError},
    digest::Digest,
    directory_entry::{DirectoryEntry, EntryChange},
    licence_type::LicenceType,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Value of [`FeedPage::format`], and media type (`typ`) of the signature.
pub const FEED_FORMAT: &str = "elicence-catalogue-feed/1";
/// Most changes of one page.
pub const FEED_PAGE: i64 = 200;

/// One change of the catalogue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FeedChange {
    /// From 1, without gaps.
    pub sequence: i64,
    /// 证照类型代码.
    pub type_code: String,
    /// Version of the entry on the platform that signs.
    pub version: i64,
    /// `cancelled` is a tombstone: the entry is not in force any more.
    pub change: EntryChange,
    /// SHA-256 of the RFC 8785 JSON of the entry.
    pub digest: Digest,
    /// When it took effect, milliseconds since 1970-01-01 UTC.
    pub at: i64,
    /// The entry; absent when it is not shared with the reader.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<DirectoryEntry>,
    /// The definition that the entry links to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub definition: Option<LicenceType>,
}

/// One page of the feed, as it is signed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FeedPage {
    /// Always [`FEED_FORMAT`].
    pub format: String,
    /// Code of the organisation that signs.
    pub platform: String,
    /// The page holds what came after this number.
    pub after: i64,
    /// Chain value at `after`; of nothing at all it is 64 zeros.
    pub chain_before: Digest,
    /// The changes, in their order.
    pub changes: Vec<FeedChange>,
    /// Chain value after the last change of the page.
    pub chain: Digest,
    /// Are there more?
    pub more: bool,
}

/// A page and its signature: JWS flattened JSON (RFC 7515 §7.2.2). The payload is the JSON of a [`FeedPage`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SignedFeedPage {
    /// base64url of the header: `alg` (`ES256` or `EdDSA`), `kid` (of the key set), `typ`.
    pub protected: String,
    /// base64url of the page.
    pub payload: String,
    /// base64url of the raw 64-byte signature over `protected.payload`.
    pub signature: String,
}

#[derive(Serialize)]
struct Link<'a> {
    before: Digest,
    sequence: i64,
    type_code: &'a str,
    version: i64,
    change: EntryChange,
    digest: Digest,
    at: i64,
}

/// The chain value before the first change.
pub const NOTHING: Digest = Digest([0; 32]);

/// The chain value after a change: SHA-256 over the RFC 8785 JSON of the one before and of what the change says.
pub fn chain_after(before: Digest, change: &FeedChange) -> Result<Digest, CanonicalError> {
    let FeedChange { sequence, type_code, version, change, digest, at, entry: _, definition: _ } = change;
    let link = Link { before, sequence: *sequence, type_code, version: *version, change: *change, digest: *digest, at: *at };
    Ok(Digest::of(&canonical::to_vec(&link)?))
}

/// Why a page is not taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FeedProblem {
    /// Another format, or another platform than the one that was asked.
    #[error("格式或平台不符 another format or another platform than expected")]
    Foreign,
    /// It does not begin where the reader stands.
    #[error("与上次同步的位置不衔接 it does not continue what was taken over before")]
    Gap,
    /// The chain does not lead from its beginning to its end.
    #[error("变更链不一致 its chain of changes is broken")]
    Chain,
    /// An entry or definition is not the one whose digest the chain holds.
    #[error("条目与摘要不符 an entry does not have its digest")]
    Digest,
    /// No signature of a known key of that platform.
    #[error("签名无效或密钥不可信 it is not signed by a known key of that platform")]
    Signature,
}

impl FeedPage {
    /// Does the page continue where the reader stands, and is it whole?
    pub fn check(&self, platform: &str, after: i64, chain_before: Digest) -> Result<(), FeedProblem> {
        if self.format != FEED_FORMAT || self.platform != platform {
            return Err(FeedProblem::Foreign);
        }
        if self.after != after || self.chain_before != chain_before {
            return Err(FeedProblem::Gap);
        }
        let mut chain = chain_before;
        for (change, expected) in self.changes.iter().zip(after + 1..) {
            if change.sequence != expected {
                return Err(FeedProblem::Gap);
            }
            if let Some(entry) = &change.entry {
                let document = canonical::to_vec(entry).map_err(|_| FeedProblem::Digest)?;
                if Digest::of(&document) != change.digest || entry.type_code != change.type_code {
                    return Err(FeedProblem::Digest);
                }
            }
            chain = chain_after(chain, change).map_err(|_| FeedProblem::Chain)?;
        }
        if chain == self.chain { Ok(()) } else { Err(FeedProblem::Chain) }
    }
}
