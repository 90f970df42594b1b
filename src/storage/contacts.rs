//! How holders are told: addresses, sealed, found by the keyed hash of the holder.

use crate::{
    domain::{licence::LicenceId, subscription::Channel},
    storage::{
        database::{Database, Row, Transaction, values},
        error::StorageError,
        vault::WrappedKey,
    },
};

/// One way to tell one holder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactRow {
    /// Random, 32 hex digits.
    pub contact_id: String,
    /// Who may tell the holder so.
    pub organisation: String,
    /// Keyed hash of code type and code.
    pub holder_key: [u8; 32],
    /// Mail or text message.
    pub channel: Channel,
    /// Milliseconds since 1970-01-01 UTC.
    pub created_at: i64,
    /// Wrapped.
    pub data_key: WrappedKey,
    /// Sealed.
    pub address: Vec<u8>,
}

/// Sets the holder's address, in place of an earlier one.
pub async fn put(transaction: &mut Transaction, row: &ContactRow) -> Result<(), StorageError> {
    remove(transaction, &row.organisation, &row.holder_key, row.channel).await?;
    transaction
        .change_one(
            "add contact",
            "insert into contacts (contact_id, organisation, holder_key, channel, created_at, data_key, address)
             values ($1, $2, $3, $4, $5, $6, $7)",
            values![
                row.contact_id.as_str(),
                row.organisation.as_str(),
                &row.holder_key[..],
                row.channel.as_str(),
                row.created_at,
                row.data_key.0.as_slice(),
                row.address.as_slice()
            ],
        )
        .await
}

/// Removes the holder's address; was there one?
pub async fn remove(transaction: &mut Transaction, organisation: &str, holder: &[u8; 32], channel: Channel) -> Result<bool, StorageError> {
    let sql = "delete from contacts where holder_key = $1 and organisation = $2 and channel = $3";
    Ok(transaction.change(sql, values![&holder[..], organisation, channel.as_str()]).await? > 0)
}

/// The one with this id.
pub async fn find(database: &Database, id: &str) -> Result<Option<ContactRow>, StorageError> {
    let rows = database.read("select * from contacts where contact_id = $1", values![id]).await?;
    rows.first().map(contact).transpose()
}

/// How the holders of a licence want to be told by the organisation.
pub async fn of_licence(transaction: &mut Transaction, licence: LicenceId, organisation: &str) -> Result<Vec<ContactRow>, StorageError> {
    let sql = "select distinct c.contact_id, c.organisation, c.holder_key, c.channel, c.created_at, c.data_key, c.address
        from licence_holders h join contacts c on c.holder_key = h.holder_key where h.licence_id = $1 and c.organisation = $2";
    transaction.rows(sql, values![&licence.0[..], organisation]).await?.iter().map(contact).collect()
}

fn contact(row: &Row) -> Result<ContactRow, StorageError> {
    Ok(ContactRow {
        contact_id: row.text("contact_id")?,
        organisation: row.text("organisation")?,
        holder_key: row.array("holder_key")?,
        channel: Channel::from_word(&row.text("channel")?).ok_or(StorageError::Damaged("contacts"))?,
        created_at: row.int("created_at")?,
        data_key: WrappedKey(row.bytes("data_key")?),
        address: row.bytes("address")?,
    })
}
