//! Audit lines: written unchained with their transaction, chained later by one sequencer.

use crate::storage::{
    audit_search::SearchColumns,
    database::{Database, Row, Transaction, values},
    error::StorageError,
    vault::{Lookup, Vault},
};

/// A line as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditLine {
    /// Random, 16 bytes.
    pub line_id: [u8; 16],
    /// Milliseconds since 1970-01-01 UTC.
    pub at: i64,
    /// Canonical JSON of the event.
    pub line: String,
}

/// A line in the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainedLine {
    /// From 1, without gaps.
    pub position: i64,
    /// Keyed digest over the chain before it and the line.
    pub chain: [u8; 32],
    /// The line.
    pub line: AuditLine,
    /// What it is searched by, as stored; `None` where an earlier program wrote it and nobody looked at it since.
    pub columns: Option<SearchColumns>,
}

/// The end of the chain, signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditHead {
    /// Position of the last chained line; 0 before the first.
    pub position: i64,
    /// Its chain value; zeros before the first.
    pub chain: [u8; 32],
    /// Signature over [`AuditHead::to_be_signed`].
    pub signature: Vec<u8>,
    /// Milliseconds since 1970-01-01 UTC.
    pub signed_at: i64,
}

impl AuditHead {
    /// The bytes that are signed for a head.
    pub fn to_be_signed(position: i64, chain: &[u8; 32], signed_at: i64) -> Vec<u8> {
        let mut out = b"elicence audit head/1\n".to_vec();
        out.extend_from_slice(&position.to_be_bytes());
        out.extend_from_slice(chain);
        out.extend_from_slice(&signed_at.to_be_bytes());
        out
    }
}

/// The chain value of a line: HMAC under a key of the vault, so that nobody without the master key can make another chain.
pub fn chain_value(vault: &Vault, before: &[u8; 32], position: i64, line: &AuditLine) -> Result<[u8; 32], StorageError> {
    let (position, at) = (position.to_be_bytes(), line.at.to_be_bytes());
    vault.lookup(Lookup::Audit, &[before, &position, &line.line_id, &at, line.line.as_bytes()])
}

/// Writes a line, unchained.
pub async fn append(transaction: &mut Transaction, line: &AuditLine) -> Result<(), StorageError> {
    let SearchColumns { action, actor, department, subject } = SearchColumns::of(&line.line);
    transaction
        .change_one(
            "write audit line",
            "insert into audit_lines (line_id, at, line, action, actor, department, subject) values ($1, $2, $3, $4, $5, $6, $7)",
            values![&line.line_id[..], line.at, line.line.as_str(), action, actor, department, subject],
        )
        .await
}

/// The oldest lines that are not yet chained.
pub async fn waiting(transaction: &mut Transaction, most: i64) -> Result<Vec<AuditLine>, StorageError> {
    let sql = "select line_id, at, line from audit_lines where position is null order by at, line_id limit $1";
    transaction.rows(sql, values![most]).await?.iter().map(line).collect()
}

/// Gives a line its place.
pub async fn chain(transaction: &mut Transaction, line_id: &[u8; 16], position: i64, chain: &[u8; 32]) -> Result<(), StorageError> {
    transaction
        .change_one(
            "chain audit line",
            "update audit_lines set position = $2, chain = $3 where line_id = $1 and position is null",
            values![&line_id[..], position, &chain[..]],
        )
        .await
}

/// The head, inside a transaction.
pub async fn head(transaction: &mut Transaction) -> Result<Option<AuditHead>, StorageError> {
    transaction.rows(HEAD, values![]).await?.first().map(head_of).transpose()
}

/// The head as it is committed.
pub async fn read_head(database: &Database) -> Result<Option<AuditHead>, StorageError> {
    database.read(HEAD, values![]).await?.first().map(head_of).transpose()
}

/// Replaces the head.
pub async fn set_head(transaction: &mut Transaction, head: &AuditHead) -> Result<(), StorageError> {
    transaction
        .change_one(
            "set audit head",
            "insert into audit_head (name, position, chain, signature, signed_at) values ('head', $1, $2, $3, $4)
             on conflict (name) do update set position = $1, chain = $2, signature = $3, signed_at = $4
             where audit_head.position < $1",
            values![head.position, &head.chain[..], head.signature.as_slice(), head.signed_at],
        )
        .await
}

/// Chained lines after `position`, in order.
pub async fn read_chained(database: &Database, after: i64, most: i64) -> Result<Vec<ChainedLine>, StorageError> {
    let sql = "select line_id, at, line, position, chain, action, actor, department, subject from audit_lines
        where position > $1 order by position limit $2";
    let rows = database.read(sql, values![after, most]).await?;
    let chained = |row: &Row| {
        let columns = match row.optional_text("action")? {
            Some(action) => {
                let text = |column| row.optional_text(column);
                Some(SearchColumns { action, actor: text("actor")?, department: text("department")?, subject: text("subject")? })
            }
            None => None,
        };
        Ok(ChainedLine { position: row.int("position")?, chain: row.array("chain")?, line: line(row)?, columns })
    };
    rows.iter().map(chained).collect()
}

/// The chain value of the line at `position`; zeros before the first.
pub async fn chain_at(database: &Database, position: i64) -> Result<Option<[u8; 32]>, StorageError> {
    if position == 0 {
        return Ok(Some([0; 32]));
    }
    let rows = database.read("select chain from audit_lines where position = $1", values![position]).await?;
    rows.first().map(|row| row.array("chain")).transpose()
}

/// When the oldest line that waits was written, milliseconds since 1970-01-01 UTC.
pub async fn oldest_waiting(database: &Database) -> Result<Option<i64>, StorageError> {
    let rows = database.read("select min(at) as at from audit_lines where position is null", values![]).await?;
    rows.first().ok_or(StorageError::Damaged("audit_lines"))?.optional_int("at")
}

/// How many lines wait to be chained.
pub async fn count_waiting(database: &Database) -> Result<i64, StorageError> {
    let rows = database.read("select count(*) as waiting from audit_lines where position is null", values![]).await?;
    rows.first().ok_or(StorageError::Damaged("audit_lines"))?.int("waiting")
}

const HEAD: &str = "select position, chain, signature, signed_at from audit_head where name = 'head'";

fn head_of(row: &Row) -> Result<AuditHead, StorageError> {
    Ok(AuditHead {
        position: row.int("position")?,
        chain: row.array("chain")?,
        signature: row.bytes("signature")?,
        signed_at: row.int("signed_at")?,
    })
}

fn line(row: &Row) -> Result<AuditLine, StorageError> {
    Ok(AuditLine { line_id: row.array("line_id")?, at: row.int("at")?, line: row.text("line")? })
}
