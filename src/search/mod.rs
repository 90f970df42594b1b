//! Finds catalogue entries (目录检索): by Chinese words, pinyin, initials and codes, with tolerance for slips, and counts facets.
//!
//! An [`Index`] is an immutable value in memory. It answers by looking at every entry once: a signature of 64 bytes says at once that
//! most of them cannot match, and only the others are read. That keeps 50,000 entries in a few milliseconds without a second data
//! structure that could disagree with the first.

mod entry;
mod find;
mod index;
mod matching;
mod normalise;
mod pinyin;
mod signature;
mod term;

pub use find::{Answer, FacetCount, Found, Place, Position, Question};
pub use index::Index;
pub use normalise::normalise;

/// What the index knows of one catalogue entry (目录条目).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    /// 证照类型代码: the key.
    pub code: String,
    /// 证照类型名称.
    pub name: String,
    /// Other words that find it: English name, authorities, related items, codes.
    pub words: Vec<String>,
    /// Its value in each [`Facet`], where it has one; of two the later counts.
    pub facets: Vec<(Facet, String)>,
}

/// What a list of entries can be narrowed by (分面).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Facet {
    /// 根: natural person or legal person.
    Root,
    /// 主题.
    Theme,
    /// 行业.
    Industry,
    /// 持证主体类别.
    HolderCategory,
    /// 证照颁发机构级别.
    IssuingLevel,
    /// 证照类别: 证照, 批文, 证明, 材料, 证件.
    Class,
    /// In force or cancelled.
    State,
}

impl Facet {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 7] =
        [Self::Root, Self::Theme, Self::Industry, Self::HolderCategory, Self::IssuingLevel, Self::Class, Self::State];

    /// The word in addresses and answers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::Theme => "theme",
            Self::Industry => "industry",
            Self::HolderCategory => "holder-category",
            Self::IssuingLevel => "issuing-level",
            Self::Class => "class",
            Self::State => "state",
        }
    }

    fn bit(self) -> u8 {
        1 << (self as u8)
    }
}
