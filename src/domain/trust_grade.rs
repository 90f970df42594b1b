//! How far a licence or material can be trusted (可信等级): who made it, and who compared it with the original.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The four grades of government-service guidelines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub enum TrustGrade {
    /// Made by the issuing authority itself: usable directly.
    A,
    /// Compared with the original by a clerk: reusable.
    B,
    /// Uploaded by the user: a clerk must see the original first.
    C,
    /// Made by the user, who answers for it.
    D,
}

impl TrustGrade {
    /// The letter that is stored and sent.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
            Self::D => "D",
        }
    }

    /// Reads [`Self::as_str`].
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::A, Self::B, Self::C, Self::D].into_iter().find(|grade| grade.as_str() == word)
    }
}
