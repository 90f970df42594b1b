//! SQLite and PostgreSQL behind one set of SQL: text, bigint and bytes, `$1` parameters. Every difference between the two stands in this file.

use crate::storage::error::StorageError;
use sqlx::{
    AssertSqlSafe, Row as _,
    postgres::{PgArguments, PgConnectOptions, PgPool, PgPoolOptions, PgRow},
    query::Query,
    sqlite::{SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteRow, SqliteSynchronous},
};
use std::{str::FromStr, time::Duration};

/// How long a SQLite writer waits for another process before it says busy.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// How often a beginning transaction waits that long.
const BEGIN_TRIES: usize = 4;

/// A pool of connections. SQLite: one writer and some readers; PostgreSQL: one pool.
#[derive(Clone, Debug)]
pub enum Database {
    /// Embedded default: a file in WAL mode, `synchronous=FULL`.
    Sqlite {
        /// The only writing connection of this process.
        writer: SqlitePool,
        /// Reading connections.
        readers: SqlitePool,
    },
    /// Beyond one machine.
    Postgres(PgPool),
}

/// An open transaction. Dropped without [`Transaction::commit`] it is rolled back.
pub enum Transaction {
    /// `BEGIN IMMEDIATE`: it holds the write lock from the beginning, so it never fails half-way with `SQLITE_BUSY`.
    Sqlite(sqlx::Transaction<'static, sqlx::Sqlite>),
    /// Read committed; every statement that decides carries its conditions and is checked by its row count.
    Postgres(sqlx::Transaction<'static, sqlx::Postgres>),
}

/// A parameter of a statement.
#[derive(Clone, Debug)]
pub enum Value {
    /// text
    Text(Option<String>),
    /// bigint
    Int(Option<i64>),
    /// blob or bytea
    Bytes(Option<Vec<u8>>),
}

/// One row of an answer.
pub enum Row {
    /// From SQLite.
    Sqlite(SqliteRow),
    /// From PostgreSQL.
    Postgres(PgRow),
}

impl Database {
    /// Opens `sqlite:PATH` (made when it is not there) or `postgres://…`.
    pub async fn open(address: &str) -> Result<Self, StorageError> {
        if address.starts_with("sqlite:") {
            let options = SqliteConnectOptions::from_str(address)
                .map_err(from_sqlx)?
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .foreign_keys(true)
                .busy_timeout(BUSY_TIMEOUT)
                .pragma("temp_store", "MEMORY")
                // Deleted and replaced values must not linger in free pages.
                .pragma("secure_delete", "ON");
            // Connections stay open: closing the last one would remove the WAL under readers that open next.
            let pool = || SqlitePoolOptions::new().idle_timeout(None).max_lifetime(None);
            let writer = pool().max_connections(1).connect_with(options.clone()).await.map_err(from_sqlx)?;
            let readers = pool()
                .max_connections(8)
                .connect_with(options.create_if_missing(false).pragma("query_only", "ON"))
                .await
                .map_err(from_sqlx)?;
            Ok(Self::Sqlite { writer, readers })
        } else if address.starts_with("postgres:") || address.starts_with("postgresql:") {
            let options = PgConnectOptions::from_str(address).map_err(from_sqlx)?;
            let pool = PgPoolOptions::new()
                .max_connections(16)
                .acquire_timeout(Duration::from_secs(10))
                .connect_with(options)
                .await
                .map_err(from_sqlx)?;
            Ok(Self::Postgres(pool))
        } else {
            Err(StorageError::Address)
        }
    }

    /// Begins a writing transaction.
    pub async fn begin(&self) -> Result<Transaction, StorageError> {
        match self {
            Self::Sqlite { writer, .. } => {
                let mut tries = 1;
                loop {
                    match writer.begin_with("BEGIN IMMEDIATE").await.map_err(from_sqlx) {
                        Ok(transaction) => return Ok(Transaction::Sqlite(transaction)),
                        Err(StorageError::Busy) if tries < BEGIN_TRIES => tries += 1,
                        Err(error) => return Err(error),
                    }
                }
            }
            Self::Postgres(pool) => Ok(Transaction::Postgres(pool.begin().await.map_err(from_sqlx)?)),
        }
    }

    /// Reads all rows of one statement, outside any transaction.
    pub async fn read(&self, sql: &'static str, values: Vec<Value>) -> Result<Vec<Row>, StorageError> {
        match self {
            Self::Sqlite { readers, .. } => {
                let rows = bind_sqlite(sqlx::query(sql), values).fetch_all(readers).await.map_err(from_sqlx)?;
                Ok(rows.into_iter().map(Row::Sqlite).collect())
            }
            Self::Postgres(pool) => {
                let rows = bind_postgres(sqlx::query(sql), values).fetch_all(pool).await.map_err(from_sqlx)?;
                Ok(rows.into_iter().map(Row::Postgres).collect())
            }
        }
    }

    /// Closes every connection; SQLite merges its WAL.
    pub async fn close(&self) {
        match self {
            Self::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl Transaction {
    /// Reads or changes rows and returns them (`SELECT`, `… RETURNING`).
    pub async fn rows(&mut self, sql: &'static str, values: Vec<Value>) -> Result<Vec<Row>, StorageError> {
        match self {
            Self::Sqlite(t) => {
                let rows = bind_sqlite(sqlx::query(sql), values).fetch_all(&mut **t).await.map_err(from_sqlx)?;
                Ok(rows.into_iter().map(Row::Sqlite).collect())
            }
            Self::Postgres(t) => {
                let rows = bind_postgres(sqlx::query(sql), values).fetch_all(&mut **t).await.map_err(from_sqlx)?;
                Ok(rows.into_iter().map(Row::Postgres).collect())
            }
        }
    }

    /// Reads rows, and keeps everybody from changing them until the transaction ends.
    pub async fn hold_rows(&mut self, sql: &'static str, values: Vec<Value>) -> Result<Vec<Row>, StorageError> {
        match self {
            // BEGIN IMMEDIATE keeps every other writer out already.
            Self::Sqlite(_) => self.rows(sql, values).await,
            Self::Postgres(t) => {
                let sql = AssertSqlSafe(format!("{sql} for share"));
                let rows = bind_postgres(sqlx::query(sql), values).fetch_all(&mut **t).await.map_err(from_sqlx)?;
                Ok(rows.into_iter().map(Row::Postgres).collect())
            }
        }
    }

    /// Changes rows; how many.
    pub async fn change(&mut self, sql: &'static str, values: Vec<Value>) -> Result<u64, StorageError> {
        match self {
            Self::Sqlite(t) => {
                let done = bind_sqlite(sqlx::query(sql), values).execute(&mut **t).await.map_err(from_sqlx)?;
                Ok(done.rows_affected())
            }
            Self::Postgres(t) => {
                let done = bind_postgres(sqlx::query(sql), values).execute(&mut **t).await.map_err(from_sqlx)?;
                Ok(done.rows_affected())
            }
        }
    }

    /// Changes exactly one row, or fails.
    pub async fn change_one(&mut self, statement: &'static str, sql: &'static str, values: Vec<Value>) -> Result<(), StorageError> {
        match self.change(sql, values).await? {
            1 => Ok(()),
            found => Err(StorageError::RowCount { statement, expected: 1, found }),
        }
    }

    /// Makes everything permanent. When this returns, it survives a power cut.
    pub async fn commit(self) -> Result<(), StorageError> {
        match self {
            Self::Sqlite(t) => t.commit().await.map_err(from_sqlx),
            Self::Postgres(t) => t.commit().await.map_err(from_sqlx),
        }
    }

    /// Runs the statements of one migration; `{bytes}` stands for the type of byte strings.
    pub(crate) async fn run_migration(&mut self, sql: &str) -> Result<(), StorageError> {
        match self {
            Self::Sqlite(t) => {
                let sql = AssertSqlSafe(sql.replace("{bytes}", "blob"));
                sqlx::raw_sql(sql).execute(&mut **t).await.map_err(from_sqlx)?;
            }
            Self::Postgres(t) => {
                let sql = AssertSqlSafe(sql.replace("{bytes}", "bytea"));
                sqlx::raw_sql(sql).execute(&mut **t).await.map_err(from_sqlx)?;
            }
        }
        Ok(())
    }

    /// Keeps other processes from migrating at the same time, until this transaction ends.
    pub(crate) async fn lock_migrations(&mut self) -> Result<(), StorageError> {
        match self {
            // BEGIN IMMEDIATE has locked the file already.
            Self::Sqlite(_) => Ok(()),
            Self::Postgres(t) => {
                sqlx::query("select pg_advisory_xact_lock(6578594921017)").execute(&mut **t).await.map_err(from_sqlx)?;
                Ok(())
            }
        }
    }
}

impl Row {
    /// A text column.
    pub fn text(&self, column: &'static str) -> Result<String, StorageError> {
        self.optional_text(column)?.ok_or(StorageError::Damaged(column))
    }

    /// A bigint column.
    pub fn int(&self, column: &'static str) -> Result<i64, StorageError> {
        self.optional_int(column)?.ok_or(StorageError::Damaged(column))
    }

    /// A column of bytes.
    pub fn bytes(&self, column: &'static str) -> Result<Vec<u8>, StorageError> {
        self.optional_bytes(column)?.ok_or(StorageError::Damaged(column))
    }

    /// A column of exactly `N` bytes.
    pub fn array<const N: usize>(&self, column: &'static str) -> Result<[u8; N], StorageError> {
        self.bytes(column)?.try_into().map_err(|_| StorageError::Damaged(column))
    }

    /// A text column that may be empty.
    pub fn optional_text(&self, column: &'static str) -> Result<Option<String>, StorageError> {
        match self {
            Self::Sqlite(r) => r.try_get(column),
            Self::Postgres(r) => r.try_get(column),
        }
        .map_err(|_| StorageError::Damaged(column))
    }

    /// A bigint column that may be empty.
    pub fn optional_int(&self, column: &'static str) -> Result<Option<i64>, StorageError> {
        match self {
            Self::Sqlite(r) => r.try_get(column),
            Self::Postgres(r) => r.try_get(column),
        }
        .map_err(|_| StorageError::Damaged(column))
    }

    /// A column of bytes that may be empty.
    pub fn optional_bytes(&self, column: &'static str) -> Result<Option<Vec<u8>>, StorageError> {
        match self {
            Self::Sqlite(r) => r.try_get(column),
            Self::Postgres(r) => r.try_get(column),
        }
        .map_err(|_| StorageError::Damaged(column))
    }
}

macro_rules! value_from {
    ($($from:ty => $variant:ident, $make:expr;)*) => { $(
        impl From<$from> for Value { fn from(v: $from) -> Self { Self::$variant(Some($make(v))) } }
        impl From<Option<$from>> for Value { fn from(v: Option<$from>) -> Self { Self::$variant(v.map($make)) } }
    )* };
}
value_from! {
    &str => Text, str::to_owned;
    String => Text, std::convert::identity;
    i64 => Int, std::convert::identity;
    &[u8] => Bytes, <[u8]>::to_vec;
    Vec<u8> => Bytes, std::convert::identity;
}

/// The parameters of a statement, in order: `values![a, b]`.
macro_rules! values {
    ($($value:expr),* $(,)?) => { vec![$($crate::storage::database::Value::from($value)),*] };
}
pub(crate) use values;

fn bind_sqlite<'q>(mut query: Query<'q, sqlx::Sqlite, SqliteArguments>, values: Vec<Value>) -> Query<'q, sqlx::Sqlite, SqliteArguments> {
    for value in values {
        query = match value {
            Value::Text(v) => query.bind(v),
            Value::Int(v) => query.bind(v),
            Value::Bytes(v) => query.bind(v),
        };
    }
    query
}

fn bind_postgres<'q>(mut query: Query<'q, sqlx::Postgres, PgArguments>, values: Vec<Value>) -> Query<'q, sqlx::Postgres, PgArguments> {
    for value in values {
        query = match value {
            Value::Text(v) => query.bind(v),
            Value::Int(v) => query.bind(v),
            Value::Bytes(v) => query.bind(v),
        };
    }
    query
}

/// Sorts a database error. Messages of the database may quote values, so only its code and constraint are kept.
fn from_sqlx(error: sqlx::Error) -> StorageError {
    match error {
        sqlx::Error::Database(e) => {
            let code = e.code().map(|c| c.into_owned()).unwrap_or_default();
            if e.is_unique_violation() {
                // SQLite names `table.column` in its message and no constraint; both are words of the schema.
                let what = match e.constraint() {
                    Some(name) => name.to_owned(),
                    None => e.message().to_owned(),
                };
                return StorageError::Conflict(what);
            }
            match code.as_str() {
                // SQLITE_BUSY and its extended codes, SQLITE_LOCKED.
                "5" | "261" | "517" | "773" | "6" | "262" => StorageError::Busy,
                // serialization_failure, deadlock_detected, lock_not_available.
                "40001" | "40P01" | "55P03" => StorageError::Busy,
                // SQLITE_FULL, disk_full.
                "13" | "53100" => StorageError::Unavailable("its disk is full".into()),
                _ => StorageError::Unavailable(format!("it answered with code {code}")),
            }
        }
        sqlx::Error::Io(e) => StorageError::Unavailable(e.to_string()),
        sqlx::Error::PoolTimedOut => StorageError::Unavailable("no connection became free in time".into()),
        sqlx::Error::PoolClosed => StorageError::Unavailable("it is being closed".into()),
        sqlx::Error::Tls(_) => StorageError::Unavailable("its TLS certificate is not accepted".into()),
        sqlx::Error::Configuration(_) => StorageError::Unavailable("its address is not understood".into()),
        _ => StorageError::Unavailable("the connection failed".into()),
    }
}
