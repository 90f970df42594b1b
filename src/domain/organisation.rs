//! An organisation (组织机构) in the tree of organisations, and the administrative division (行政区划) that it works for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Organisation {
    /// 统一社会信用代码, 18 characters.
    pub code: String,
    /// Name.
    pub name: String,
    /// 行政区划代码.
    pub division: Division,
    /// Code of the organisation above it; absent at the top.
    pub parent: Option<String>,
    /// May anybody act for it?
    pub state: OrganisationState,
}

/// May anybody act for an organisation?
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OrganisationState {
    /// 正常.
    Active,
    /// 停用: nobody acts for it any more; what it issued stays.
    Closed,
}

impl OrganisationState {
    /// The word that is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Closed => "closed",
        }
    }

    /// Reads [`Self::as_str`].
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Active, Self::Closed].into_iter().find(|state| state.as_str() == word)
    }
}

/// An administrative division (行政区划代码, GB/T 2260): 6 digits, two each for province, city and county; `00` leaves a level open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Division(String);

/// Not 6 digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("行政区划代码须为 6 位数字。 A division is 6 digits, e.g. 330100.")]
pub struct NotADivision;

impl Division {
    /// Reads 6 digits.
    pub fn parse(text: &str) -> Result<Self, NotADivision> {
        let good = text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_digit());
        if good { Ok(Self(text.to_owned())) } else { Err(NotADivision) }
    }

    /// The division that a unified social credit code (GB 32100) was given in: its characters 3 to 8.
    pub fn of_code(code: &str) -> Option<Self> {
        code.get(2..8).and_then(|digits| Self::parse(digits).ok())
    }

    /// The 6 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Is `other` this division or a part of it? The whole country (`100000`, `000000`) holds every other.
    pub fn contains(&self, other: &Self) -> bool {
        let mut own = if self.0 == "100000" { "" } else { self.0.as_str() };
        while let Some(shorter) = own.strip_suffix("00").filter(|shorter| shorter.len() % 2 == 0) {
            own = shorter;
        }
        other.0.starts_with(own)
    }
}

impl TryFrom<String> for Division {
    type Error = NotADivision;

    fn try_from(text: String) -> Result<Self, NotADivision> {
        Self::parse(&text)
    }
}

impl From<Division> for String {
    fn from(division: Division) -> Self {
        division.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_division_holds_its_parts() {
        let of = |text| Division::parse(text).unwrap();
        for (whole, part) in [
            ("330000", "330102"),
            ("330100", "330102"),
            ("330102", "330102"),
            ("100000", "330000"),
            ("000000", "100000"),
            ("330000", "331000"),
        ] {
            assert!(of(whole).contains(&of(part)), "{whole} {part}");
        }
        for (one, other) in [("330100", "330200"), ("330102", "330100"), ("330000", "320000"), ("331000", "330102")] {
            assert!(!of(one).contains(&of(other)), "{one} {other}");
        }
        assert!(Division::parse("33010").is_err() && Division::parse("33010a").is_err());
        assert_eq!(Division::of_code("11999999000000027G"), Some(of("999999")));
    }
}
