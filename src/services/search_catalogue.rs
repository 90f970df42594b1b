//! Searches the catalogue (目录检索): words, pinyin, codes; narrowed by facets; a page at a time.

use crate::{
    domain::{
        actor::Actor,
        audit::{AuditAction, AuditEvent, AuditOutcome},
        authority::Action,
        page::{Cursor, Page, PageProblem, PageRequest},
    },
    search::{Answer, Facet, Found, Position, Question},
    services::{EntryView, Refusal, Services, catalogue_index::CatalogueIndex, moment},
    storage::entry_grants,
};
use schemars::JsonSchema;
use serde::Serialize;
use std::{collections::BTreeMap, collections::HashSet, sync::Arc};

/// Longest query, characters.
const LONGEST_QUERY: usize = 200;

/// What is looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CatalogueQuery {
    /// Words as typed; empty: everything.
    pub text: String,
    /// Facets by which the answer is narrowed.
    pub narrow: Vec<(Facet, String)>,
}

/// A page of matches, best first, with counts by facet over all of them.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct CatalogueMatches {
    /// All matches, on this page or not.
    pub total: usize,
    /// How many matches each value of each facet would give, the most frequent first.
    pub facets: BTreeMap<&'static str, Vec<FacetValue>>,
    /// The page.
    #[serde(flatten)]
    pub page: Page<CatalogueMatch>,
}

/// How many matches a value of a facet would give.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct FacetValue {
    /// The value.
    pub value: String,
    /// How many.
    pub count: usize,
}

/// One match.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct CatalogueMatch {
    /// Does it match only with a slip, or with other characters between?
    pub similar: bool,
    /// The entry.
    #[serde(flatten)]
    pub entry: EntryView,
}

/// Which entries somebody may read.
pub(in crate::services) struct Sight {
    everything: bool,
    granted: HashSet<String>,
}

impl Sight {
    pub fn sees(&self, index: &CatalogueIndex, code: &str) -> bool {
        self.everything || index.is_shared(code) || self.granted.contains(code)
    }
}

impl Services {
    /// One page of what the actor may read and the query finds.
    pub async fn search_catalogue(&self, actor: &Actor, query: CatalogueQuery, page: &PageRequest) -> Result<CatalogueMatches, Refusal> {
        self.permit(actor, Action::ReadCatalogue, &actor.department.code).await?;
        let question = Question { most: page.limit(), after: page.after.as_ref().map(position).transpose()?, ..question(query)? };
        let (index, sight) = (self.catalogue_index().await?, self.sight(actor).await?);
        let searched = index.clone();
        let answer = self.on_worker(move || searched.index.find(&question, |code| sight.sees(&searched, code))).await?;
        let event = AuditEvent::new(AuditAction::ReadCatalogue, actor, AuditOutcome::Done).with("found", answer.total);
        self.audit_alone(&event).await?;
        Ok(matches(answer, &index))
    }

    /// Which entries the actor may read.
    pub(in crate::services) async fn sight(&self, actor: &Actor) -> Result<Arc<Sight>, Refusal> {
        let reader = self.reader_of(actor);
        let granted = if reader.everything {
            HashSet::new()
        } else {
            entry_grants::readable_by(&self.store.database, [&reader.organisation, &reader.actor]).await?.into_iter().collect()
        };
        Ok(Arc::new(Sight { everything: reader.everything, granted }))
    }
}

/// The question to the index.
pub(in crate::services) fn question(query: CatalogueQuery) -> Result<Question, Refusal> {
    if query.text.chars().count() > LONGEST_QUERY {
        return Err(Refusal::LongQuery(LONGEST_QUERY));
    }
    Ok(Question { text: query.text, narrow: query.narrow, most: 0, after: None })
}

fn matches(answer: Answer, index: &CatalogueIndex) -> CatalogueMatches {
    let next = if answer.more { answer.found.last().map(|found| cursor(&found.position)) } else { None };
    let items = answer.found.iter().filter_map(|found| found_entry(found, index)).collect();
    let values =
        |counts: Vec<crate::search::FacetCount>| counts.into_iter().map(|c| FacetValue { value: c.value, count: c.count }).collect();
    CatalogueMatches {
        total: answer.total,
        facets: answer.facets.into_iter().map(|(facet, counts)| (facet.as_str(), values(counts))).collect(),
        page: Page { items, next },
    }
}

fn found_entry(found: &Found, index: &CatalogueIndex) -> Option<CatalogueMatch> {
    let listed = index.entry(&found.code)?;
    let entry = EntryView {
        version: listed.version,
        state: listed.state,
        origin: listed.origin.clone(),
        changed_at: moment(listed.changed_at),
        entry: listed.entry.clone(),
    };
    Some(CatalogueMatch { similar: found.place.is_some_and(|place| place.is_similar()), entry })
}

fn cursor(position: &Position) -> Cursor {
    Cursor::new([i64::from(position.worth).into(), i64::from(position.length).into(), position.code.as_str().into()])
}

fn position(cursor: &Cursor) -> Result<Position, Refusal> {
    let (worth, length, code) = cursor.two_ints_and_text()?;
    let number = |value: i64| u32::try_from(value).map_err(|_| PageProblem::Cursor);
    Ok(Position { worth: number(worth)?, length: number(length)?, code: code.to_owned() })
}
