//! A licence as the API shows it to its own department.

use crate::domain::date::LicenceDate;
use crate::domain::outward_status::ShareStatus;
use crate::domain::payload::Payload;
use crate::domain::seal_level::SealLevel;
use crate::domain::trust_grade::TrustGrade;
use crate::services::{Annotation, LicenceView};
use schemars::JsonSchema;
use serde::Serialize;
use time::OffsetDateTime;

/// A licence of the register.
#[derive(Serialize, JsonSchema)]
pub struct LicenceAnswer {
    /// 证照标识.
    identifier: String,
    /// `active`, `suspended`, `restricted`, `lost`, `superseded`, `revoked` or `cancelled`.
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
    /// 版本号, from 1.
    version: i64,
    /// How it stands today by the words of share interfaces; expiry is computed.
    standing: Option<ShareStatus>,
    /// The same by the codes of housing authorities: `01` 有效 `02` 暂扣 `03` 撤销 `04` 注销 `05` 失效 `07` 吊销 `99` 其他.
    housing_code: &'static str,
    /// 可信等级.
    trust_grade: TrustGrade,
    /// When it went to the archive, RFC 3339.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schemars(with = "Option<String>")]
    archived_at: Option<OffsetDateTime>,
    /// Last day that the newest passed inspection covers, `YYYY-MM-DD`.
    inspected_until: Option<LicenceDate>,
    /// 加注, the newest first.
    annotations: Vec<Annotation>,
    /// 证照标识 of the version that it replaces.
    replaces: Option<String>,
    /// 证照标识 of the version that replaced it.
    replaced_by: Option<String>,
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
            version: view.version,
            standing: view.standing.share_status(),
            housing_code: view.standing.housing_code(),
            trust_grade: view.trust_grade,
            archived_at: view.archived_at,
            inspected_until: view.inspected_until,
            annotations: view.annotations,
            replaces: view.replaces,
            replaced_by: view.replaced_by,
            payload: view.payload,
        }
    }
}
