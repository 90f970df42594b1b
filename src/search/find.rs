//! The question to an index and its answer: matches in a fixed order, continued by a position, with counts by facet.

use crate::search::{
    Facet,
    entry::Entry,
    index::Index,
    matching,
    term::{Term, terms},
};
use std::collections::BTreeMap;

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
struct Match<'a> {
    worth: u32,
    length: u32,
    place: Option<Place>,
    entry: &'a Entry,
}

impl Match<'_> {
    fn key(&self) -> (std::cmp::Reverse<u32>, u32, &str) {
        (std::cmp::Reverse(self.worth), self.length, &self.entry.code)
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
        for (signature, entry) in self.entries() {
            if !terms.iter().all(|term| term.may_match(signature)) {
                continue;
            }
            let Some(found) = best(&terms, entry) else { continue };
            if !may_see(&entry.code) {
                continue;
            }
            let missed = wanted.missed(entry);
            if missed == 0 {
                matches.push(found);
            }
            for number in &entry.facets {
                let facet = self.values().get(*number as usize).map_or(0, |(facet, _)| facet.bit());
                // A value counts when the entry fits every other facet: so one sees what choosing it instead would give.
                if missed & !facet == 0
                    && let Some(count) = counts.get_mut(*number as usize)
                {
                    *count += 1;
                }
            }
        }
        let total = matches.len();
        let (found, more) = page(matches, question);
        Answer { found, more, total, facets: self.facet_counts(&counts) }
    }

    fn facet_counts(&self, counts: &[usize]) -> BTreeMap<Facet, Vec<FacetCount>> {
        let mut facets: BTreeMap<Facet, Vec<FacetCount>> = BTreeMap::new();
        for ((facet, value), count) in self.values().iter().zip(counts).filter(|(_, count)| **count > 0) {
            facets.entry(*facet).or_default().push(FacetCount { value: value.clone(), count: *count });
        }
        for values in facets.values_mut() {
            values.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
            values.truncate(MOST_VALUES);
        }
        facets
    }
}

/// The match of all words, if every one matches.
fn best<'a>(terms: &[Term], entry: &'a Entry) -> Option<Match<'a>> {
    let (mut worth, mut worst) = (0, None);
    for term in terms {
        let place = matching::place(term, entry)?;
        worth += place.worth();
        worst = worst.max(Some(place));
    }
    let length = if terms.is_empty() { 0 } else { entry.name_chars.len() as u32 };
    Some(Match { worth, length, place: worst, entry })
}

/// The matches after the position, the best first; and whether more follow.
fn page(mut matches: Vec<Match<'_>>, question: &Question) -> (Vec<Found>, bool) {
    if let Some(after) = &question.after {
        let after = (std::cmp::Reverse(after.worth), after.length, after.code.as_str());
        matches.retain(|found| found.key() > after);
    }
    let more = matches.len() > question.most;
    if more && question.most > 0 {
        matches.select_nth_unstable_by(question.most - 1, |a, b| a.key().cmp(&b.key()));
    }
    matches.truncate(question.most);
    matches.sort_unstable_by(|a, b| a.key().cmp(&b.key()));
    let hand_out = |found: Match<'_>| Found {
        code: found.entry.code.clone(),
        place: found.place,
        position: Position { worth: found.worth, length: found.length, code: found.entry.code.clone() },
    };
    (matches.into_iter().map(hand_out).collect(), more)
}
