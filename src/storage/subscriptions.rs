//! Subscriptions: whose they are, what they want, and, sealed, where to and with which secrets.

use crate::{
    domain::subscription::{Channel, EventFilter},
    storage::{
        database::{Database, Row, Transaction, values},
        error::StorageError,
        vault::WrappedKey,
    },
};

/// One subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubscriptionRow {
    /// Random, 32 hex digits.
    pub subscription_id: String,
    /// Whose events it wants: unified social credit code.
    pub organisation: String,
    /// How to tell.
    pub channel: Channel,
    /// What it wants.
    pub filter: EventFilter,
    /// Pseudonymous id of who made it.
    pub owner: String,
    /// Milliseconds since 1970-01-01 UTC.
    pub created_at: i64,
    /// Wrapped.
    pub data_key: WrappedKey,
    /// Sealed address.
    pub target: Vec<u8>,
    /// Sealed secrets.
    pub secrets: Vec<u8>,
}

/// Adds one.
pub async fn insert(transaction: &mut Transaction, row: &SubscriptionRow) -> Result<(), StorageError> {
    let filter = serde_json::to_string(&row.filter).map_err(|_| StorageError::Damaged("subscriptions"))?;
    transaction
        .change_one(
            "add subscription",
            "insert into subscriptions (subscription_id, organisation, channel, filter, owner, created_at, data_key, target, secrets)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            values![
                row.subscription_id.as_str(),
                row.organisation.as_str(),
                row.channel.as_str(),
                filter,
                row.owner.as_str(),
                row.created_at,
                row.data_key.0.as_slice(),
                row.target.as_slice(),
                row.secrets.as_slice()
            ],
        )
        .await
}

/// The one with this id.
pub async fn find(database: &Database, id: &str) -> Result<Option<SubscriptionRow>, StorageError> {
    let rows = database.read("select * from subscriptions where subscription_id = $1", values![id]).await?;
    rows.first().map(subscription).transpose()
}

/// Those of an organisation, oldest first, after `(created_at, id)`.
pub async fn list(database: &Database, organisation: &str, after: (i64, &str), most: i64) -> Result<Vec<SubscriptionRow>, StorageError> {
    let sql = "select * from subscriptions where organisation = $1 and (created_at, subscription_id) > ($2, $3)
        order by created_at, subscription_id limit $4";
    database.read(sql, values![organisation, after.0, after.1, most]).await?.iter().map(subscription).collect()
}

/// All those that want events of an organisation.
pub async fn of(transaction: &mut Transaction, organisation: &str) -> Result<Vec<SubscriptionRow>, StorageError> {
    let rows = transaction.rows("select * from subscriptions where organisation = $1", values![organisation]).await?;
    rows.iter().map(subscription).collect()
}

/// Replaces the secrets, if they are still the ones that were read.
pub async fn set_secrets(transaction: &mut Transaction, id: &str, from: &[u8], to: &[u8]) -> Result<(), StorageError> {
    transaction
        .change_one(
            "set secrets",
            "update subscriptions set secrets = $3 where subscription_id = $1 and secrets = $2",
            values![id, from, to],
        )
        .await
}

/// Removes one, with what waits for it.
pub async fn remove(transaction: &mut Transaction, id: &str) -> Result<(), StorageError> {
    transaction.change_one("remove subscription", "delete from subscriptions where subscription_id = $1", values![id]).await?;
    transaction.change("delete from deliveries where recipient = $1 and state = 'waiting'", values![id]).await?;
    Ok(())
}

fn subscription(row: &Row) -> Result<SubscriptionRow, StorageError> {
    let damaged = || StorageError::Damaged("subscriptions");
    Ok(SubscriptionRow {
        subscription_id: row.text("subscription_id")?,
        organisation: row.text("organisation")?,
        channel: Channel::from_word(&row.text("channel")?).ok_or_else(damaged)?,
        filter: serde_json::from_str(&row.text("filter")?).map_err(|_| damaged())?,
        owner: row.text("owner")?,
        created_at: row.int("created_at")?,
        data_key: WrappedKey(row.bytes("data_key")?),
        target: row.bytes("target")?,
        secrets: row.bytes("secrets")?,
    })
}
