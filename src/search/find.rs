//! The question to an index and its answer: matches in a fixed order, continued by a position, with counts by facet.

use crate::search::{
    Facet,
    entry::{Entry, Mark},
    index::Index,
    matching,
    term::{Chance, Term, terms},
};
use std::{cmp::Reverse, collections::BTreeMap};

/// Most values that are counted out of one facet; the most frequent ones.
const MOST_VALUES: usize = 200;

/// What is looked for.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// Words as typed; all of them must match. Empty: every entry.
    pub text: String,
    /// Values that narrow the list: one of each facet named here must fit.
    pub narrow: Vec<(Facet, String)>,
    /// Most matches in the answer.
    pub most: usize,
    /// Continue after this match of an earlier answer.
    pub after: Option<Position>,
}

/// Where a match stands in the order of all: worth (higher first), length of the name (shorter first), code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// Sum of what the words of the query are worth.
    pub worth: u32,
    /// Characters of the name; 0 where nothing was asked for.
    pub length: u32,
    /// 证照类型代码.
    pub code: String,
}

/// Where a word of the query was found, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// It is the name.
    WholeName,
    /// It is the code.
    WholeCode,
    /// The name begins with it.
    NameStart,
    /// Inside the name.
    Name,
    /// The code begins with it.
    CodeStart,
    /// The name begins with it in pinyin.
    PinyinStart,
    /// Inside the name, in pinyin.
    Pinyin,
    /// In another text: English name, authority, related item.
    Words,
    /// Inside the code.
    Code,
    /// Its characters stand in the name in this order, with others between.
    Scattered,
    /// With one slip.
    Similar,
}

/// One match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// 证照类型代码.
    pub code: String,
    /// The least good place of a word of the query; `None` where nothing was asked for.
    pub place: Option<Place>,
    /// Its place in the order of all.
    pub position: Position,
}

/// How many matches have one value of a facet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FacetCount {
    /// The value.
    pub value: String,
    /// Matches that have it, whatever else this facet is narrowed to.
    pub count: usize,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// Matches in order.
    pub found: Vec<Found>,
    /// Do more follow?
    pub more: bool,
    /// All matches, on this page or not.
    pub total: usize,
    /// Counts, the most frequent value first.
    pub facets: BTreeMap<Facet, Vec<FacetCount>>,
}

impl Place {
    /// Was it found only with a slip, or with other characters between?
    pub fn is_similar(self) -> bool {
        matches!(self, Self::Scattered | Self::Similar)
    }

    fn worth(self) -> u32 {
        match self {
            Self::WholeName | Self::WholeCode => 100,
            Self::NameStart => 90,
            Self::Name => 80,
            Self::CodeStart => 75,
            Self::PinyinStart => 70,
            Self::Pinyin => 60,
            Self::Words => 50,
            Self::Code => 45,
            Self::Scattered => 40,
            Self::Similar => 20,
        }
    }
}

/// One match before it is handed out.
struct Match {
    worth: u32,
    length: u32,
    place: Option<Place>,
    /// Its number in the index, which is in the order of the codes.
    at: usize,
}

impl Match {
    fn key(&self) -> (Reverse<u32>, u32, usize) {
        (Reverse(self.worth), self.length, self.at)
    }
}

impl Index {
    /// Answers a question with those entries that `may_see` lets through.
    pub fn find(&self, question: &Question, may_see: impl Fn(&str) -> bool) -> Answer {
        let terms = terms(&question.text);
        // Words that are no words at all (only signs) match nothing, rather than everything.
        if terms.is_empty() && !question.text.trim().is_empty() {
            return Answer::default();
        }
        let wanted = self.wanted(&question.narrow);
        let mut counts = vec![0; self.values().len()];
        let mut matches = Vec::new();
        for (at, (mark, entry)) in self.entries().enumerate() {
            let Some((worth, place)) = best(&terms, mark, entry) else { continue };
            if !may_see(&entry.code) {
                continue;
            }
            let missed = wanted.missed(mark);
            if missed == 0 {
                matches.push(Match { worth, length: if terms.is_empty() { 0 } else { mark.length }, place, at });
            }
            for (facet, number) in Facet::ALL.iter().zip(mark.facets) {
                // A value counts when the entry fits every other facet: so one sees what choosing it instead would give.
                if missed & !facet.bit() == 0
                    && let Some(count) = counts.get_mut(number as usize)
                {
                    *count += 1;
                }
            }
        }
        let total = matches.len();
        let (found, more) = self.page(matches, question);
        Answer { found, more, total, facets: self.facet_counts(&counts) }
    }

    /// The matches after the position, the best first; and whether more follow.
    fn page(&self, mut matches: Vec<Match>, question: &Question) -> (Vec<Found>, bool) {
        if let Some(after) = &question.after {
            // Entries before `at` have smaller codes; the one at it has this code, or a greater one.
            let at = self.first_from(&after.code);
            let gone = self.code(at).is_none_or(|code| code != after.code);
            let last = (Reverse(after.worth), after.length, at);
            matches.retain(|found| if gone { found.key() >= last } else { found.key() > last });
        }
        let more = matches.len() > question.most;
        if more && question.most > 0 {
            matches.select_nth_unstable_by_key(question.most - 1, Match::key);
        }
        matches.truncate(question.most);
        matches.sort_unstable_by_key(Match::key);
        let hand_out = |found: &Match| {
            let code = self.code(found.at)?.to_owned();
            Some(Found { place: found.place, position: Position { worth: found.worth, length: found.length, code: code.clone() }, code })
        };
        (matches.iter().filter_map(hand_out).collect(), more)
    }

    fn facet_counts(&self, counts: &[usize]) -> BTreeMap<Facet, Vec<FacetCount>> {
        let mut facets: BTreeMap<Facet, Vec<FacetCount>> = BTreeMap::new();
        for ((facet, value), count) in self.values().iter().zip(counts).skip(1).filter(|(_, count)| **count > 0) {
            facets.entry(*facet).or_default().push(FacetCount { value: value.clone(), count: *count });
        }
        for values in facets.values_mut() {
            values.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
            values.truncate(MOST_VALUES);
        }
        facets
    }
}

/// What the match of all words is worth and the least good place of one, if every one matches.
fn best(terms: &[Term], mark: &Mark, entry: &Entry) -> Option<(u32, Option<Place>)> {
    let (mut worth, mut worst) = (0, None);
    // All signatures before the first text: most entries end here.
    if terms.iter().any(|term| term.chance(&mark.signature) == Chance::None) {
        return None;
    }
    for term in terms {
        let place = matching::place(term, term.chance(&mark.signature), entry)?;
        worth += place.worth();
        worst = worst.max(Some(place));
    }
    Some((worth, worst))
}
