//! Statistics: counts by day and month, raised together with the watermark of the events that they were folded from.

use crate::{
    domain::measure::Measure,
    storage::{
        database::{Database, Row, Transaction, values},
        error::StorageError,
    },
};

/// What one count is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CountKey {
    /// `YYYY-MM-DD` or `YYYY-MM`; empty where it was summed over.
    pub period: String,
    /// Code of the organisation; empty where it was summed over.
    pub organisation: String,
    /// Division; empty where it was summed over.
    pub division: String,
    /// Licence type; empty where there is none, or it was summed over.
    pub type_code: String,
    /// What is counted.
    pub measure: Measure,
}

/// How wide the periods of the stored counts are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// One day.
    Day,
    /// One month.
    Month,
}

impl Span {
    fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Month => "month",
        }
    }
}

/// How a reading groups by time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByTime {
    /// Summed over all of it.
    Not,
    /// By day; only of counts by day.
    Day,
    /// By month.
    Month,
}

/// What is read.
#[derive(Clone, Debug)]
pub struct CountQuery {
    /// Which stored counts.
    pub span: Span,
    /// First period, as the span writes it.
    pub from: String,
    /// Last period.
    pub to: String,
    /// Grouping by time.
    pub by_time: ByTime,
    /// Group by organisation?
    pub by_organisation: bool,
    /// Group by division?
    pub by_division: bool,
    /// Group by type?
    pub by_type: bool,
    /// Only this organisation.
    pub organisation: Option<String>,
    /// Only divisions that begin so.
    pub division: Option<String>,
    /// Only this type.
    pub type_code: Option<String>,
    /// Rows at most.
    pub most: i64,
}

/// Adds to a count.
pub async fn add(transaction: &mut Transaction, span: Span, key: &CountKey, number: i64) -> Result<(), StorageError> {
    transaction
        .change_one(
            "add to statistics",
            "insert into statistics (span, period, organisation, division, type_code, measure, total) values ($1, $2, $3, $4, $5, $6, $7)
             on conflict (span, period, organisation, division, type_code, measure) do update set total = statistics.total + $7",
            values![
                span.as_str(),
                key.period.as_str(),
                key.organisation.as_str(),
                key.division.as_str(),
                key.type_code.as_str(),
                key.measure.as_str(),
                number
            ],
        )
        .await
}

/// Reads counts, summed over what is not grouped by, in the order of their keys.
pub async fn read(database: &Database, query: &CountQuery) -> Result<Vec<(CountKey, i64)>, StorageError> {
    let by_time: i64 = match query.by_time {
        ByTime::Not => 0,
        ByTime::Day => 1,
        ByTime::Month => 2,
    };
    let sql = "select case $4 when 0 then '' when 1 then period else substr(period, 1, 7) end as period,
            case $5 when 1 then organisation else '' end as organisation, case $6 when 1 then division else '' end as division,
            case $7 when 1 then type_code else '' end as type_code, measure, cast(sum(total) as bigint) as total
        from statistics
        where span = $1 and period >= $2 and period <= $3 and organisation = coalesce($8, organisation)
            and substr(division, 1, length(coalesce($9, ''))) = coalesce($9, '') and type_code = coalesce($10, type_code)
        group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5 limit $11";
    let values = values![
        query.span.as_str(),
        query.from.as_str(),
        query.to.as_str(),
        by_time,
        i64::from(query.by_organisation),
        i64::from(query.by_division),
        i64::from(query.by_type),
        query.organisation.clone(),
        query.division.clone(),
        query.type_code.clone(),
        query.most
    ];
    database.read(sql, values).await?.iter().map(count).collect()
}

fn count(row: &Row) -> Result<(CountKey, i64), StorageError> {
    let measure = Measure::from_word(&row.text("measure")?).ok_or(StorageError::Damaged("statistics"))?;
    let key = CountKey {
        period: row.text("period")?,
        organisation: row.text("organisation")?,
        division: row.text("division")?,
        type_code: row.text("type_code")?,
        measure,
    };
    Ok((key, row.int("total")?))
}

/// Every stored count of a span, for a recount.
pub async fn read_all(database: &Database, span: Span) -> Result<Vec<(CountKey, i64)>, StorageError> {
    let sql = "select period, organisation, division, type_code, measure, total from statistics where span = $1";
    database.read(sql, values![span.as_str()]).await?.iter().map(count).collect()
}
