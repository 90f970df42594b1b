//! Who is authorised for which entry of the catalogue (目录授权).

use crate::{
    domain::entry_grant::{EntryGrant, GranteeKind},
    storage::{
        database::{Database, Row, Transaction, values},
        error::StorageError,
    },
};

/// A grant as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantRow {
    /// 证照类型代码.
    pub type_code: String,
    /// What is granted to whom.
    pub grant: EntryGrant,
    /// Pseudonymous id.
    pub granted_by: String,
    /// Milliseconds since 1970-01-01 UTC.
    pub granted_at: i64,
}

/// Sets what a grantee may, whatever it was before.
pub async fn set(transaction: &mut Transaction, row: &GrantRow) -> Result<(), StorageError> {
    let grant = &row.grant;
    transaction
        .change_one(
            "set grant",
            "insert into entry_grants (type_code, grantee, kind, may_maintain, may_mint, may_read, may_write, granted_by, granted_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
             on conflict (type_code, grantee) do update set kind = $3, may_maintain = $4, may_mint = $5, may_read = $6, may_write = $7,
             granted_by = $8, granted_at = $9",
            values![
                row.type_code.as_str(),
                grant.grantee.as_str(),
                grant.kind.as_str(),
                i64::from(grant.maintain),
                i64::from(grant.mint),
                i64::from(grant.read),
                i64::from(grant.write),
                row.granted_by.as_str(),
                row.granted_at
            ],
        )
        .await
}

/// Takes a grant away; whether there was one.
pub async fn remove(transaction: &mut Transaction, type_code: &str, grantee: &str) -> Result<bool, StorageError> {
    let sql = "delete from entry_grants where type_code = $1 and grantee = $2";
    Ok(transaction.change(sql, values![type_code, grantee]).await? == 1)
}

macro_rules! select_grant {
    ($rest:literal) => {
        concat!(
            "select type_code, grantee, kind, may_maintain, may_mint, may_read, may_write, granted_by, granted_at from entry_grants ",
            $rest
        )
    };
}

/// What one grantee may.
pub async fn find(database: &Database, type_code: &str, grantee: &str) -> Result<Option<GrantRow>, StorageError> {
    let sql = select_grant!("where type_code = $1 and grantee = $2");
    database.read(sql, values![type_code, grantee]).await?.first().map(grant).transpose()
}

/// What one grantee may, inside a transaction.
pub async fn find_in(transaction: &mut Transaction, type_code: &str, grantee: &str) -> Result<Option<GrantRow>, StorageError> {
    let sql = select_grant!("where type_code = $1 and grantee = $2");
    transaction.rows(sql, values![type_code, grantee]).await?.first().map(grant).transpose()
}

/// Grants of an entry by grantee, after `after`, at most `most`.
pub async fn of_entry(database: &Database, type_code: &str, after: &str, most: i64) -> Result<Vec<GrantRow>, StorageError> {
    let sql = select_grant!("where type_code = $1 and grantee > $2 order by grantee limit $3");
    database.read(sql, values![type_code, after, most]).await?.iter().map(grant).collect()
}

/// Entries that one of these may read beyond those that are shared.
pub async fn readable_by(database: &Database, [organisation, actor]: [&str; 2]) -> Result<Vec<String>, StorageError> {
    let sql = "select distinct type_code from entry_grants where grantee in ($1, $2)";
    database.read(sql, values![organisation, actor]).await?.iter().map(|row| row.text("type_code")).collect()
}

/// Entries that a department may maintain.
pub async fn maintained_by(database: &Database, organisation: &str) -> Result<Vec<String>, StorageError> {
    let sql = "select type_code from entry_grants where grantee = $1 and may_maintain = 1";
    database.read(sql, values![organisation]).await?.iter().map(|row| row.text("type_code")).collect()
}

fn grant(row: &Row) -> Result<GrantRow, StorageError> {
    let flag = |column| row.int(column).map(|value| value == 1);
    Ok(GrantRow {
        type_code: row.text("type_code")?,
        grant: EntryGrant {
            grantee: row.text("grantee")?,
            kind: GranteeKind::from_word(&row.text("kind")?).ok_or(StorageError::Damaged("grantee kind"))?,
            maintain: flag("may_maintain")?,
            mint: flag("may_mint")?,
            read: flag("may_read")?,
            write: flag("may_write")?,
        },
        granted_by: row.text("granted_by")?,
        granted_at: row.int("granted_at")?,
    })
}
