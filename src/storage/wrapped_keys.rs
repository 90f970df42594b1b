//! Every column that holds a wrapped data key: walked in batches when the master key is replaced, from where the walk stood.

use crate::storage::{
    database::{Database, Row, Transaction, Value, values},
    error::StorageError,
    vault::WrappedKey,
};

/// A table with data keys. The owner of a key is the row's id, as bytes.
#[derive(Debug)]
pub struct KeyTable {
    /// Its name.
    pub table: &'static str,
    /// The column of the keys.
    pub column: &'static str,
    /// Is the id text, or bytes?
    text: bool,
    select: &'static str,
    update: &'static str,
}

macro_rules! key_tables {
    ($($table:literal, $id:literal ($text:literal), $column:literal;)*) => {
        /// All of them. A test compares them with the columns that the database has.
        pub const KEY_TABLES: &[KeyTable] = &[$(KeyTable {
            table: $table,
            column: $column,
            text: $text,
            select: concat!("select ", $id, " as id, ", $column, " as wrapped from ", $table, " where ", $id, " > $1 order by ", $id, " limit $2"),
            update: concat!("update ", $table, " set ", $column, " = $3 where ", $id, " = $1 and ", $column, " = $2"),
        },)*];
    };
}
key_tables! {
    "applications", "application_id" (false), "data_key";
    "catalogue_imports", "import_id" (false), "data_key";
    "contacts", "contact_id" (true), "data_key";
    "licences", "licence_id" (false), "data_key";
    "people", "person_id" (false), "data_key";
    "seals", "seal_id" (false), "data_key";
    "subscriptions", "subscription_id" (true), "data_key";
}

/// One row of such a table.
#[derive(Debug)]
pub struct WrappedRow {
    /// The row's id, which owns the key.
    pub id: Vec<u8>,
    /// The key.
    pub key: WrappedKey,
}

impl KeyTable {
    /// The next rows behind the id `after`, in the order of ids.
    pub async fn rows(&self, transaction: &mut Transaction, after: &[u8], most: i64) -> Result<Vec<WrappedRow>, StorageError> {
        let rows = transaction.rows(self.select, vec![self.id(after)?, most.into()]).await?;
        let read = |row: &Row| {
            let id = if self.text { row.text("id")?.into_bytes() } else { row.bytes("id")? };
            Ok(WrappedRow { id, key: WrappedKey(row.bytes("wrapped")?) })
        };
        rows.iter().map(read).collect()
    }

    /// Replaces the key of a row, unless somebody else changed it since it was read.
    pub async fn replace(&self, transaction: &mut Transaction, row: &WrappedRow, key: &WrappedKey) -> Result<(), StorageError> {
        let parameters = vec![self.id(&row.id)?, row.key.0.as_slice().into(), key.0.as_slice().into()];
        transaction.change(self.update, parameters).await.map(drop)
    }

    fn id(&self, bytes: &[u8]) -> Result<Value, StorageError> {
        match (self.text, std::str::from_utf8(bytes)) {
            (false, _) => Ok(bytes.into()),
            (true, Ok(text)) => Ok(text.into()),
            (true, Err(_)) => Err(StorageError::Damaged(self.table)),
        }
    }

    fn place(&self) -> String {
        format!("rotation {}.{}", self.table, self.column)
    }

    /// The id up to which the present walk has come; empty at its beginning.
    pub async fn walked(&self, database: &Database) -> Result<Vec<u8>, StorageError> {
        let rows = database.read("select value from meta where name = $1", values![self.place()]).await?;
        rows.first().map_or(Ok(Vec::new()), |row| row.bytes("value"))
    }

    /// Remembers how far the walk has come.
    pub async fn remember(&self, transaction: &mut Transaction, id: &[u8]) -> Result<(), StorageError> {
        put(transaction, self.place(), id).await
    }

    /// Ends the walk: the next one begins anew.
    pub async fn forget(&self, transaction: &mut Transaction) -> Result<(), StorageError> {
        transaction.change("delete from meta where name = $1", values![self.place()]).await.map(drop)
    }
}

const ROOT: &str = "lookup root";

/// The sealed root of the look-up keys; `None` while the first master key is in use.
pub async fn stored_root(database: &Database) -> Result<Option<Vec<u8>>, StorageError> {
    let rows = database.read("select value from meta where name = $1", values![ROOT]).await?;
    rows.first().map(|row| row.bytes("value")).transpose()
}

/// Stores it.
pub async fn store_root(transaction: &mut Transaction, sealed: &[u8]) -> Result<(), StorageError> {
    put(transaction, ROOT.to_owned(), sealed).await
}

async fn put(transaction: &mut Transaction, name: String, value: &[u8]) -> Result<(), StorageError> {
    let sql = "insert into meta (name, value) values ($1, $2) on conflict (name) do update set value = $2";
    transaction.change_one("remember", sql, values![name, value]).await
}
