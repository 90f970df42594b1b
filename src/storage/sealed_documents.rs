//! The register's documents: one row a sealed revision, with its current file, how far it is sealed, and until when that can be proven.

use crate::{
    domain::{licence::LicenceId, seal_level::SealLevel},
    storage::{
        database::{Database, Row, Transaction, values},
        error::StorageError,
    },
};

/// A document: what its licence seal signed, and the newest file that carries it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentRow {
    /// SHA-256 over the signed byte ranges of its licence seal.
    pub signed_digest: [u8; 32],
    /// The licence.
    pub licence_id: LicenceId,
    /// SHA-256 over the whole current file.
    pub file_digest: [u8; 32],
    /// Name of the current file in the document store.
    pub name: String,
    /// Bytes of the current file.
    pub size: i64,
    /// When the current file was made, milliseconds since 1970-01-01 UTC.
    pub made_at: i64,
    /// The level that the current file has reached.
    pub level: SealLevel,
    /// The level that it is to reach.
    pub target: SealLevel,
    /// When its newest time-stamp weakens, milliseconds since 1970-01-01 UTC; `None` without a time-stamp.
    pub proof_until: Option<i64>,
}

macro_rules! select_document {
    ($rest:literal) => {
        concat!("select signed_digest, licence_id, file_digest, name, size, made_at, level, target, proof_until from documents ", $rest)
    };
}

/// Adds a document.
pub async fn add(transaction: &mut Transaction, row: &DocumentRow) -> Result<(), StorageError> {
    transaction
        .change_one(
            "add document",
            "insert into documents (signed_digest, licence_id, file_digest, name, size, made_at, level, target, proof_until)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            values![
                &row.signed_digest[..],
                &row.licence_id.0[..],
                &row.file_digest[..],
                row.name.as_str(),
                row.size,
                row.made_at,
                row.level.as_str(),
                row.target.as_str(),
                row.proof_until,
            ],
        )
        .await
}

/// Makes another file of the same seal the current one, while `before` still is it.
pub async fn replace_file(transaction: &mut Transaction, before: &[u8; 32], row: &DocumentRow) -> Result<(), StorageError> {
    transaction
        .change_one(
            "replace file",
            "update documents set file_digest = $3, name = $4, size = $5, made_at = $6, level = $7, proof_until = $8
             where signed_digest = $1 and file_digest = $2",
            values![
                &row.signed_digest[..],
                &before[..],
                &row.file_digest[..],
                row.name.as_str(),
                row.size,
                row.made_at,
                row.level.as_str(),
                row.proof_until,
            ],
        )
        .await
}

/// The newest document of a licence.
pub async fn current(database: &Database, id: LicenceId) -> Result<Option<DocumentRow>, StorageError> {
    let sql = select_document!("where licence_id = $1 order by made_at desc limit 1");
    database.read(sql, values![&id.0[..]]).await?.first().map(document).transpose()
}

/// Every document of a licence, within a transaction.
pub async fn of_licence(transaction: &mut Transaction, id: LicenceId) -> Result<Vec<DocumentRow>, StorageError> {
    transaction.rows(select_document!("where licence_id = $1 order by made_at"), values![&id.0[..]]).await?.iter().map(document).collect()
}

/// The document whose seal signed that digest.
pub async fn by_digest(database: &Database, digest: &[u8; 32]) -> Result<Option<DocumentRow>, StorageError> {
    database.read(select_document!("where signed_digest = $1"), values![&digest[..]]).await?.first().map(document).transpose()
}

/// Documents whose newest time-stamp weakens before `until`, the most urgent first, that wait for nothing else.
pub async fn weakening(database: &Database, until: i64, most: i64) -> Result<Vec<DocumentRow>, StorageError> {
    let sql = select_document!(
        "where proof_until < $1 and not exists (select 1 from augmentations where augmentations.signed_digest = documents.signed_digest)
         order by proof_until limit $2"
    );
    database.read(sql, values![until, most]).await?.iter().map(document).collect()
}

/// How many documents have reached each level.
pub async fn count_by_level(database: &Database) -> Result<Vec<(SealLevel, i64)>, StorageError> {
    let rows = database.read("select level, count(*) as documents from documents group by level order by level desc", values![]).await?;
    rows.iter().map(|row| Ok((level(row, "level")?, row.int("documents")?))).collect()
}

fn document(row: &Row) -> Result<DocumentRow, StorageError> {
    Ok(DocumentRow {
        signed_digest: row.array("signed_digest")?,
        licence_id: LicenceId(row.array("licence_id")?),
        file_digest: row.array("file_digest")?,
        name: row.text("name")?,
        size: row.int("size")?,
        made_at: row.int("made_at")?,
        level: level(row, "level")?,
        target: level(row, "target")?,
        proof_until: row.optional_int("proof_until")?,
    })
}

/// A level as it is stored.
pub(super) fn level(row: &Row, column: &'static str) -> Result<SealLevel, StorageError> {
    SealLevel::from_word(&row.text(column)?).ok_or(StorageError::Damaged(column))
}
