//! Folds events into statistics: the counts and the watermark move in one transaction, so that no event counts twice or not at all.

use crate::{
    domain::{
        actor::Actor,
        authority::Action,
        event::Event,
        measure::{Measure, day_of},
    },
    services::{Refusal, Services, failpoint::failpoint},
    storage::{
        error::StorageError,
        events,
        statistics::{self, CountKey, Span},
    },
};
use std::collections::BTreeMap;

/// Name of the watermark.
const READER: &str = "statistics";
/// Events that one transaction folds at most.
const BATCH: i64 = 1000;

/// Counts by span and key.
type Counts = BTreeMap<(bool, CountKey), i64>;

impl Services {
    /// Folds what was numbered since the last time; how many events. Two processes may try at once: one wins, the other begins again
    /// from the watermark.
    pub async fn fold_statistics(&self) -> Result<u64, Refusal> {
        let mut folded = 0;
        loop {
            let batch = match self.fold_batch().await {
                // Somebody else moved the watermark: what was counted here was rolled back.
                Err(StorageError::RowCount { .. } | StorageError::Busy | StorageError::Conflict(_)) => return Ok(folded),
                other => other?,
            };
            folded += batch;
            if batch < BATCH.unsigned_abs() {
                return Ok(folded);
            }
        }
    }

    async fn fold_batch(&self) -> Result<u64, StorageError> {
        let database = &self.store.database;
        let from = events::read_watermark(database, READER).await?;
        if events::read_after(database, from, 1).await?.is_empty() {
            return Ok(0);
        }
        let mut transaction = database.begin().await?;
        let from = events::watermark(&mut transaction, READER).await?;
        let batch = events::after(&mut transaction, from, BATCH).await?;
        let Some(last) = batch.last() else { return Ok(0) };
        events::move_watermark(&mut transaction, READER, from, last.position).await?;
        let mut counts = Counts::new();
        for numbered in &batch {
            count(&mut counts, &numbered.event);
        }
        for ((by_month, key), number) in &counts {
            let span = if *by_month { Span::Month } else { Span::Day };
            statistics::add(&mut transaction, span, key, *number).await?;
        }
        failpoint!("statistics.written");
        transaction.commit().await?;
        failpoint!("statistics.after");
        Ok(batch.len() as u64)
    }

    /// The day in Beijing, `YYYY-MM-DD`.
    pub fn today(&self) -> String {
        day_of(self.now())
    }

    /// Counts all folded events again, and says which counts are not those of the statistics; none when all is well.
    pub async fn recount_statistics(&self, actor: &Actor) -> Result<Vec<String>, Refusal> {
        self.permit(actor, Action::RecountStatistics, &actor.department.code).await?;
        let database = &self.store.database;
        let until = events::read_watermark(database, READER).await?;
        let (mut counts, mut position) = (Counts::new(), 0);
        'walk: loop {
            let batch = events::read_after(database, position, BATCH).await?;
            if batch.is_empty() {
                break;
            }
            for numbered in batch {
                if numbered.position > until {
                    break 'walk;
                }
                position = numbered.position;
                count(&mut counts, &numbered.event);
            }
        }
        let mut wrong = Vec::new();
        for (by_month, span) in [(false, Span::Day), (true, Span::Month)] {
            let mut stored: BTreeMap<_, _> = statistics::read_all(database, span).await?.into_iter().collect();
            for ((_, key), number) in counts.iter().filter(|((month, _), _)| *month == by_month) {
                let found = stored.remove(key).unwrap_or(0);
                if found != *number {
                    wrong.push(difference(key, *number, found));
                }
            }
            wrong.extend(stored.iter().map(|(key, found)| difference(key, 0, *found)));
        }
        Ok(wrong)
    }
}

fn count(counts: &mut Counts, event: &Event) {
    let day = day_of(event.at);
    for measure in Measure::of(event) {
        for by_month in [false, true] {
            let key = CountKey {
                period: if by_month { day.get(..7).unwrap_or_default().to_owned() } else { day.clone() },
                organisation: event.organisation.clone(),
                division: event.division.clone(),
                type_code: event.type_code.clone().unwrap_or_default(),
                measure: *measure,
            };
            *counts.entry((by_month, key)).or_default() += 1;
        }
    }
}

fn difference(key: &CountKey, events: i64, stored: i64) -> String {
    let CountKey { period, organisation, division, type_code, measure } = key;
    format!("{period} {organisation} {division} {type_code} {}: {events} by the events, {stored} stored", measure.as_str())
}
