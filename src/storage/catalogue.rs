//! The catalogue: entries by version, definitions of licence types by version, grants, the log, and how far other platforms were followed.

use crate::{
    domain::{
        application::ApplicationId,
        directory_entry::{CatalogueRoot, EntryChange, EntryState},
        page::PageRequest,
    },
    storage::{
        counters,
        database::{Database, Row, Transaction, Value, values},
        error::StorageError,
    },
};

/// The current version of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryRow {
    /// 证照类型代码.
    pub type_code: String,
    /// Its version, from 1.
    pub version: i64,
    /// In force?
    pub state: EntryState,
    /// May every department read it?
    pub shared: bool,
    /// The platform that it was pulled from; `None`: it is kept here.
    pub origin: Option<String>,
    /// RFC 8785 JSON of the entry.
    pub document: String,
    /// Milliseconds since 1970-01-01 UTC, like every time here.
    pub changed_at: i64,
}

/// What lists and the tree of classes need of an entry.
pub struct EntryClasses<'a> {
    /// Under which root.
    pub root: CatalogueRoot,
    /// Theme.
    pub theme: &'a str,
    /// Industry.
    pub industry: &'a str,
}

/// One version of one entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionRow {
    /// 证照类型代码.
    pub type_code: String,
    /// From 1.
    pub version: i64,
    /// From 1 over the whole catalogue, without gaps.
    pub sequence: i64,
    /// What made it.
    pub change: EntryChange,
    /// RFC 8785 JSON of the entry.
    pub document: String,
    /// SHA-256 of the document.
    pub digest: [u8; 32],
    /// Over everything before and this.
    pub chain: [u8; 32],
    /// The application that it came from.
    pub application_id: Option<ApplicationId>,
    /// Pseudonymous id of whoever applied.
    pub applicant: String,
    /// For which organisation.
    pub organisation_code: String,
    /// Pseudonymous id of whoever approved.
    pub reviewer: Option<String>,
    /// The platform that it was pulled from.
    pub origin: Option<String>,
    /// When it took effect.
    pub at: i64,
}

/// Who reads, as far as unshared entries are concerned.
#[derive(Clone, Debug)]
pub struct Reader {
    /// Sees everything.
    pub everything: bool,
    /// Organisation code.
    pub organisation: String,
    /// Id of the system or person.
    pub actor: String,
}

/// Which entries a list holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EntryFilter {
    /// Under this root.
    pub root: Option<CatalogueRoot>,
    /// With this theme; needs a root.
    pub theme: Option<String>,
    /// With this industry; needs a root. Not together with a theme.
    pub industry: Option<String>,
}

macro_rules! select_entry {
    ($rest:literal) => {
        concat!("select type_code, version, state, shared, origin, document, changed_at from catalogue_entries ", $rest)
    };
}

/// The entry of a code.
pub async fn entry(database: &Database, type_code: &str) -> Result<Option<EntryRow>, StorageError> {
    database.read(select_entry!("where type_code = $1"), values![type_code]).await?.first().map(entry_of).transpose()
}

/// The entry of a code, inside a transaction.
pub async fn entry_in(transaction: &mut Transaction, type_code: &str) -> Result<Option<EntryRow>, StorageError> {
    transaction.rows(select_entry!("where type_code = $1"), values![type_code]).await?.first().map(entry_of).transpose()
}

