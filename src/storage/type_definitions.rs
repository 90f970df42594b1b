//! Definitions of licence types (元数据) by version, as the catalogue links to them.

use crate::{
    domain::application::ApplicationId,
    storage::{
        database::{Database, Transaction, values},
        error::StorageError,
    },
};

/// A stored definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefinitionRow {
    /// 证照类型代码.
    pub type_code: String,
    /// From 1.
    pub version: i64,
    /// RFC 8785 JSON of the licence type.
    pub document: String,
    /// SHA-256 of the document.
    pub digest: [u8; 32],
    /// The application that it came from.
    pub application_id: Option<ApplicationId>,
    /// Milliseconds since 1970-01-01 UTC.
    pub at: i64,
}

/// Adds a definition.
pub async fn insert(transaction: &mut Transaction, row: &DefinitionRow) -> Result<(), StorageError> {
    transaction
        .change_one(
            "add definition",
            "insert into licence_type_versions (type_code, version, document, digest, application_id, at) values ($1, $2, $3, $4, $5, $6)",
            values![
                row.type_code.as_str(),
                row.version,
                row.document.as_str(),
                &row.digest[..],
                row.application_id.map(|id| id.0.to_vec()),
                row.at
            ],
        )
        .await
}

const FIND: &str = "select document from licence_type_versions where type_code = $1 and version = $2";

/// The document of a version.
pub async fn document(database: &Database, type_code: &str, version: i64) -> Result<Option<String>, StorageError> {
    database.read(FIND, values![type_code, version]).await?.first().map(|row| row.text("document")).transpose()
}

/// The document of a version, inside a transaction.
pub async fn document_in(transaction: &mut Transaction, type_code: &str, version: i64) -> Result<Option<String>, StorageError> {
    transaction.rows(FIND, values![type_code, version]).await?.first().map(|row| row.text("document")).transpose()
}
