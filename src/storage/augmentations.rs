//! Documents that wait for validation data and time-stamps: what each is to reach, when, and who is at it (owner, lease, fence).

use crate::{
    domain::{licence::LicenceId, seal_level::SealLevel},
    storage::{
        database::{Database, Row, Transaction, values},
        error::StorageError,
        mints::Hold,
        sealed_documents::level,
    },
};

/// One waiting document, held by whoever claimed it.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Digest of the seal's signed revision.
    pub signed_digest: [u8; 32],
    /// The licence.
    pub licence_id: LicenceId,
    /// The level to reach; a document that has it already gets a new archive time-stamp.
    pub target: SealLevel,
    /// How often somebody began.
    pub attempts: i64,
    /// Who is at it.
    pub hold: Hold,
}

/// How much waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Documents.
    pub documents: i64,
    /// Since when the one that waits longest does, milliseconds since 1970-01-01 UTC.
    pub oldest: Option<i64>,
}

/// Lets a document wait for `target` from `due` on. One that waits already goes on waiting.
pub async fn add(
    transaction: &mut Transaction,
    document: (&[u8; 32], LicenceId),
    target: SealLevel,
    now: i64,
    due: i64,
) -> Result<bool, StorageError> {
    let (digest, licence) = document;
    let added = transaction
        .change(
            "insert into augmentations (signed_digest, licence_id, target, since, due, attempts, owner, fence, lease_until)
             values ($1, $2, $3, $4, $5, 0, '', 0, 0) on conflict (signed_digest) do nothing",
            values![&digest[..], &licence.0[..], target.as_str(), now, due],
        )
        .await?;
    Ok(added == 1)
}

/// Is any document due that nobody is at? A look that locks nothing, before [`claim`].
pub async fn any_due(database: &Database, now: i64) -> Result<bool, StorageError> {
    let sql = "select target from augmentations where lease_until <= $1 and due <= $1 limit 1";
    Ok(!database.read(sql, values![now]).await?.is_empty())
}

/// Claims at most `most` documents that are due and that nobody is at, those that wait longest first.
pub async fn claim(transaction: &mut Transaction, owner: &str, now: i64, lease_until: i64, most: i64) -> Result<Vec<Claim>, StorageError> {
    let rows = transaction
        .rows(
            // The conditions stand twice: on PostgreSQL two processes may have chosen the same rows, and the second must not get them.
            "update augmentations set owner = $1, fence = fence + 1, attempts = attempts + 1, lease_until = $3
             where lease_until <= $2 and due <= $2 and signed_digest in
             (select signed_digest from augmentations where lease_until <= $2 and due <= $2 order by due, signed_digest limit $4)
             returning signed_digest, licence_id, target, attempts, owner, fence, lease_until",
            values![owner, now, lease_until, most],
        )
        .await?;
    rows.iter().map(claimed).collect()
}

/// Lengthens a hold; only by the holder.
pub async fn keep(transaction: &mut Transaction, claim: &Claim, now: i64, lease_until: i64) -> Result<(), StorageError> {
    transaction
        .change_one(
            "keep augmentation",
            "update augmentations set lease_until = $5 where signed_digest = $1 and owner = $2 and fence = $3 and lease_until > $4",
            values![&claim.signed_digest[..], claim.hold.owner.as_str(), claim.hold.fence, now, lease_until],
        )
        .await
}

/// The document waits for nothing any more; only by the holder.
pub async fn finish(transaction: &mut Transaction, claim: &Claim, now: i64) -> Result<(), StorageError> {
    transaction
        .change_one(
            "finish augmentation",
            "delete from augmentations where signed_digest = $1 and owner = $2 and fence = $3 and lease_until > $4",
            values![&claim.signed_digest[..], claim.hold.owner.as_str(), claim.hold.fence, now],
        )
        .await
}

/// Lets go of a document until `due`; whether it was still held.
pub async fn let_go(transaction: &mut Transaction, claim: &Claim, due: i64) -> Result<bool, StorageError> {
    let changed = transaction
        .change(
            "update augmentations set due = $4, lease_until = 0 where signed_digest = $1 and owner = $2 and fence = $3",
            values![&claim.signed_digest[..], claim.hold.owner.as_str(), claim.hold.fence, due],
        )
        .await?;
    Ok(changed == 1)
}

/// Makes everything due that failed and that nobody is at; how many. What was not tried yet waits for its own moment.
pub async fn hurry(transaction: &mut Transaction, now: i64) -> Result<u64, StorageError> {
    transaction.change("update augmentations set due = $1 where due > $1 and lease_until <= $1 and attempts > 0", values![now]).await
}

/// Does this document wait?
pub async fn is_waiting(database: &Database, signed_digest: &[u8; 32]) -> Result<bool, StorageError> {
    let rows = database.read("select target from augmentations where signed_digest = $1", values![&signed_digest[..]]).await?;
    Ok(!rows.is_empty())
}

/// How much waits.
pub async fn waiting(database: &Database) -> Result<Waiting, StorageError> {
    let rows = database.read("select count(*) as documents, min(since) as oldest from augmentations", values![]).await?;
    let row = rows.first().ok_or(StorageError::Damaged("augmentations"))?;
    Ok(Waiting { documents: row.int("documents")?, oldest: row.optional_int("oldest")? })
}

fn claimed(row: &Row) -> Result<Claim, StorageError> {
    Ok(Claim {
        signed_digest: row.array("signed_digest")?,
        licence_id: LicenceId(row.array("licence_id")?),
        target: level(row, "target")?,
        attempts: row.int("attempts")?,
        hold: Hold { owner: row.text("owner")?, fence: row.int("fence")?, lease_until: row.int("lease_until")? },
    })
}
