//! The level of a seal (签章级别, ETSI EN 319 142-1): how long it can be proven, and the rule of a licence type about it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// PAdES baseline levels, each with everything of the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub enum SealLevel {
    /// Signature and certificate.
    #[serde(rename = "B-B")]
    B,
    /// And a trusted time-stamp: when it existed (可信时间).
    #[serde(rename = "B-T")]
    T,
    /// And certificates and revocation of every chain: nobody need be asked any more (长期).
    #[serde(rename = "B-LT")]
    Lt,
    /// And a document time-stamp over all of that, which can be renewed for ever (归档).
    #[serde(rename = "B-LTA")]
    Lta,
}

impl SealLevel {
    /// All of them, in their order.
    pub const ALL: [Self; 4] = [Self::B, Self::T, Self::Lt, Self::Lta];

    /// The word that is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::B => "B-B",
            Self::T => "B-T",
            Self::Lt => "B-LT",
            Self::Lta => "B-LTA",
        }
    }

    /// Reads [`Self::as_str`].
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.as_str() == word)
    }
}

impl fmt::Display for SealLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// `[seal]` of a licence type: how its documents are sealed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SealRule {
    /// The level that documents reach; absent = `B-LTA`, or `B-T` for a final one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<SealLevel>,
    /// A final document (定稿) is certified with P=1: not a byte may follow its seal, so its level is at most `B-T`, the
    /// time-stamp inside the signature, and it can never be renewed.
    #[serde(default, rename = "final")]
    pub is_final: bool,
}

impl SealRule {
    /// The level that documents of the type reach where the installation can make it.
    pub fn level(self) -> SealLevel {
        self.level.unwrap_or(if self.is_final { SealLevel::T } else { SealLevel::Lta })
    }

    /// A final document cannot get what would have to be appended to it.
    pub fn is_contradictory(self) -> bool {
        self.is_final && self.level() > SealLevel::T
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_ordered_and_come_back_from_their_words() {
        assert!(SealLevel::ALL.is_sorted());
        for level in SealLevel::ALL {
            assert_eq!(SealLevel::from_word(level.as_str()), Some(level));
            assert_eq!(serde_json::to_value(level).unwrap(), level.as_str());
        }
        assert_eq!(SealLevel::from_word("B-X"), None);
    }

    #[test]
    fn a_final_document_is_at_most_b_t() {
        let rule = |text: &str| toml::from_str::<SealRule>(text).unwrap();
        assert_eq!(rule("").level(), SealLevel::Lta);
        assert_eq!(rule("final = true").level(), SealLevel::T);
        assert!(!rule("final = true").is_contradictory() && !rule("level = 'B-LTA'").is_contradictory());
        assert!(rule("final = true\nlevel = 'B-LT'").is_contradictory());
        assert!(!rule("final = true\nlevel = 'B-B'").is_contradictory());
        assert!(toml::from_str::<SealRule>("levle = 'B-T'").is_err());
    }
}
