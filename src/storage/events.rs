//! Events: written with their transaction, numbered later so that no reader ever misses one that became permanent late.

use crate::{
    domain::event::Event,
    storage::{
        database::{Database, Row, Transaction, values},
        error::StorageError,
    },
};

/// An event with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberedEvent {
    /// From 1, without gaps.
    pub position: i64,
    /// Random, 16 bytes.
    pub event_id: [u8; 16],
    /// What happened.
    pub event: Event,
}

/// Writes an event, without a place yet. `at`: milliseconds since 1970-01-01 UTC.
pub async fn append(transaction: &mut Transaction, event_id: &[u8; 16], at: i64, event: &Event) -> Result<(), StorageError> {
    let line = serde_json::to_string(event).map_err(|_| StorageError::Damaged("events"))?;
    transaction
        .change_one("write event", "insert into events (event_id, at, line) values ($1, $2, $3)", values![&event_id[..], at, line])
        .await
}

/// Is there an event without a place?
pub async fn any_waiting(database: &Database) -> Result<bool, StorageError> {
    Ok(!database.read("select at from events where position is null limit 1", values![]).await?.is_empty())
}

/// Gives up to `most` events their places after the last; how many. [`StorageError::Conflict`] when another process was quicker.
pub async fn number(transaction: &mut Transaction, most: i64) -> Result<u64, StorageError> {
    let rows = transaction.rows("select coalesce(max(position), 0) as last from events", values![]).await?;
    let last = rows.first().ok_or(StorageError::Damaged("events"))?.int("last")?;
    transaction
        .change(
            "update events set position = numbered.place from (
                 select event_id as id, $2 + row_number() over (order by at, event_id) as place from
                     (select event_id, at from events where position is null order by at, event_id limit $1) as oldest
             ) as numbered where events.event_id = numbered.id and events.position is null",
            values![most, last],
        )
        .await
}

/// Events after `position`, in order.
pub async fn after(transaction: &mut Transaction, position: i64, most: i64) -> Result<Vec<NumberedEvent>, StorageError> {
    transaction.rows(AFTER, values![position, most]).await?.iter().map(numbered).collect()
}

/// The same, outside any transaction.
pub async fn read_after(database: &Database, position: i64, most: i64) -> Result<Vec<NumberedEvent>, StorageError> {
    database.read(AFTER, values![position, most]).await?.iter().map(numbered).collect()
}

/// The event at `position`.
pub async fn at(database: &Database, position: i64) -> Result<Option<NumberedEvent>, StorageError> {
    let sql = "select event_id, line, position from events where position = $1";
    database.read(sql, values![position]).await?.first().map(numbered).transpose()
}

/// How far the reader `name` has come; 0 at its beginning.
pub async fn watermark(transaction: &mut Transaction, name: &str) -> Result<i64, StorageError> {
    transaction.change("insert into watermarks (name, position) values ($1, 0) on conflict (name) do nothing", values![name]).await?;
    let rows = transaction.rows("select position from watermarks where name = $1", values![name]).await?;
    rows.first().ok_or(StorageError::Damaged("watermarks"))?.int("position")
}

/// How far the reader `name` has come, outside any transaction.
pub async fn read_watermark(database: &Database, name: &str) -> Result<i64, StorageError> {
    let rows = database.read("select position from watermarks where name = $1", values![name]).await?;
    rows.first().map_or(Ok(0), |row| row.int("position"))
}

/// Moves the watermark; [`StorageError::RowCount`] when somebody else moved it since it was read.
pub async fn move_watermark(transaction: &mut Transaction, name: &str, from: i64, to: i64) -> Result<(), StorageError> {
    transaction
        .change_one("move watermark", "update watermarks set position = $3 where name = $1 and position = $2", values![name, from, to])
        .await
}

const AFTER: &str = "select event_id, line, position from events where position > $1 order by position limit $2";

fn numbered(row: &Row) -> Result<NumberedEvent, StorageError> {
    let event = serde_json::from_str(&row.text("line")?).map_err(|_| StorageError::Damaged("events"))?;
    Ok(NumberedEvent { position: row.int("position")?, event_id: row.array("event_id")?, event })
}
