//! The settings of seals for the long term: `[seal]`, `[time_stamp]`, `[revocation]`, `[renewal]`.

use crate::config::read::Reader;
use crate::domain::seal_level::SealLevel;
use crate::services::StampFailure;
use der::asn1::ObjectIdentifier;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How far documents are sealed.
#[derive(Clone, Debug)]
pub struct Sealing {
    /// The highest level made here, whatever a licence type asks for.
    pub highest: SealLevel,
    /// How long whoever mints waits for validation data before the answer says `pending`.
    pub wait_for_validation: Duration,
}

/// Who gives time-stamps, and what happens while nobody does.
#[derive(Clone, Debug)]
pub struct TimeStamps {
    /// The authority; `None` when there is neither an address nor a key.
    pub authority: Option<StampAuthority>,
    /// What a mint does without a time-stamp.
    pub on_failure: StampFailure,
}

/// A time-stamp authority (时间戳机构).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StampAuthority {
    /// The built-in one, with a key of this installation.
    Own {
        /// Encrypted PKCS#8 key, opened with the passphrase of the other keys.
        key: PathBuf,
        /// PEM chain, the certificate of the key first, without the root.
        chain: PathBuf,
        /// Object identifier of its policy.
        policy: ObjectIdentifier,
    },
    /// Another one, over HTTP (RFC 3161 section 3.4).
    Remote {
        /// Its address.
        url: String,
        /// The only policy under which time-stamps are taken; `None` takes any.
        policy: Option<ObjectIdentifier>,
        /// Longest time for one answer.
        timeout: Duration,
    },
}

/// How revocation is asked for.
#[derive(Clone, Debug)]
pub struct Revocation {
    /// Hosts with private addresses that may be asked all the same; every other private address is refused.
    pub allow: Vec<String>,
    /// Longest time for one answer.
    pub timeout: Duration,
    /// Take only answers that were made after the time-stamp. Without it a list that is still current will do.
    pub fresh: bool,
}

/// When archive time-stamps are renewed.
#[derive(Clone, Debug)]
pub struct Renewal {
    /// So long before the certificate or the algorithms of the newest time-stamp end.
    pub before: Duration,
}

/// The policy that a time-stamp of ours names when no other is configured: under the enterprise number for examples (RFC 5612), which promises nothing.
const OWN_POLICY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.32473.1.3161");

impl Sealing {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let wait: f64 = reader.or("seal.wait_for_validation_seconds", 2.0);
        if !(0.0..=60.0).contains(&wait) {
            reader.refuse("seal.wait_for_validation_seconds", "must be 0 to 60");
        }
        Self {
            highest: reader.or("seal.level", SealLevel::Lta),
            wait_for_validation: Duration::try_from_secs_f64(wait).unwrap_or_default(),
        }
    }
}

impl TimeStamps {
    pub(super) fn read(reader: &mut Reader, data: &Path) -> Self {
        let url = reader.optional::<String>("time_stamp.url");
        let timeout = seconds(reader, "time_stamp.timeout_seconds", 10, 10);
        let key = reader.path("time_stamp.key");
        let chain = reader.path("time_stamp.chain");
        let policy = read_policy(reader);
        let on_failure = reader.or("time_stamp.on_failure", StampFailure::Refuse);
        let usual = data.join("keys/time-stamp.key.pem");
        let authority = match (url, key) {
            (Some(_), Some(_)) => {
                reader.refuse("time_stamp.url", "give the address of another authority or a key for the built-in one, not both");
                None
            }
            (Some(url), None) => {
                if !url.starts_with("http://") && !url.starts_with("https://") {
                    reader.refuse("time_stamp.url", "must begin with https:// or http://");
                }
                Some(StampAuthority::Remote { url, policy, timeout })
            }
            (None, Some(key)) => Some(own(key, chain, policy, data)),
            (None, None) => usual.exists().then(|| own(usual, chain, policy, data)),
        };
        Self { authority, on_failure }
    }
}

fn read_policy(reader: &mut Reader) -> Option<ObjectIdentifier> {
    let policy = ObjectIdentifier::new(&reader.optional::<String>("time_stamp.policy")?);
    if policy.is_err() {
        reader.refuse("time_stamp.policy", "must be an object identifier, e.g. \"1.2.156.10197.1.999\"");
    }
    policy.ok()
}

fn own(key: PathBuf, chain: Option<PathBuf>, policy: Option<ObjectIdentifier>, data: &Path) -> StampAuthority {
    let chain = chain.unwrap_or_else(|| data.join("keys/time-stamp.chain.pem"));
    StampAuthority::Own { key, chain, policy: policy.unwrap_or(OWN_POLICY) }
}

impl Revocation {
    pub(super) fn read(reader: &mut Reader) -> Self {
        Self {
            allow: reader.or("revocation.allow", Vec::new()),
            timeout: seconds(reader, "revocation.timeout_seconds", 10, 120),
            fresh: reader.or("revocation.fresh", true),
        }
    }
}

impl Renewal {
    pub(super) fn read(reader: &mut Reader) -> Self {
        let days: u32 = reader.or("renewal.before_days", 90);
        Self { before: Duration::from_secs(u64::from(days) * 86_400) }
    }
}

fn seconds(reader: &mut Reader, key: &'static str, default: u64, most: u64) -> Duration {
    let seconds = reader.or(key, default);
    if !(1..=most).contains(&seconds) {
        reader.refuse(key, format!("must be 1 to {most}"));
    }
    Duration::from_secs(seconds)
}
