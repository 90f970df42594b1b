//! What the use cases are built from: store, clock, chance, licence types, authorities with their keys, and settings.

use crate::{
    ambient::{Clock, Entropy},
    clients::RevocationClient,
    domain::{key_set::KeySet, payload::Party, seal_level::SealLevel},
    pdf::unsealed::SealAppearance,
    render::FontShelf,
    seal::signer::Signer,
    services::{
        own_authority::OwnAuthority,
        time_stamp::{StampFailure, StampSource},
        types::Types,
    },
    storage::Store,
    verify::Anchor,
};
use std::{sync::Arc, time::Duration};
use time::OffsetDateTime;

/// Everything that [`crate::services::Services::new`] takes over.
pub struct Setup {
    /// Where everything lasts.
    pub store: Store,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub entropy: Arc<dyn Entropy>,
    /// The licence types and their prepared templates.
    pub types: Types,
    /// The fonts of seals and templates.
    pub fonts: FontShelf,
    /// The keys, and what is trusted.
    pub keyring: Keyring,
    /// The address that QR codes point to, without a slash at its end.
    pub public_url: String,
    /// Who gives time-stamps; without one documents are sealed at B-B only.
    pub time_stamps: Option<StampSource>,
    /// The certification authorities whose revocation state is published here; usually none.
    pub own_authorities: Vec<OwnAuthority>,
    /// Asks other certification authorities about revocation; without one only our own are asked.
    pub revocation: Option<RevocationClient>,
    /// Times and limits.
    pub settings: Settings,
}

/// The keys that seal and sign, and what is trusted; exchanged as a whole by [`crate::services::Services::replace_keyring`].
pub struct Keyring {
    /// The issuing departments and their keys. The first operates the service: its QR key signs the head of the audit log.
    pub authorities: Vec<Authority>,
    /// What seals, time-stamps and tokens must lead to.
    pub anchors: Vec<Anchor>,
    /// The keys that tokens may be signed with, earlier ones included; says which issuer may mint which type.
    pub qr_keys: KeySet,
}

/// A key, and when it is used for new work. Out of that time it still finishes what was begun with it.
#[derive(Clone)]
pub struct TimedKey {
    /// The key with its chain.
    pub signer: Arc<dyn Signer>,
    /// First moment; `None`: its certificate's.
    pub from: Option<OffsetDateTime>,
    /// Last moment; `None`: its certificate's.
    pub until: Option<OffsetDateTime>,
}

impl From<Arc<dyn Signer>> for TimedKey {
    fn from(signer: Arc<dyn Signer>) -> Self {
        Self { signer, from: None, until: None }
    }
}

/// An issuing department (颁发机构) with its seals and its QR keys. Of the keys in their time the newest is used for new work.
pub struct Authority {
    /// Name and unified social credit code.
    pub party: Party,
    /// Name of the seal (印章名称), e.g. `示例市行政审批局电子证照专用章`.
    pub seal_name: String,
    /// The seal's keys and certificate chains.
    pub seals: Vec<TimedKey>,
    /// The seal's picture.
    pub seal_picture: SealAppearance,
    /// The keys that sign QR tokens (P-256 or Ed25519); their certificates stand in the key set.
    pub qrs: Vec<TimedKey>,
}

/// Times and limits; the default suits one server.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How long a mint belongs to the process that began it. Longer than any mint takes; a crashed one is taken over after it.
    pub lease: Duration,
    /// How long a batch of waiting documents belongs to the process that claimed it. Longer than any batch takes.
    pub batch_lease: Duration,
    /// A mint that failed so often is voided.
    pub most_attempts: i64,
    /// Threads that render and sign at the same time.
    pub workers: usize,
    /// Longest document that is verified, bytes.
    pub verify_bytes: usize,
    /// The highest level of seals made here, whatever a licence type asks for.
    pub highest_level: SealLevel,
    /// What a mint does when the time-stamp authority does not answer.
    pub stamp_failure: StampFailure,
    /// How long whoever mints waits for validation data before the answer says that they are pending.
    pub wait_for_validation: Duration,
    /// Take only revocation answers that were made after the time-stamp.
    pub fresh_revocation: bool,
    /// How long before its newest time-stamp weakens a document gets another one.
    pub renew_before: Duration,
    /// How long a status list is given out before it is made anew; at most 60 s.
    pub status_list_age: Duration,
    /// How many days before a licence's last day it is announced as expiring (到期提醒), once each.
    pub remind_days: Vec<u16>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            lease: Duration::from_secs(15),
            batch_lease: Duration::from_secs(120),
            most_attempts: 8,
            workers: std::thread::available_parallelism().map_or(2, usize::from),
            verify_bytes: 20 << 20,
            highest_level: SealLevel::Lta,
            stamp_failure: StampFailure::Refuse,
            wait_for_validation: Duration::from_secs(2),
            fresh_revocation: true,
            renew_before: Duration::from_secs(90 * 86_400),
            status_list_age: Duration::from_secs(30),
            remind_days: vec![30, 7, 1],
        }
    }
}

/// Why the use cases cannot be built from what was given.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// No department at all.
    #[error("no department is configured; give one with its keys")]
    NoAuthority,
    /// Something must be time-stamped and nobody gives time-stamps.
    #[error(
        "证照类型 {0} 需要时间戳，但未配置时间戳机构 licence type {0} needs time-stamps and no authority gives them: set time_stamp.url, or \
         time_stamp.key for the built-in one, or seal.level = \"B-B\""
    )]
    NoTimeStamps(String),
    /// A certification authority of this installation cannot work.
    #[error("证书颁发机构 {name} 不可用 the certification authority {name} cannot be used: {reason}; correct [[authority]]")]
    OwnAuthority {
        /// Its name.
        name: String,
        /// Why.
        reason: String,
    },
    /// A department stands twice in the list.
    #[error("the department {0} is configured twice; keep one")]
    TwoAuthorities(String),
    /// The definition of a licence type is wrong.
    #[error("the definition of licence type {code} is wrong: {problems}; correct its type.toml")]
    LicenceType {
        /// The type.
        code: String,
        /// All that is wrong.
        problems: String,
    },
    /// A code is not a unified social credit code.
    #[error("{0} is not a unified social credit code; correct the department's code")]
    DepartmentCode(String),
    /// A key cannot be used for what it is configured for.
    #[error("the {role} key of department {department} cannot be used: {reason}")]
    Key {
        /// `seal`, `QR` or `status`.
        role: &'static str,
        /// Code of the department.
        department: String,
        /// Why.
        reason: String,
    },
    /// No random bytes.
    #[error(transparent)]
    Entropy(#[from] crate::ambient::EntropyError),
}
