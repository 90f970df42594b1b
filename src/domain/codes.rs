//! Codes with check digits: the unified social credit code (统一社会信用代码, GB 32100) and the citizen ID number (公民身份号码, GB 11643).

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// Why a code was refused. The value itself is never in the message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeProblem {
    /// The code does not have 18 characters.
    #[error("the code must have 18 characters, it has {0}; check it against the paper")]
    Length(usize),
    /// A character that the alphabet of the code does not have; position from 1.
    #[error("character {0} of the code is not allowed there; check it against the paper")]
    Character(usize),
    /// The birth date in a citizen ID number is no date.
    #[error("characters 7 to 14 of the ID number are not a date; check it against the paper")]
    BirthDate,
    /// The check digit does not fit.
    #[error("the check digit does not fit: a character is wrong or two are swapped; check it against the paper")]
    CheckDigit,
}

/// A unified social credit code (GB 32100-2015): 18 characters, check digit verified, upper case.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Uscc(String);

const USCC_ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
const USCC_WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

impl Uscc {
    /// Reads a code; ASCII lower case is taken as upper case.
    pub fn parse(text: &str) -> Result<Self, CodeProblem> {
        let code = text.to_ascii_uppercase();
        let count = code.chars().count();
        if count != 18 {
            return Err(CodeProblem::Length(count));
        }
        let mut sum = 0;
        let mut last = 0;
        for (i, c) in code.chars().enumerate() {
            let value = USCC_ALPHABET.iter().position(|a| char::from(*a) == c).ok_or(CodeProblem::Character(i + 1))?;
            match USCC_WEIGHTS.get(i) {
                Some(weight) => sum += value * weight,
                None => last = value,
            }
        }
        if (31 - sum % 31) % 31 != last {
            return Err(CodeProblem::CheckDigit);
        }
        Ok(Self(code))
    }

    /// The 18 characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// With the middle hidden: `1110**********338W`.
    pub fn masked(&self) -> String {
        masked_middle(&self.0, 4, 4)
    }
}

/// A citizen ID number (GB 11643-1999): 18 characters, birth date and check digit verified, upper case. `Debug` shows it masked.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CitizenId(String);

const CITIZEN_WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CITIZEN_CHECK: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];

impl CitizenId {
    /// Reads a number; a lower-case `x` at the end is taken as `X`.
    pub fn parse(text: &str) -> Result<Self, CodeProblem> {
        let code = text.to_ascii_uppercase();
        let count = code.chars().count();
        if count != 18 {
            return Err(CodeProblem::Length(count));
        }
        let mut sum = 0;
        let mut check = None;
        for (i, c) in code.chars().enumerate() {
            match (CITIZEN_WEIGHTS.get(i), c.to_digit(10)) {
                (Some(weight), Some(digit)) => sum += digit * weight,
                (None, Some(_)) => check = Some(c),
                (None, None) if c == 'X' => check = Some(c),
                _ => return Err(CodeProblem::Character(i + 1)),
            }
        }
        // All 17 leading characters are ASCII digits here, so the byte ranges are character ranges.
        let born = code.get(6..14).and_then(|d| crate::domain::date::LicenceDate::parse(d).ok());
        if born.is_none() {
            return Err(CodeProblem::BirthDate);
        }
        if check != CITIZEN_CHECK.get((sum % 11) as usize).copied() {
            return Err(CodeProblem::CheckDigit);
        }
        Ok(Self(code))
    }

    /// The 18 characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// With birth date and half of the order number hidden: `110105**********2X`.
    pub fn masked(&self) -> String {
        masked_middle(&self.0, 6, 2)
    }
}

/// `text` with all but the first `head` and the last `tail` characters as `*`; all of it hidden when it is not longer than both.
pub fn masked_middle(text: &str, head: usize, tail: usize) -> String {
    let count = text.chars().count();
    if count <= head + tail {
        return "*".repeat(count);
    }
    text.chars().enumerate().map(|(i, c)| if i < head || i >= count - tail { c } else { '*' }).collect()
}

impl fmt::Display for Uscc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Uscc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Uscc({})", self.0)
    }
}

impl fmt::Debug for CitizenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CitizenId({})", self.masked())
    }
}

impl Serialize for Uscc {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Uscc {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_swapped_pair_is_named_as_a_check_digit_problem() {
        assert_eq!(Uscc::parse("91110108690017781B").map(|c| c.masked()), Ok("9111**********781B".into()));
        assert_eq!(Uscc::parse("19110108690017781B"), Err(CodeProblem::CheckDigit));
        assert_eq!(Uscc::parse("11100000000013338I"), Err(CodeProblem::Character(18)));
        assert_eq!(Uscc::parse("1110000000001333８W"), Err(CodeProblem::Character(17)));
        assert_eq!(Uscc::parse("1110"), Err(CodeProblem::Length(4)));
    }

    #[test]
    fn a_citizen_id_needs_a_real_birth_date() {
        assert_eq!(CitizenId::parse("11010519491331002X"), Err(CodeProblem::BirthDate));
        assert_eq!(CitizenId::parse("110105194912310021"), Err(CodeProblem::CheckDigit));
        assert_eq!(CitizenId::parse("1101051949123100X2"), Err(CodeProblem::Character(17)));
        let id = CitizenId::parse("11010519491231002x").expect("lower-case x is taken");
        assert_eq!(id.as_str(), "11010519491231002X");
        assert_eq!(format!("{id:?}"), "CitizenId(110105**********2X)");
    }

    #[test]
    fn a_short_value_is_hidden_altogether() {
        assert_eq!(masked_middle("A123", 4, 4), "****");
        assert_eq!(masked_middle("王小明", 1, 0), "王**");
    }
}
