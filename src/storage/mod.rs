//! Everything that lasts: the database (SQLite or PostgreSQL), the document store, and the vault that seals both. Nothing else writes SQL.

pub mod applications;
pub mod audit_log;
pub mod augmentations;
pub mod catalogue;
pub mod catalogue_log;
pub mod catalogue_pulls;
pub mod counters;
pub mod database;
pub mod documents;
pub mod earlier_files;
pub mod entry_grants;
pub mod error;
pub mod events;
pub mod idempotency;
pub mod leases;
pub mod licence_changes;
pub mod licence_holders;
pub mod licences;
pub mod master_key;
mod migrate;
pub mod mints;
pub mod sealed_documents;
pub mod status_lists;
pub mod type_definitions;
pub mod vault;

use crate::{domain::secret::Secret, storage::error::StorageError};
use database::{Database, values};
use documents::Documents;
use std::path::{Path, PathBuf};
use vault::{Lookup, Vault};

/// One store: everything of one authority's licence library that lasts.
#[derive(Debug)]
pub struct Store {
    /// Register, mints, audit lines.
    pub database: Database,
    /// Sealed documents.
    pub documents: Documents,
    /// Keys.
    pub vault: Vault,
    audit_head: PathBuf,
}

impl Store {
    /// Opens the store, makes what is missing, and brings the database to the newest migration.
    ///
    /// `address` is `sqlite:PATH` or `postgres://…`; documents stand in `folder/documents`, the end of the audit chain in
    /// `folder/audit.head`.
    pub async fn open(address: &str, folder: &Path, master_key: &Secret<[u8; 32]>) -> Result<Self, StorageError> {
        let vault = Vault::new(master_key)?;
        let documents = Documents::open(&folder.join("documents"))?;
        let database = Database::open(address).await?;
        migrate::migrate(&database).await?;
        check_master_key(&database, &vault).await?;
        Ok(Self { database, documents, vault, audit_head: folder.join("audit.head") })
    }

    /// The file outside the database that remembers the end of the audit chain.
    pub fn audit_head_file(&self) -> &Path {
        &self.audit_head
    }

    /// Replaces that file.
    pub fn write_audit_head(&self, text: &str) -> Result<(), StorageError> {
        documents::replace_synced(&self.audit_head, text.as_bytes())
    }

    /// Reads that file; `None` before the first line was chained.
    pub fn read_audit_head(&self) -> Result<Option<String>, StorageError> {
        match std::fs::read_to_string(&self.audit_head) {
            Ok(text) => Ok(Some(text)),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(StorageError::file("read", &self.audit_head)(e)),
        }
    }
}

/// A database remembers a keyed digest of its master key, so that another key is refused at the start and not at the first read.
async fn check_master_key(database: &Database, vault: &Vault) -> Result<(), StorageError> {
    let check = vault.lookup(Lookup::MasterKeyCheck, &[])?;
    let mut transaction = database.begin().await?;
    transaction
        .change("insert into meta (name, value) values ('master key check', $1) on conflict (name) do nothing", values![&check[..]])
        .await?;
    let rows = transaction.rows("select value from meta where name = 'master key check'", values![]).await?;
    let stored = rows.first().ok_or(StorageError::Damaged("master key check"))?.bytes("value")?;
    if stored != check {
        return Err(StorageError::WrongKey("the database"));
    }
    transaction.commit().await
}
