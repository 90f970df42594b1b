//! Deliveries, and the lanes in which they go out one after another: whoever holds a lane's lease delivers, nobody else does.

use crate::{
    domain::{
        event::EventKind,
        subscription::{Channel, DeliveryState},
    },
    storage::{
        database::{Database, Row, Transaction, values},
        error::StorageError,
    },
};

/// One event for one recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryRow {
    /// Random, 32 hex digits; the same for every attempt.
    pub delivery_id: String,
    /// Its lane.
    pub lane: String,
    /// A subscription or a contact.
    pub recipient: String,
    /// Is the recipient a contact?
    pub to_holder: bool,
    /// How to tell.
    pub channel: Channel,
    /// Whose event it is.
    pub organisation: String,
    /// Place of the event.
    pub position: i64,
    /// Kind of the event.
    pub kind: EventKind,
    /// How far it came.
    pub state: DeliveryState,
    /// Attempts that began.
    pub attempts: i64,
    /// What failed last; names nobody.
    pub last_error: Option<String>,
    /// Milliseconds since 1970-01-01 UTC.
    pub created_at: i64,
    /// When it was delivered or given up.
    pub finished_at: Option<i64>,
}

/// The right to deliver what waits in a lane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaneHold {
    /// Which lane.
    pub lane: String,
    /// Grows with every taking.
    pub fence: i64,
}

/// Adds a delivery that waits, and makes its lane due. Touching the lane's row keeps whoever empties the lane from removing it now.
pub async fn add(transaction: &mut Transaction, row: &DeliveryRow) -> Result<(), StorageError> {
    transaction
        .change_one(
            "add delivery",
            "insert into deliveries (delivery_id, lane, recipient, to_holder, channel, organisation, position, kind, state, attempts, created_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting', 0, $9)",
            values![
                row.delivery_id.as_str(),
                row.lane.as_str(),
                row.recipient.as_str(),
                i64::from(row.to_holder),
                row.channel.as_str(),
                row.organisation.as_str(),
                row.position,
                row.kind.as_str(),
                row.created_at
            ],
        )
        .await?;
    open_lane(transaction, &row.lane, row.created_at).await
}

/// Makes a lane due at `due`, unless it is there already.
pub async fn open_lane(transaction: &mut Transaction, lane: &str, due: i64) -> Result<(), StorageError> {
    transaction
        .change_one(
            "open lane",
            "insert into lanes (lane, due, owner, fence, lease_until) values ($1, $2, '', 0, 0)
             on conflict (lane) do update set due = lanes.due",
            values![lane, due],
        )
        .await
}

/// Takes the lane that is due longest.
pub async fn take_lane(transaction: &mut Transaction, owner: &str, now: i64, until: i64) -> Result<Option<LaneHold>, StorageError> {
    let rows = transaction
        .rows(
            "update lanes set owner = $1, fence = fence + 1, lease_until = $3
             where lane = (select lane from lanes where due <= $2 and lease_until <= $2 order by due limit 1)
                 and due <= $2 and lease_until <= $2 returning lane, fence",
            values![owner, now, until],
        )
        .await?;
    rows.first().map(|row| Ok(LaneHold { lane: row.text("lane")?, fence: row.int("fence")? })).transpose()
}

/// Holds the lane until `until`; [`StorageError::RowCount`] when somebody else has it. Locks its row until the transaction ends.
pub async fn hold_lane(transaction: &mut Transaction, hold: &LaneHold, now: i64, until: i64) -> Result<(), StorageError> {
    transaction
        .change_one(
            "hold lane",
            "update lanes set lease_until = $4 where lane = $1 and fence = $2 and lease_until > $3",
            values![hold.lane.as_str(), hold.fence, now, until],
        )
        .await
}

/// Gives a held lane back, due at `due`.
pub async fn give_lane_back(transaction: &mut Transaction, hold: &LaneHold, due: i64) -> Result<(), StorageError> {
    transaction
        .change_one(
            "give lane back",
            "update lanes set due = $3, lease_until = 0 where lane = $1 and fence = $2",
            values![hold.lane.as_str(), hold.fence, due],
        )
        .await
}

