//! Dates on a licence: calendar dates without a time, and ends of validity that may be 长期 (no end).

use crate::domain::template::DateStyle;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use time::{Date, Month, OffsetDateTime, UtcOffset};

/// How a payload, a form and a certificate write "no end of validity".
pub const LONG_TERM: &str = "长期";

/// Why a date was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DateProblem {
    /// None of the three accepted spellings.
    #[error("a date is written 2026-11-22, 20261122 or 2026年11月22日")]
    Spelling,
    /// The calendar has no such day, or its year is not between 1800 and 9999.
    #[error("the calendar has no such day; check year, month and day")]
    NoSuchDay,
}

/// A calendar date on a licence, years 1800 to 9999; written `YYYY-MM-DD`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, JsonSchema)]
#[schemars(with = "String")]
pub struct LicenceDate(#[schemars(with = "String")] Date);

impl LicenceDate {
    /// Reads `2026-11-22`, `20261122` or `2026年11月22日` (there month and day may have one digit).
    pub fn parse(text: &str) -> Result<Self, DateProblem> {
        let (year, month, day) = match text.strip_suffix('日') {
            Some(rest) => {
                let (year, rest) = rest.split_once('年').ok_or(DateProblem::Spelling)?;
                let (month, day) = rest.split_once('月').ok_or(DateProblem::Spelling)?;
                (digits(year, 4, 4)?, digits(month, 1, 2)?, digits(day, 1, 2)?)
            }
            None if text.contains('-') => {
                let (year, rest) = text.split_once('-').ok_or(DateProblem::Spelling)?;
                let (month, day) = rest.split_once('-').ok_or(DateProblem::Spelling)?;
                (digits(year, 4, 4)?, digits(month, 2, 2)?, digits(day, 2, 2)?)
            }
            None => {
                let part = |from, to| text.get(from..to).ok_or(DateProblem::Spelling);
                if text.len() != 8 {
                    return Err(DateProblem::Spelling);
                }
                (digits(part(0, 4)?, 4, 4)?, digits(part(4, 6)?, 2, 2)?, digits(part(6, 8)?, 2, 2)?)
            }
        };
        Self::new(year, month, day)
    }

    fn new(year: u32, month: u32, day: u32) -> Result<Self, DateProblem> {
        let month = u8::try_from(month).ok().and_then(|m| Month::try_from(m).ok()).ok_or(DateProblem::NoSuchDay)?;
        let year = i32::try_from(year).map_err(|_| DateProblem::NoSuchDay)?;
        let day = u8::try_from(day).map_err(|_| DateProblem::NoSuchDay)?;
        if !(1800..=9999).contains(&year) {
            return Err(DateProblem::NoSuchDay);
        }
        Date::from_calendar_date(year, month, day).map(Self).map_err(|_| DateProblem::NoSuchDay)
    }

    /// The day it is in China at that moment (UTC+8 all year, 北京时间): licence dates begin and end there.
    pub fn in_china(at: OffsetDateTime) -> Self {
        // The range of OffsetDateTime is that of Date, and 8 hours at its very end stay within it by saturation.
        let china = UtcOffset::from_hms(8, 0, 0).ok().and_then(|offset| at.checked_to_offset(offset)).unwrap_or(at);
        Self(china.date())
    }

    /// Days since 1970-01-01, as the QR token counts them.
    pub fn days_since_epoch(self) -> i64 {
        i64::from(self.0.to_julian_day()) - i64::from(EPOCH_JULIAN_DAY)
    }

    /// The reverse of [`Self::days_since_epoch`]; `None` outside the years 1800 to 9999.
    pub fn from_days_since_epoch(days: i64) -> Option<Self> {
        let julian = days.checked_add(i64::from(EPOCH_JULIAN_DAY)).and_then(|d| i32::try_from(d).ok())?;
        Date::from_julian_day(julian).ok().filter(|d| (1800..=9999).contains(&d.year())).map(Self)
    }

    /// The year.
    pub fn year(self) -> i32 {
        self.0.year()
    }

    /// `2026年1月2日`.
    pub fn chinese(self) -> String {
        format!("{}年{}月{}日", self.0.year(), u8::from(self.0.month()), self.0.day())
    }

    /// As a template wants it printed.
    pub fn styled(self, style: DateStyle) -> String {
        match style {
            DateStyle::Chinese => self.chinese(),
            DateStyle::ChinesePadded => format!("{:04}年{:02}月{:02}日", self.0.year(), u8::from(self.0.month()), self.0.day()),
            DateStyle::Iso => self.to_string(),
        }
    }
}

const EPOCH_JULIAN_DAY: i32 = 2_440_588;

fn digits(text: &str, least: usize, most: usize) -> Result<u32, DateProblem> {
    if !(least..=most).contains(&text.len()) || !text.bytes().all(|b| b.is_ascii_digit()) {
        return Err(DateProblem::Spelling);
    }
    text.parse().map_err(|_| DateProblem::Spelling)
}

/// An end of validity (有效期截止日期).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, JsonSchema)]
#[schemars(with = "String")]
pub enum Until {
    /// In force up to and including this day.
    Day(LicenceDate),
    /// 长期: no end.
    LongTerm,
}

impl Until {
    /// Reads a date as [`LicenceDate::parse`] does, or `长期`.
    pub fn parse(text: &str) -> Result<Self, DateProblem> {
        if text == LONG_TERM { Ok(Self::LongTerm) } else { LicenceDate::parse(text).map(Self::Day) }
    }

    /// The last day, if there is one.
    pub fn day(self) -> Option<LicenceDate> {
        match self {
            Self::Day(day) => Some(day),
            Self::LongTerm => None,
        }
    }
}

impl fmt::Display for LicenceDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0.year(), u8::from(self.0.month()), self.0.day())
    }
}