/// Puts a version in force, if `base` (0: none) is still the one in force. [`StorageError::RowCount`] or
/// [`StorageError::Conflict`]: it is not.
pub async fn put_in_force(
    transaction: &mut Transaction,
    row: &EntryRow,
    classes: &EntryClasses<'_>,
    base: i64,
) -> Result<(), StorageError> {
    let given = values![
        row.type_code.as_str(),
        row.version,
        row.state.as_str(),
        classes.root.as_str(),
        classes.theme,
        classes.industry,
        i64::from(row.shared),
        row.origin.as_deref(),
        row.document.as_str(),
        row.changed_at
    ];
    if base == 0 {
        let sql = "insert into catalogue_entries (type_code, version, state, root, theme, industry, shared, origin, document, changed_at)
                   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
        return transaction.change_one("add entry", sql, given).await;
    }
    let mut given = given;
    given.extend(values![base]);
    let sql = "update catalogue_entries set version = $2, state = $3, root = $4, theme = $5, industry = $6, shared = $7, origin = $8,
               document = $9, changed_at = $10 where type_code = $1 and version = $11";
    transaction.change_one("change entry", sql, given).await
}

/// The number of the next change, and the chain value before it. The number stays locked until the transaction ends.
pub async fn next_change(transaction: &mut Transaction) -> Result<(i64, [u8; 32]), StorageError> {
    let sequence = counters::next(transaction, "catalogue change").await?;
    let rows = transaction.rows("select chain from catalogue_versions where sequence = $1", values![sequence - 1]).await?;
    match rows.first() {
        Some(row) => Ok((sequence, row.array("chain")?)),
        None if sequence == 1 => Ok((sequence, [0; 32])),
        None => Err(StorageError::Damaged("catalogue_versions")),
    }
}

/// The number of the newest change; 0 before the first.
pub async fn newest_change(database: &Database) -> Result<i64, StorageError> {
    counters::last(database, "catalogue change").await
}

/// Adds a version.
pub async fn insert_version(transaction: &mut Transaction, row: &VersionRow) -> Result<(), StorageError> {
    transaction
        .change_one(
            "add version of an entry",
            "insert into catalogue_versions (type_code, version, sequence, change, document, digest, chain, application_id, applicant,
             organisation_code, reviewer, origin, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
            values![
                row.type_code.as_str(),
                row.version,
                row.sequence,
                row.change.as_str(),
                row.document.as_str(),
                &row.digest[..],
                &row.chain[..],
                row.application_id.map(|id| id.0.to_vec()),
                row.applicant.as_str(),
                row.organisation_code.as_str(),
                row.reviewer.as_deref(),
                row.origin.as_deref(),
                row.at,
            ],
        )
        .await
}

macro_rules! select_version {
    ($rest:literal) => {
        concat!(
            "select type_code, version, sequence, change, document, digest, chain, application_id, applicant, organisation_code, reviewer,
             origin, at from catalogue_versions ",
            $rest
        )
    };
}

/// One version.
pub async fn version(database: &Database, type_code: &str, version: i64) -> Result<Option<VersionRow>, StorageError> {
    let sql = select_version!("where type_code = $1 and version = $2");
    database.read(sql, values![type_code, version]).await?.first().map(version_of).transpose()
}

/// The digest and document of one version, inside a transaction.
pub async fn version_in(transaction: &mut Transaction, type_code: &str, version: i64) -> Result<Option<VersionRow>, StorageError> {
    let sql = select_version!("where type_code = $1 and version = $2");
    transaction.rows(sql, values![type_code, version]).await?.first().map(version_of).transpose()
}

/// Versions of an entry, newest first, older than `before`, one more than the page holds.
pub async fn versions(database: &Database, type_code: &str, before: i64, page: &PageRequest) -> Result<Vec<VersionRow>, StorageError> {
    let sql = select_version!("where type_code = $1 and version < $2 order by version desc limit $3");
    database.read(sql, values![type_code, before, page.rows_to_read()]).await?.iter().map(version_of).collect()
}

/// Changes of the whole catalogue after a number, in order.
pub async fn changes_after(database: &Database, sequence: i64, most: i64) -> Result<Vec<VersionRow>, StorageError> {
    let sql = select_version!("where sequence > $1 order by sequence limit $2");
    database.read(sql, values![sequence, most]).await?.iter().map(version_of).collect()
}

