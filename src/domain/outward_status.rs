//! How a licence's state looks from outside: the codes of housing authorities (住建部 证照状态), the words of share interfaces, and the
//! answers of information verification (信息验证).

use crate::domain::{licence::LicenceState, life::Transition};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where a licence stands on a day; all that its look from outside is made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Stored state.
    pub state: LicenceState,
    /// The transition that led to it.
    pub by: Option<Transition>,
    /// First day in force, days since 1970-01-01; `None`: from its issue.
    pub valid_from: Option<i64>,
    /// Last day in force; `None`: no end.
    pub valid_until: Option<i64>,
    /// The day that is asked about.
    pub today: i64,
}

/// What share interfaces call it (GB/T 36906 as used).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ShareStatus {
    /// Not yet active (未生效).
    NotYetActive,
    /// Valid (有效).
    Valid,
    /// Suspended, or reported lost (暂扣、挂失).
    Suspended,
    /// Use is restricted (限制使用).
    Restricted,
    /// Expired (已过期).
    Expired,
    /// Lapsed: replaced by a later version, or taken away (失效).
    Lapsed,
    /// Cancelled (注销).
    Cancelled,
}

/// The answer of an information verification: `0` to `7`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InformationAnswer {
    /// 0: correct and valid (信息正确，证照有效).
    Valid,
    /// 1: correct, not yet active (信息正确，尚未生效).
    NotYetActive,
    /// 2: correct, temporarily suspended (信息正确，暂停使用).
    Suspended,
    /// 3: correct, no longer valid (信息正确，已失效).
    NoLongerValid,
    /// 4: not enough information (信息不足).
    NotEnough,
    /// 5: no such licence (查无此证).
    NoSuchLicence,
    /// 6: wrong, does not match (信息不符).
    Wrong,
    /// 7: partly wrong (部分信息不符).
    PartlyWrong,
}

impl Standing {
    /// Is the last day over?
    pub fn has_expired(self) -> bool {
        self.valid_until.is_some_and(|last| last < self.today)
    }

    fn begins_later(self) -> bool {
        self.valid_from.is_some_and(|first| self.today < first)
    }

    /// The code of the housing authorities: `01` 有效 `02` 暂扣 `03` 撤销 `04` 注销 `05` 失效 `07` 吊销 `99` 其他. `06` 办理转出 never
    /// comes: a licence that moves to another authority is cancelled here.
    pub fn housing_code(self) -> &'static str {
        match self.state {
            LicenceState::Active if self.has_expired() => "05",
            LicenceState::Active if self.begins_later() => "99",
            LicenceState::Active => "01",
            LicenceState::Suspended => "02",
            LicenceState::Revoked if self.by == Some(Transition::Annul) => "03",
            LicenceState::Revoked => "07",
            LicenceState::Cancelled => "04",
            LicenceState::Superseded => "05",
            LicenceState::Restricted | LicenceState::Lost | LicenceState::Minting | LicenceState::Void => "99",
        }
    }

    /// The word of the share interface; `None` for what was never released.
    pub fn share_status(self) -> Option<ShareStatus> {
        Some(match self.state {
            LicenceState::Minting | LicenceState::Void => return None,
            LicenceState::Revoked | LicenceState::Superseded => ShareStatus::Lapsed,
            LicenceState::Cancelled => ShareStatus::Cancelled,
            LicenceState::Active | LicenceState::Suspended | LicenceState::Restricted | LicenceState::Lost if self.has_expired() => {
                ShareStatus::Expired
            }
            LicenceState::Suspended | LicenceState::Lost => ShareStatus::Suspended,
            LicenceState::Restricted => ShareStatus::Restricted,
            LicenceState::Active if self.begins_later() => ShareStatus::NotYetActive,
            LicenceState::Active => ShareStatus::Valid,
        })
    }

    /// The answer when all information fits.
    pub fn information_answer(self) -> InformationAnswer {
        match self.share_status() {
            None => InformationAnswer::NoSuchLicence,
            Some(ShareStatus::NotYetActive) => InformationAnswer::NotYetActive,
            Some(ShareStatus::Valid) => InformationAnswer::Valid,
            Some(ShareStatus::Suspended | ShareStatus::Restricted) => InformationAnswer::Suspended,
            Some(ShareStatus::Expired | ShareStatus::Lapsed | ShareStatus::Cancelled) => InformationAnswer::NoLongerValid,
        }
    }
}

