//! Reads the statistics (统计): counts by type, department, division and period, for those who may see them.

use crate::{
    domain::{
        actor::Actor,
        audit::{AuditAction, AuditEvent, AuditOutcome},
        authority::{Action, Reach},
        measure::Measure,
    },
    services::{Refusal, Services},
    storage::statistics::{self, ByTime, CountKey, CountQuery, Span},
};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;
use time::{Date, Month, macros::format_description};

/// Counts that one answer is made from at most.
const MOST_COUNTS: i64 = 20_000;
/// Days that may be read day by day.
const MOST_DAYS: i64 = 3660;

/// What is asked.
#[derive(Clone, Debug)]
pub struct StatisticsRequest {
    /// First day.
    pub from: Date,
    /// Last day, included.
    pub to: Date,
    /// What to group by.
    pub by: Vec<Grouping>,
    /// Only this organisation.
    pub organisation: Option<String>,
    /// Only divisions that begin with these digits.
    pub division: Option<String>,
    /// Only this licence type.
    pub type_code: Option<String>,
}

/// One way of grouping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    /// By licence type.
    Type,
    /// By department.
    Department,
    /// By division (行政区划).
    Division,
    /// By day.
    Day,
    /// By month.
    Month,
}

impl Grouping {
    /// Reads `type`, `department`, `division`, `day` or `month`.
    pub fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "type" => Self::Type,
            "department" => Self::Department,
            "division" => Self::Division,
            "day" => Self::Day,
            "month" => Self::Month,
            _ => return None,
        })
    }
}

impl StatisticsRequest {
    /// Reads days as `YYYY-MM-DD` and groups with commas between them.
    pub fn from_words(from: &str, to: &str, by: &str) -> Result<Self, Refusal> {
        let day = |text: &str| Date::parse(text, format_description!("[year]-[month]-[day]")).map_err(|_| Refusal::BadPeriod);
        let by = by.split(',').map(str::trim).filter(|word| !word.is_empty());
        let by = by.map(Grouping::from_word).collect::<Option<_>>().ok_or(Refusal::BadPeriod)?;
        Ok(Self { from: day(from)?, to: day(to)?, by, organisation: None, division: None, type_code: None })
    }
}

impl StatisticsAnswer {
    /// A table with a line of headings. Its cells are codes and numbers, so none can be taken for a formula.
    pub fn to_csv(&self) -> String {
        let mut text = String::from("period,department,division,type");
        for measure in Measure::ALL {
            text.push(',');
            text.push_str(measure.as_str());
        }
        text.push_str("\r\n");
        for row in &self.rows {
            let keys = [&row.period, &row.department, &row.division, &row.type_code];
            let keys = keys.map(|key| key.as_deref().unwrap_or_default().to_owned());
            let counts = Measure::ALL.map(|measure| row.counts.get(&measure).copied().unwrap_or(0).to_string());
            text.push_str(&keys.into_iter().chain(counts).collect::<Vec<_>>().join(","));
            text.push_str("\r\n");
        }
        text
    }
}

/// Counts of one group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StatisticsRow {
    /// `YYYY-MM-DD` or `YYYY-MM`, when grouped by time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<String>,
    /// Code of the department, when grouped by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    /// Division, when grouped by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub division: Option<String>,
    /// 证照类型代码, when grouped by it; empty for what is about no type.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub type_code: Option<String>,
    /// Every measure and its count.
    pub counts: BTreeMap<Measure, i64>,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StatisticsAnswer {
    /// One row a group, in the order of period, department, division, type.
    pub rows: Vec<StatisticsRow>,
    /// `false` when there were more groups than one answer holds: ask for a shorter time or fewer groups.
    pub complete: bool,
}

