//! An electronic seal (电子印章) as the service knows it: whose it is, and which certificate makes it.

use crate::domain::{digest::Digest, payload::Party};
use serde::{Deserialize, Serialize};

/// One seal. The private key is elsewhere; this is only its public record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealRecord {
    /// Id of the seal in this service, e.g. `demo-seal`.
    pub id: String,
    /// The words on it, e.g. `示例市行政审批局电子证照专用章`.
    pub name: String,
    /// Whose seal it is.
    pub owner: Party,
    /// SHA-256 of the signer's certificate (DER).
    pub certificate: Digest,
}