impl InformationAnswer {
    /// The digit that is sent.
    pub fn code(self) -> u8 {
        match self {
            Self::Valid => 0,
            Self::NotYetActive => 1,
            Self::Suspended => 2,
            Self::NoLongerValid => 3,
            Self::NotEnough => 4,
            Self::NoSuchLicence => 5,
            Self::Wrong => 6,
            Self::PartlyWrong => 7,
        }
    }

    /// `中文。 English.`
    pub fn message(self) -> &'static str {
        match self {
            Self::Valid => "信息正确，证照有效。 Correct, and the licence is valid.",
            Self::NotYetActive => "信息正确，证照尚未生效。 Correct, but the licence is not yet in force.",
            Self::Suspended => "信息正确，证照暂停或限制使用。 Correct, but the licence is suspended or restricted for now.",
            Self::NoLongerValid => "信息正确，证照已失效。 Correct, but the licence is no longer valid.",
            Self::NotEnough => {
                "信息不足，请补充证照编号和持证主体代码。 Not enough information: give number, and holder with code and code type."
            }
            Self::NoSuchLicence => "查无此证，请核对。 There is no such licence; check what you have.",
            Self::Wrong => "信息不符。 The information does not match.",
            Self::PartlyWrong => "部分信息不符。 Some of the information does not match.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use LicenceState as S;

    fn standing(state: S, by: Option<Transition>, days: (Option<i64>, Option<i64>)) -> Standing {
        Standing { state, by, valid_from: days.0, valid_until: days.1, today: 100 }
    }

    #[test]
    fn every_state_has_its_look() {
        let now = (Some(100), Some(100));
        let cases = [
            (S::Active, None, now, "01", Some(ShareStatus::Valid), 0),
            (S::Active, None, (None, None), "01", Some(ShareStatus::Valid), 0),
            (S::Active, None, (Some(101), None), "99", Some(ShareStatus::NotYetActive), 1),
            (S::Active, None, (Some(1), Some(99)), "05", Some(ShareStatus::Expired), 3),
            (S::Suspended, None, now, "02", Some(ShareStatus::Suspended), 2),
            (S::Suspended, None, (None, Some(99)), "02", Some(ShareStatus::Expired), 3),
            (S::Restricted, None, now, "99", Some(ShareStatus::Restricted), 2),
            (S::Lost, None, now, "99", Some(ShareStatus::Suspended), 2),
            (S::Superseded, Some(Transition::Change), now, "05", Some(ShareStatus::Lapsed), 3),
            (S::Revoked, Some(Transition::Annul), now, "03", Some(ShareStatus::Lapsed), 3),
            (S::Revoked, Some(Transition::Revoke), now, "07", Some(ShareStatus::Lapsed), 3),
            (S::Revoked, None, now, "07", Some(ShareStatus::Lapsed), 3),
            (S::Cancelled, Some(Transition::Cancel), now, "04", Some(ShareStatus::Cancelled), 3),
            (S::Minting, None, now, "99", None, 5),
            (S::Void, None, now, "99", None, 5),
        ];
        for (state, by, days, housing, share, answer) in cases {
            let standing = standing(state, by, days);
            assert_eq!((standing.housing_code(), standing.share_status()), (housing, share), "{standing:?}");
            assert_eq!(standing.information_answer().code(), answer, "{standing:?}");
        }
    }
}
