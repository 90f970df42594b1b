//! Everything that lasts: the database (SQLite or PostgreSQL), the document store, and the vault that seals both. Nothing else writes SQL.

pub mod applications;
pub mod approved_licences;
pub mod audit_log;
pub mod audit_search;
pub mod augmentations;
pub mod catalogue;
pub mod catalogue_imports;
pub mod catalogue_log;
pub mod catalogue_pulls;
pub mod contacts;
pub mod counters;
pub mod database;
pub mod deliveries;
pub mod documents;
pub mod earlier_files;
pub mod entry_grants;
pub mod error;
pub mod events;
pub mod expiry_watermarks;
pub mod idempotency;
pub mod leases;
pub mod licence_changes;
pub mod licence_holders;
pub mod licences;
pub mod master_key;
mod migrate;
pub mod mints;
pub mod organisations;
pub mod people;
pub mod retention;
pub mod seal_uses;
pub mod sealed_documents;
pub mod seals;
pub mod statistics;
pub mod status_lists;
pub mod subscriptions;
pub mod systems;
pub mod type_definitions;
pub mod vault;
pub mod wrapped_keys;

use crate::storage::{error::StorageError, master_key::MasterKeys};
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
    /// Files outside the database that remember the end of the audit chain; the first stands in the folder of the store.
    audit_heads: Vec<PathBuf>,
}

impl Store {
    /// Opens the store, makes what is missing, and brings the database to the newest migration.
    ///
    /// `address` is `sqlite:PATH` or `postgres://…`; documents stand in `folder/documents`, the end of the audit chain in
    /// `folder/audit.head`.
    pub async fn open(address: &str, folder: &Path, master_keys: &MasterKeys) -> Result<Self, StorageError> {
        let mut vault = Vault::new(master_keys)?;
        let documents = Documents::open(&folder.join("documents"))?;
        let database = Database::open(address).await?;
        migrate::migrate(&database).await?;
        adopt_root(&database, &mut vault).await?;
        check_master_key(&database, &vault).await?;
        Ok(Self { database, documents, vault, audit_heads: vec![folder.join("audit.head")] })
    }

    /// Keeps the end of the audit chain in that file as well, e.g. on another machine's mount.
    pub fn also_keep_audit_head(&mut self, file: PathBuf) {
        self.audit_heads.push(file);
    }

    /// Replaces the end of the audit chain in every file that keeps it. Tries all of them, then gives the first failure.
    pub fn write_audit_head(&self, text: &str) -> Result<(), StorageError> {
        let written: Vec<_> = self.audit_heads.iter().map(|file| documents::replace_synced(file, text.as_bytes())).collect();
        written.into_iter().collect()
    }

    /// Reads those files; `None` where there is none yet.
    pub fn read_audit_heads(&self) -> Result<Vec<(&Path, Option<String>)>, StorageError> {
        let read = |file: &Path| match std::fs::read_to_string(file) {
            Ok(text) => Ok(Some(text)),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(StorageError::file("read", file)(e)),
        };
        self.audit_heads.iter().map(|file| Ok((file.as_path(), read(file)?))).collect()
    }

    /// Sets the files aside under the name of their position, so that they stay as evidence; gives the new names.
    pub fn set_audit_heads_aside(&self, position: i64) -> Result<Vec<PathBuf>, StorageError> {
        let mut aside = Vec::new();
        for file in self.audit_heads.iter().filter(|file| file.exists()) {
            let mut name = file.clone().into_os_string();
            name.push(format!(".at-{position}"));
            let name = PathBuf::from(name);
            std::fs::rename(file, &name).map_err(StorageError::file("rename", file))?;
            aside.push(name);
        }
        Ok(aside)
    }
}

/// After the first master key was replaced, the root of the look-up keys stands in the database.
async fn adopt_root(database: &Database, vault: &mut Vault) -> Result<(), StorageError> {
    match wrapped_keys::stored_root(database).await? {
        Some(sealed) => vault.adopt_root(&sealed).map_err(|_| StorageError::WrongKey("the database")),
        None => Ok(()),
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
