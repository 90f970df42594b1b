//! An event (事件): what happened to a licence, a seal, a template or the catalogue, told to whoever subscribed and counted. Never personal data.

use crate::domain::licence::LicenceId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use time::OffsetDateTime;

/// One event. It names no person: a licence by its random id, everything else by public codes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// What happened.
    pub kind: EventKind,
    /// Unified social credit code of the organisation whose licence, seal, template or entry it is.
    pub organisation: String,
    /// Its division (行政区划), 6 digits.
    pub division: String,
    /// 证照类型代码, where the event is about a type or a licence.
    pub type_code: Option<String>,
    /// The licence, where the event is about one.
    pub subject: Option<LicenceId>,
    /// When it happened.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// Facts that name nobody, e.g. `from`, `to`, `matter`, `seal`.
    pub facts: BTreeMap<String, String>,
}

impl Event {
    /// An event of the organisation with that unified social credit code. Its characters 3 to 8 are the division (GB 32100), unless
    /// [`Self::in_division`] says another.
    pub fn new(kind: EventKind, organisation: &str, at: OffsetDateTime) -> Self {
        let division = organisation.get(2..8).unwrap_or_default().to_owned();
        Self { kind, organisation: organisation.to_owned(), division, type_code: None, subject: None, at, facts: BTreeMap::new() }
    }

    /// With the organisation's division, where it is known better than by its code.
    pub fn in_division(mut self, division: &str) -> Self {
        self.division = division.to_owned();
        self
    }

    /// About a licence type.
    pub fn of_type(mut self, type_code: &str) -> Self {
        self.type_code = Some(type_code.to_owned());
        self
    }

    /// About a licence.
    pub fn about(mut self, licence: LicenceId) -> Self {
        self.subject = Some(licence);
        self
    }

    /// With one more fact; never personal data.
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.facts.insert(name.to_owned(), value.to_string());
        self
    }
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EventKind {
    /// A licence became active (签发).
    LicenceMinted,
    /// A new version with other facts replaced it (变更).
    LicenceChanged,
    /// A new version with a later end replaced it (延续).
    LicenceRenewed,
    /// Suspended (暂扣、冻结).
    LicenceSuspended,
    /// In force again (恢复).
    LicenceResumed,
    /// Use was restricted (限制).
    LicenceRestricted,
    /// A note was added (加注).
    LicenceAnnotated,
    /// The annual inspection was recorded (年检).
    LicenceInspected,
    /// Reported lost, or issued again after that (挂失补发).
    LicenceLost,
    /// Revoked by the authority (撤销、吊销).
    LicenceRevoked,
    /// Cancelled (注销).
    LicenceCancelled,
    /// Archived (归档).
    LicenceArchived,
    /// Its last day comes near (到期提醒).
    LicenceExpiring,
    /// Used instead of paper; the fact `matter` says for which matter, and then counts as paper saved (用证、免交).
    LicenceUsed,
    /// Verified by somebody (验证).
    LicenceVerified,
    /// Its document was downloaded (下载).
    LicenceDownloaded,
    /// An entry of the catalogue changed (目录变动).
    CatalogueEntryChanged,
    /// A seal changed its state (印章状态变动).
    SealStateChanged,
    /// A template changed (模板变动).
    TemplateChanged,
}

impl EventKind {
    /// Every kind.
    pub const ALL: [Self; 19] = [
        Self::LicenceMinted,
        Self::LicenceChanged,
        Self::LicenceRenewed,
        Self::LicenceSuspended,
        Self::LicenceResumed,
        Self::LicenceRestricted,
        Self::LicenceAnnotated,
        Self::LicenceInspected,
        Self::LicenceLost,
        Self::LicenceRevoked,
        Self::LicenceCancelled,
        Self::LicenceArchived,
        Self::LicenceExpiring,
        Self::LicenceUsed,
        Self::LicenceVerified,
        Self::LicenceDownloaded,
        Self::CatalogueEntryChanged,
        Self::SealStateChanged,
        Self::TemplateChanged,
    ];

    /// The word that is stored and sent.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LicenceMinted => "licence-minted",
            Self::LicenceChanged => "licence-changed",
            Self::LicenceRenewed => "licence-renewed",
            Self::LicenceSuspended => "licence-suspended",
            Self::LicenceResumed => "licence-resumed",
            Self::LicenceRestricted => "licence-restricted",
            Self::LicenceAnnotated => "licence-annotated",
            Self::LicenceInspected => "licence-inspected",
            Self::LicenceLost => "licence-lost",
            Self::LicenceRevoked => "licence-revoked",
            Self::LicenceCancelled => "licence-cancelled",
            Self::LicenceArchived => "licence-archived",
            Self::LicenceExpiring => "licence-expiring",
            Self::LicenceUsed => "licence-used",
            Self::LicenceVerified => "licence-verified",
            Self::LicenceDownloaded => "licence-downloaded",
            Self::CatalogueEntryChanged => "catalogue-entry-changed",
            Self::SealStateChanged => "seal-state-changed",
            Self::TemplateChanged => "template-changed",
        }
    }

    /// Reads [`Self::as_str`].
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_back_and_are_those_of_the_json() {
        for kind in EventKind::ALL {
            assert_eq!(EventKind::from_word(kind.as_str()), Some(kind));
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
    }

    #[test]
    fn the_division_is_that_of_the_code() {
        let event = Event::new(EventKind::LicenceMinted, "11430000006122244L", OffsetDateTime::UNIX_EPOCH);
        assert_eq!(event.division, "430000");
        assert_eq!(event.in_division("430100").division, "430100");
        assert_eq!(Event::new(EventKind::LicenceMinted, "短", OffsetDateTime::UNIX_EPOCH).division, "");
    }
}