/// The chain value at a number; `None` when there is no such change.
pub async fn chain_at(database: &Database, sequence: i64) -> Result<Option<[u8; 32]>, StorageError> {
    let rows = database.read("select chain from catalogue_versions where sequence = $1", values![sequence]).await?;
    rows.first().map(|row| row.array("chain")).transpose()
}

macro_rules! readable {
    ($rest:literal) => {
        concat!(
            "select type_code, version, state, shared, origin, document, changed_at from catalogue_entries where type_code > $1
             and (shared = 1 or $2 = 1 or type_code in (select type_code from entry_grants where grantee in ($3, $4))) ",
            $rest
        )
    };
}

/// Entries that the reader may read, by code, after `after`, one more than the page holds.
pub async fn entries(
    database: &Database,
    filter: &EntryFilter,
    reader: &Reader,
    after: &str,
    page: &PageRequest,
) -> Result<Vec<EntryRow>, StorageError> {
    let everything = i64::from(reader.everything);
    let mut given: Vec<Value> = values![after, everything, reader.organisation.as_str(), reader.actor.as_str(), page.rows_to_read()];
    let sql = match (filter.root, &filter.theme, &filter.industry) {
        (None, ..) => readable!("order by type_code limit $5"),
        (Some(root), None, None) => {
            given.extend(values![root.as_str()]);
            readable!("and root = $6 order by type_code limit $5")
        }
        (Some(root), Some(theme), _) => {
            given.extend(values![root.as_str(), theme.as_str()]);
            readable!("and root = $6 and theme = $7 order by type_code limit $5")
        }
        (Some(root), None, Some(industry)) => {
            given.extend(values![root.as_str(), industry.as_str()]);
            readable!("and root = $6 and industry = $7 order by type_code limit $5")
        }
    };
    database.read(sql, given).await?.iter().map(entry_of).collect()
}

/// How many entries in force the reader may read, by root, theme and industry.
pub async fn count_classes(database: &Database, reader: &Reader) -> Result<Vec<(CatalogueRoot, String, String, i64)>, StorageError> {
    let sql = "select root, theme, industry, count(*) as entries from catalogue_entries where state = 'active'
               and (shared = 1 or $1 = 1 or type_code in (select type_code from entry_grants where grantee in ($2, $3)))
               group by root, theme, industry order by root, theme, industry";
    let given = values![i64::from(reader.everything), reader.organisation.as_str(), reader.actor.as_str()];
    let class = |row: &Row| {
        let root = CatalogueRoot::from_word(&row.text("root")?).ok_or(StorageError::Damaged("root"))?;
        Ok((root, row.text("theme")?, row.text("industry")?, row.int("entries")?))
    };
    database.read(sql, given).await?.iter().map(class).collect()
}

fn entry_of(row: &Row) -> Result<EntryRow, StorageError> {
    Ok(EntryRow {
        type_code: row.text("type_code")?,
        version: row.int("version")?,
        state: EntryState::from_word(&row.text("state")?).ok_or(StorageError::Damaged("entry state"))?,
        shared: row.int("shared")? == 1,
        origin: row.optional_text("origin")?,
        document: row.text("document")?,
        changed_at: row.int("changed_at")?,
    })
}

fn version_of(row: &Row) -> Result<VersionRow, StorageError> {
    let application_id = row.optional_bytes("application_id")?.map(|id| id.try_into().map(ApplicationId));
    Ok(VersionRow {
        type_code: row.text("type_code")?,
        version: row.int("version")?,
        sequence: row.int("sequence")?,
        change: EntryChange::from_word(&row.text("change")?).ok_or(StorageError::Damaged("change"))?,
        document: row.text("document")?,
        digest: row.array("digest")?,
        chain: row.array("chain")?,
        application_id: application_id.transpose().map_err(|_| StorageError::Damaged("application_id"))?,
        applicant: row.text("applicant")?,
        organisation_code: row.text("organisation_code")?,
        reviewer: row.optional_text("reviewer")?,
        origin: row.optional_text("origin")?,
        at: row.int("at")?,
    })
}