impl Services {
    /// Reads counts of the organisation that is asked about, or of the actor's own; of everybody where the actor reaches so far.
    pub async fn read_statistics(&self, actor: &Actor, request: StatisticsRequest) -> Result<StatisticsAnswer, Refusal> {
        let organisation = self.statistics_scope(actor, request.organisation.clone()).await?;
        let query = plan(&request, organisation)?;
        let mut counts = statistics::read(&self.store.database, &query).await?;
        let complete = counts.len() < usize::try_from(MOST_COUNTS).unwrap_or(usize::MAX);
        if !complete {
            // The last group may be cut off in the middle.
            let last = counts.last().map(|(key, _)| group(key));
            counts.retain(|(key, _)| Some(group(key)) != last);
        }
        let by = AuditEvent::new(AuditAction::ReadStatistics, actor, AuditOutcome::Done);
        self.audit_alone(&by.with("groups", counts.len())).await?;
        Ok(StatisticsAnswer { rows: rows(&request, counts), complete })
    }

    /// Whose counts the actor may read: `None` = everybody's.
    async fn statistics_scope(&self, actor: &Actor, asked: Option<String>) -> Result<Option<String>, Refusal> {
        if actor.reach(Action::ReadStatistics) == Reach::All {
            return Ok(asked);
        }
        let organisation = asked.unwrap_or_else(|| actor.department.code.clone());
        self.permit(actor, Action::ReadStatistics, &organisation).await?;
        Ok(Some(organisation))
    }
}

/// Chooses between counts by day and by month: months serve when nothing needs days.
fn plan(request: &StatisticsRequest, organisation: Option<String>) -> Result<CountQuery, Refusal> {
    let StatisticsRequest { from, to, by, division, type_code, .. } = request;
    if from > to || (*to - *from).whole_days() > MOST_DAYS {
        return Err(Refusal::BadPeriod);
    }
    let by_time = match (by.contains(&Grouping::Day), by.contains(&Grouping::Month)) {
        (true, true) => return Err(Refusal::BadPeriod),
        (true, false) => ByTime::Day,
        (false, true) => ByTime::Month,
        (false, false) => ByTime::Not,
    };
    let whole_months = from.day() == 1 && to.next_day().is_none_or(|next| next.day() == 1);
    let span = if by_time != ByTime::Day && whole_months { Span::Month } else { Span::Day };
    let period = |date: &Date| match span {
        Span::Day => format!("{:04}-{:02}-{:02}", date.year(), month(date.month()), date.day()),
        Span::Month => format!("{:04}-{:02}", date.year(), month(date.month())),
    };
    Ok(CountQuery {
        span,
        from: period(from),
        to: period(to),
        by_time,
        by_organisation: by.contains(&Grouping::Department),
        by_division: by.contains(&Grouping::Division),
        by_type: by.contains(&Grouping::Type),
        organisation,
        division: division.clone(),
        type_code: type_code.clone(),
        most: MOST_COUNTS,
    })
}

fn month(month: Month) -> u8 {
    month.into()
}

/// A key without its measure.
fn group(key: &CountKey) -> [String; 4] {
    [key.period.clone(), key.organisation.clone(), key.division.clone(), key.type_code.clone()]
}

fn rows(request: &StatisticsRequest, counts: Vec<(CountKey, i64)>) -> Vec<StatisticsRow> {
    let mut groups: BTreeMap<[String; 4], BTreeMap<Measure, i64>> = BTreeMap::new();
    for (key, number) in counts {
        groups.entry(group(&key)).or_insert_with(|| Measure::ALL.map(|m| (m, 0)).into()).insert(key.measure, number);
    }
    let by = |grouping, word: String| request.by.contains(&grouping).then_some(word);
    let timed = request.by.contains(&Grouping::Day) || request.by.contains(&Grouping::Month);
    groups
        .into_iter()
        .map(|([period, organisation, division, type_code], counts)| StatisticsRow {
            period: timed.then_some(period),
            department: by(Grouping::Department, organisation),
            division: by(Grouping::Division, division),
            type_code: by(Grouping::Type, type_code),
            counts,
        })
        .collect()
}
