//! Why a licence was changed: reason, legal basis, a public note, the result of an inspection. Kept sealed beside the change.

use crate::domain::{date::LicenceDate, life::Transition};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Longest reason, basis and note, characters.
const LONGEST: usize = 500;

/// What is said of a transition. `Debug` shows nothing of it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeNotes {
    /// 理由, 2 to 500 characters.
    pub reason: String,
    /// 法律依据, at most 500 characters, e.g. `《行政许可法》第六十九条`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<String>,
    /// The words of an annotation (加注), 2 to 500 characters: whoever may read the licence reads them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The result of an annual inspection (年检).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inspection: Option<Inspection>,
}

/// An annual inspection (年检).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Inspection {
    /// Did it pass?
    pub passed: bool,
    /// First day of the period that was inspected, `YYYY-MM-DD`.
    pub from: LicenceDate,
    /// Last day of it, `YYYY-MM-DD`.
    pub until: LicenceDate,
}

/// Why the notes do not fit the transition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotesProblem {
    /// No reason, or too long a one.
    #[error("请填写 2 至 500 字的理由。 Give a reason of 2 to 500 characters.")]
    Reason,
    /// Too long a basis.
    #[error("法律依据最多 500 字。 The legal basis has at most 500 characters.")]
    Basis,
    /// An annotation without words, or words where none belong.
    #[error(
        "加注须写明 2 至 500 字的内容，其他操作不带加注。 An annotation needs a note of 2 to 500 characters, and nothing else takes one."
    )]
    Note,
    /// An inspection without its result, or a result where none belongs.
    #[error(
        "年检须给出是否通过和起止日期（先起后止），其他操作不带年检结果。 An inspection needs its result and its period, begin before end, and nothing else takes one."
    )]
    Inspection,
}

impl ChangeNotes {
    /// Only a reason.
    pub fn because(reason: &str) -> Self {
        Self { reason: reason.to_owned(), ..Self::default() }
    }

    /// The notes trimmed, if they are what `transition` needs.
    pub fn checked(self, transition: Transition) -> Result<Self, NotesProblem> {
        let trimmed = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let length = |text: &str| text.chars().count();
        let reason = self.reason.trim().to_owned();
        let (basis, note) = (trimmed(self.basis), trimmed(self.note));
        if !(2..=LONGEST).contains(&length(&reason)) {
            return Err(NotesProblem::Reason);
        }
        if basis.as_deref().is_some_and(|basis| length(basis) > LONGEST) {
            return Err(NotesProblem::Basis);
        }
        match (transition == Transition::Annotate, &note) {
            (true, Some(note)) if (2..=LONGEST).contains(&length(note)) => {}
            (false, None) => {}
            _ => return Err(NotesProblem::Note),
        }
        match (transition == Transition::Inspect, &self.inspection) {
            (true, Some(inspection)) if inspection.from <= inspection.until => {}
            (false, None) => {}
            _ => return Err(NotesProblem::Inspection),
        }
        Ok(Self { reason, basis, note, inspection: self.inspection })
    }
}

impl fmt::Debug for ChangeNotes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ChangeNotes")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_transition_takes_what_it_needs() {
        let day = |text| LicenceDate::parse(text).unwrap();
        let inspection = Inspection { passed: true, from: day("2026-01-01"), until: day("2026-12-31") };
        let note = ChangeNotes { note: Some("  地址门牌号调整 ".into()), ..ChangeNotes::because(" 依申请 ") };
        let checked = note.clone().checked(Transition::Annotate).unwrap();
        assert_eq!((checked.reason.as_str(), checked.note.as_deref()), ("依申请", Some("地址门牌号调整")));
        assert_eq!(note.checked(Transition::Suspend), Err(NotesProblem::Note));
        assert_eq!(ChangeNotes::because("依申请").checked(Transition::Annotate), Err(NotesProblem::Note));
        assert_eq!(ChangeNotes::because("依申请").checked(Transition::Inspect), Err(NotesProblem::Inspection));
        let inspected = ChangeNotes { inspection: Some(inspection.clone()), ..ChangeNotes::because("年度检查") };
        assert!(inspected.clone().checked(Transition::Inspect).is_ok());
        assert_eq!(inspected.checked(Transition::Cancel), Err(NotesProblem::Inspection));
        let backwards = Inspection { from: inspection.until, until: inspection.from, passed: true };
        let backwards = ChangeNotes { inspection: Some(backwards), ..ChangeNotes::because("年度检查") };
        assert_eq!(backwards.checked(Transition::Inspect), Err(NotesProblem::Inspection));
        for reason in ["", " x ", &"长".repeat(501)] {
            assert_eq!(ChangeNotes::because(reason).checked(Transition::Cancel), Err(NotesProblem::Reason));
        }
        let basis = ChangeNotes { basis: Some("依".repeat(501)), ..ChangeNotes::because("依申请") };
        assert_eq!(basis.checked(Transition::Cancel), Err(NotesProblem::Basis));
    }
}
