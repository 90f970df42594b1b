//! Gets time-stamps (时间戳, RFC 3161) from the authority of this installation, its own or another's.

use crate::seal::signer::Signer;
use der::asn1::ObjectIdentifier;
use serde::Deserialize;
use std::sync::Arc;

use crate::services::Services;

/// Room for a time-stamp of an authority that has not shown yet how long its time-stamps are.
const USUAL_ROOM: usize = 16 << 10;

/// Who gives time-stamps.
pub enum StampSource {
    /// The built-in authority.
    Own(OwnStamps),
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

impl Services {
    /// Bytes to keep free for a time-stamp, from one that the authority gave.
    pub(super) async fn stamp_room(&self) -> usize {
        if self.time_stamps.is_some() { USUAL_ROOM } else { 0 }
    }
}
