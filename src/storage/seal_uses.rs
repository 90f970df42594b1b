//! Uses of seals (用印记录): planned with the numbers of a document, and used with the digest that the key is about to sign.

use crate::{
    domain::{licence::LicenceId, seal_record::SealId},
    storage::{
        database::{Database, Row, Transaction, values},
        error::StorageError,
    },
};

/// A use that is planned: which seal, and by which grant.
#[derive(Clone, Debug)]
pub struct PlannedUse {
    /// The document's licence.
    pub subject: LicenceId,
    /// The seal.
    pub seal_id: SealId,
    /// Of face and certificate.
    pub version: i64,
    /// What for: 证照类型代码.
    pub type_code: String,
    /// The grant, as [`crate::domain::seal_record::SealUser`] is written.
    pub grantee: String,
    /// Pseudonymous id of whoever asked for it.
    pub actor: String,
}

/// A use: the key was allowed to sign.
#[derive(Clone, Debug)]
pub struct UseRow {
    /// What was planned.
    pub planned: PlannedUse,
    /// SHA-256 of the signed byte ranges.
    pub digest: [u8; 32],
    /// Milliseconds since 1970-01-01 UTC.
    pub used_at: i64,
}

macro_rules! select_use {
    ($rest:literal) => {
        concat!("select subject, seal_id, version, type_code, grantee, actor, digest, used_at from seal_uses ", $rest)
    };
}

/// Plans a use.
pub async fn plan(transaction: &mut Transaction, planned: &PlannedUse) -> Result<(), StorageError> {
    transaction
        .change_one(
            "plan use of seal",
            "insert into seal_uses (subject, seal_id, version, type_code, grantee, actor) values ($1, $2, $3, $4, $5, $6)",
            values![
                &planned.subject.0[..],
                &planned.seal_id.0[..],
                planned.version,
                planned.type_code.as_str(),
                planned.grantee.as_str(),
                planned.actor.as_str(),
            ],
        )
        .await
}

/// Plans a use for a document that was begun before uses were planned; nothing changes when there is a plan.
pub async fn plan_if_missing(transaction: &mut Transaction, planned: &PlannedUse) -> Result<(), StorageError> {
    transaction
        .change(
            "insert into seal_uses (subject, seal_id, version, type_code, grantee, actor) values ($1, $2, $3, $4, $5, $6)
             on conflict (subject) do nothing",
            values![
                &planned.subject.0[..],
                &planned.seal_id.0[..],
                planned.version,
                planned.type_code.as_str(),
                planned.grantee.as_str(),
                planned.actor.as_str(),
            ],
        )
        .await?;
    Ok(())
}

/// Records the use, if the grant that it was planned by still stands and no other digest was recorded. Whether it did.
pub async fn record(transaction: &mut Transaction, subject: LicenceId, digest: &[u8; 32], now: i64) -> Result<bool, StorageError> {
    let changed = transaction
        .change(
            "update seal_uses set digest = $2, used_at = coalesce(used_at, $3) where subject = $1 and (digest is null or digest = $2)
             and exists (select 1 from seal_grants g where g.seal_id = seal_uses.seal_id and g.type_code = seal_uses.type_code
                         and g.grantee = seal_uses.grantee)",
            values![&subject.0[..], &digest[..], now],
        )
        .await?;
    Ok(changed == 1)
}

/// What was planned for a document.
pub async fn planned(database: &Database, subject: LicenceId) -> Result<Option<PlannedUse>, StorageError> {
    database.read(select_use!("where subject = $1"), values![&subject.0[..]]).await?.first().map(planned_row).transpose()
}

/// The uses of a seal, newest first, before the given one.
pub async fn page(database: &Database, seal: SealId, before: Option<(i64, LicenceId)>, most: i64) -> Result<Vec<UseRow>, StorageError> {
    let rows = match before {
        None => {
            let sql = select_use!("where seal_id = $1 and used_at is not null order by used_at desc, subject desc limit $2");
            database.read(sql, values![&seal.0[..], most]).await?
        }
        Some((at, subject)) => {
            let sql = select_use!(
                "where seal_id = $1 and used_at is not null and (used_at, subject) < ($2, $3) order by used_at desc, subject desc limit $4"
            );
            database.read(sql, values![&seal.0[..], at, &subject.0[..], most]).await?
        }
    };
    rows.iter().map(|row| Ok(UseRow { planned: planned_row(row)?, digest: row.array("digest")?, used_at: row.int("used_at")? })).collect()
}

fn planned_row(row: &Row) -> Result<PlannedUse, StorageError> {
    Ok(PlannedUse {
        subject: LicenceId(row.array("subject")?),
        seal_id: SealId(row.array("seal_id")?),
        version: row.int("version")?,
        type_code: row.text("type_code")?,
        grantee: row.text("grantee")?,
        actor: row.text("actor")?,
    })
}