impl fmt::Debug for LicenceDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LicenceDate({self})")
    }
}

impl fmt::Display for Until {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => day.fmt(f),
            Self::LongTerm => f.write_str(LONG_TERM),
        }
    }
}

impl Serialize for LicenceDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for LicenceDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

impl Serialize for Until {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Until {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn three_spellings_are_one_day() {
        for text in ["2026-01-02", "20260102", "2026年1月2日", "2026年01月02日"] {
            let date = LicenceDate::parse(text).expect(text);
            assert_eq!(date.to_string(), "2026-01-02");
            assert_eq!(date.chinese(), "2026年1月2日");
            assert_eq!(date.styled(DateStyle::ChinesePadded), "2026年01月02日");
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in ["", "2026", "2026-1-2", "2026-01-02 ", "２０２６-01-02", "2026/01/02", "长期", "日", "年月日", "2026-01", "+2026-1-1"]
        {
            assert_eq!(LicenceDate::parse(text), Err(DateProblem::Spelling), "{text}");
        }
        for text in ["2026-02-29", "2026-13-01", "2026-00-10", "1799-12-31", "2026年2月30日"] {
            assert_eq!(LicenceDate::parse(text), Err(DateProblem::NoSuchDay), "{text}");
        }
    }

    #[test]
    fn days_are_counted_from_1970() {
        assert_eq!(LicenceDate::parse("1970-01-01").map(LicenceDate::days_since_epoch), Ok(0));
        assert_eq!(LicenceDate::parse("2026-03-11").map(LicenceDate::days_since_epoch), Ok(20523));
        assert_eq!(LicenceDate::from_days_since_epoch(i64::MAX), None);
    }

    #[test]
    fn the_day_changes_at_midnight_in_china() {
        assert_eq!(LicenceDate::in_china(datetime!(2026-11-21 15:59:59 UTC)).to_string(), "2026-11-21");
        assert_eq!(LicenceDate::in_china(datetime!(2026-11-21 16:00:00 UTC)).to_string(), "2026-11-22");
    }

    #[test]
    fn no_end_is_written_in_words() {
        assert_eq!(Until::parse("长期"), Ok(Until::LongTerm));
        assert_eq!(Until::LongTerm.to_string(), "长期");
        assert_eq!(Until::parse("20311119").ok().and_then(Until::day).map(|d| d.to_string()), Some("2031-11-19".into()));
    }
}
