//! What statistics (统计) count, and which measures an event adds to.

use crate::domain::event::{Event, EventKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, UtcOffset};

/// Days and months are those of Beijing time, which has had no summer time since 1991.
const BEIJING: UtcOffset = match UtcOffset::from_hms(8, 0, 0) {
    Ok(offset) => offset,
    Err(_) => UtcOffset::UTC,
};

/// One thing that is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// Licences minted (签发).
    Issued,
    /// New versions of licences: changes and renewals (变更、延续).
    Changed,
    /// Licences revoked (撤销、吊销).
    Revoked,
    /// Licences cancelled (注销).
    Cancelled,
    /// Times that a licence was used instead of paper (用证).
    Used,
    /// Verifications of a licence of the register (验证).
    Verified,
    /// Downloads (下载).
    Downloaded,
    /// Papers that nobody had to hand in, because a licence was used for a named matter (免交).
    PapersSaved,
}

impl Measure {
    /// Every measure, in the order of columns.
    pub const ALL: [Self; 8] =
        [Self::Issued, Self::Changed, Self::Revoked, Self::Cancelled, Self::Used, Self::Verified, Self::Downloaded, Self::PapersSaved];

    /// The word that is stored and sent.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Issued => "issued",
            Self::Changed => "changed",
            Self::Revoked => "revoked",
            Self::Cancelled => "cancelled",
            Self::Used => "used",
            Self::Verified => "verified",
            Self::Downloaded => "downloaded",
            Self::PapersSaved => "papers-saved",
        }
    }

    /// Reads [`Self::as_str`].
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|measure| measure.as_str() == word)
    }

    /// What an event adds one to.
    pub fn of(event: &Event) -> &'static [Self] {
        match event.kind {
            EventKind::LicenceMinted => &[Self::Issued],
            EventKind::LicenceChanged | EventKind::LicenceRenewed => &[Self::Changed],
            EventKind::LicenceRevoked => &[Self::Revoked],
            EventKind::LicenceCancelled => &[Self::Cancelled],
            EventKind::LicenceUsed if event.facts.contains_key("matter") => &[Self::Used, Self::PapersSaved],
            EventKind::LicenceUsed => &[Self::Used],
            EventKind::LicenceVerified => &[Self::Verified],
            EventKind::LicenceDownloaded => &[Self::Downloaded],
            EventKind::LicenceSuspended
            | EventKind::LicenceResumed
            | EventKind::LicenceRestricted
            | EventKind::LicenceAnnotated
            | EventKind::LicenceInspected
            | EventKind::LicenceLost
            | EventKind::LicenceArchived
            | EventKind::LicenceExpiring
            | EventKind::CatalogueEntryChanged
            | EventKind::SealStateChanged
            | EventKind::TemplateChanged => &[],
        }
    }
}

/// The day of a moment in Beijing, `YYYY-MM-DD`.
pub fn day_of(at: OffsetDateTime) -> String {
    let date = at.to_offset(BEIJING).date();
    format!("{:04}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day())
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn words_read_back_and_are_those_of_the_json() {
        for measure in Measure::ALL {
            assert_eq!(Measure::from_word(measure.as_str()), Some(measure));
            assert_eq!(serde_json::to_value(measure).unwrap(), measure.as_str());
        }
    }

    #[test]
    fn a_paper_is_saved_only_for_a_matter() {
        let used = Event::new(EventKind::LicenceUsed, "11430000006122244L", datetime!(2026-12-31 16:00 UTC));
        assert_eq!(Measure::of(&used), [Measure::Used]);
        assert_eq!(Measure::of(&used.clone().with("matter", "000100")), [Measure::Used, Measure::PapersSaved]);
        assert_eq!(day_of(used.at), "2027-01-01");
    }
}
