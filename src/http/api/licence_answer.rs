//! A licence as the API shows it to its own department.

use crate::domain::payload::Payload;
use crate::domain::seal_level::SealLevel;
use crate::services::LicenceView;
use schemars::JsonSchema;
use serde::Serialize;
use time::OffsetDateTime;

/// A licence of the register.
#[derive(Serialize, JsonSchema)]
pub struct LicenceAnswer {
    /// 证照标识.
    identifier: String,
    /// `active`, `suspended`, `restricted`, `superseded`, `revoked` or `cancelled`.
    state: String,
    /// Why the state changed.
    state_reason: Option<String>,
    /// When the state last changed, RFC 3339.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "String")]
    state_changed_at: OffsetDateTime,
    /// When the licence was minted, RFC 3339.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "String")]
    created_at: OffsetDateTime,
    /// The full text in the QR symbol.
    qr: String,
    /// SHA-256 of the document, hex.
    file_digest: String,
    /// SHA-256 of the signed byte ranges, hex.
    signed_digest: String,
    /// The level that the document has reached: `B-B`, `B-T`, `B-LT` or `B-LTA`.
    level: SealLevel,
    /// Does the document wait for validation data or a time-stamp? A newer one follows then.
    pending: bool,
    /// What the licence says: the canonical payload.
    payload: Payload,
}

impl From<LicenceView> for LicenceAnswer {
    fn from(view: LicenceView) -> Self {
        Self {
            identifier: view.identifier,
            state: view.state.as_str().to_owned(),
            state_reason: view.state_reason,
            state_changed_at: view.state_changed_at,
            created_at: view.created_at,
            qr: view.qr_text,
            file_digest: view.file_digest.to_hex(),
            signed_digest: view.signed_digest.to_hex(),
            level: view.level,
            pending: view.pending,
            payload: view.payload,
        }
    }
}