/// Removes a held lane, in which nothing waits.
pub async fn close_lane(transaction: &mut Transaction, hold: &LaneHold) -> Result<(), StorageError> {
    let sql = "delete from lanes where lane = $1 and fence = $2";
    transaction.change_one("close lane", sql, values![hold.lane.as_str(), hold.fence]).await
}

/// The first delivery that waits in a lane.
pub async fn first_waiting(transaction: &mut Transaction, lane: &str) -> Result<Option<DeliveryRow>, StorageError> {
    let sql = "select * from deliveries where lane = $1 and state = 'waiting' order by position limit 1";
    transaction.rows(sql, values![lane]).await?.first().map(delivery).transpose()
}

/// Counts an attempt that begins.
pub async fn begin_attempt(transaction: &mut Transaction, id: &str) -> Result<(), StorageError> {
    let sql = "update deliveries set attempts = attempts + 1 where delivery_id = $1 and state = 'waiting'";
    transaction.change_one("begin attempt", sql, values![id]).await
}

/// Writes down how an attempt ended. A delivery that was removed meanwhile stays removed.
pub async fn end_attempt(
    transaction: &mut Transaction,
    id: &str,
    state: DeliveryState,
    error: Option<&str>,
    now: i64,
) -> Result<(), StorageError> {
    let finished = (state != DeliveryState::Waiting).then_some(now);
    let sql = "update deliveries set state = $2, last_error = $3, finished_at = $4 where delivery_id = $1 and state = 'waiting'";
    transaction.change(sql, values![id, state.as_str(), error, finished]).await?;
    Ok(())
}

/// Lets a dead delivery wait again; [`StorageError::RowCount`] when it is not dead.
pub async fn revive(transaction: &mut Transaction, id: &str) -> Result<(), StorageError> {
    let sql = "update deliveries set state = 'waiting', attempts = 0, finished_at = null where delivery_id = $1 and state = 'dead'";
    transaction.change_one("revive delivery", sql, values![id]).await
}

/// The one with this id.
pub async fn find(database: &Database, id: &str) -> Result<Option<DeliveryRow>, StorageError> {
    let rows = database.read("select * from deliveries where delivery_id = $1", values![id]).await?;
    rows.first().map(delivery).transpose()
}

/// Those of an organisation, newest first, before `(created_at, id)`.
pub async fn list(
    database: &Database,
    organisation: &str,
    state: Option<DeliveryState>,
    before: (i64, &str),
    most: i64,
) -> Result<Vec<DeliveryRow>, StorageError> {
    let rows = match state {
        Some(state) => {
            let sql = "select * from deliveries where organisation = $1 and state = $2 and (created_at, delivery_id) < ($3, $4)
                order by created_at desc, delivery_id desc limit $5";
            database.read(sql, values![organisation, state.as_str(), before.0, before.1, most]).await?
        }
        None => {
            let sql = "select * from deliveries where organisation = $1 and (created_at, delivery_id) < ($2, $3)
                order by created_at desc, delivery_id desc limit $4";
            database.read(sql, values![organisation, before.0, before.1, most]).await?
        }
    };
    rows.iter().map(delivery).collect()
}

/// Removes what was delivered before `before`; how many.
pub async fn forget_delivered(transaction: &mut Transaction, before: i64) -> Result<u64, StorageError> {
    transaction.change("delete from deliveries where state = 'delivered' and finished_at < $1", values![before]).await
}

fn delivery(row: &Row) -> Result<DeliveryRow, StorageError> {
    let damaged = || StorageError::Damaged("deliveries");
    Ok(DeliveryRow {
        delivery_id: row.text("delivery_id")?,
        lane: row.text("lane")?,
        recipient: row.text("recipient")?,
        to_holder: row.int("to_holder")? == 1,
        channel: Channel::from_word(&row.text("channel")?).ok_or_else(damaged)?,
        organisation: row.text("organisation")?,
        position: row.int("position")?,
        kind: EventKind::from_word(&row.text("kind")?).ok_or_else(damaged)?,
        state: DeliveryState::from_word(&row.text("state")?).ok_or_else(damaged)?,
        attempts: row.int("attempts")?,
        last_error: row.optional_text("last_error")?,
        created_at: row.int("created_at")?,
        finished_at: row.optional_int("finished_at")?,
    })
}
