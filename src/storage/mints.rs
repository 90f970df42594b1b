//! Mints: what is needed to make one licence's document, again if need be, and who is at it (owner, lease, fence).

use crate::{
    domain::{licence::LicenceId, seal_level::SealLevel},
    storage::{
        database::{Database, Row, Transaction, values},
        error::StorageError,
    },
};

/// A row of `mints`. Sealed columns stay sealed here.
#[derive(Clone, Debug)]
pub struct MintRow {
    /// The licence.
    pub licence_id: LicenceId,
    /// Name of the template.
    pub template: String,
    /// Digest of the template's files.
    pub template_digest: [u8; 32],
    /// SHA-256 of the seal's certificate.
    pub seal_certificate: [u8; 32],
    /// Seconds since 1970-01-01 UTC.
    pub signing_time: i64,
    /// Sealed: RFC 8785 JSON of the payload.
    pub payload: Vec<u8>,
    /// Sealed: photos.
    pub photos: Option<Vec<u8>>,
    /// Sealed: the QR text, once the token is signed.
    pub token: Option<Vec<u8>>,
    /// The digest that the seal key was asked to sign.
    pub to_be_signed: Option<[u8; 32]>,
    /// What the seal key answered: the signature value. It is never asked twice for the same digest while this is there.
    pub signature: Option<Vec<u8>>,
    /// The level that the document is to reach.
    pub target: SealLevel,
    /// Bytes kept free in the signature's place for a time-stamp.
    pub room: i64,
    /// How often somebody began it.
    pub attempts: i64,
    /// Who is, or was last, at it, until when (milliseconds since 1970-01-01 UTC).
    pub hold: Hold,
    /// Milliseconds since 1970-01-01 UTC; set when the licence became active or void.
    pub finished_at: Option<i64>,
}

/// The right to work on one mint. It ends with the lease, or when somebody takes over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Random id of the process.
    pub owner: String,
    /// Grows with every takeover.
    pub fence: i64,
    /// Milliseconds since 1970-01-01 UTC.
    pub lease_until: i64,
}

macro_rules! select_mint {
    ($rest:literal) => {
        concat!(
            "select licence_id, owner, fence, lease_until, attempts, template, template_digest, seal_certificate,
             signing_time, payload, photos, token, to_be_signed, signature, target, room, finished_at from mints ",
            $rest
        )
    };
}

/// Records a new mint.
pub async fn insert(transaction: &mut Transaction, row: &MintRow) -> Result<(), StorageError> {
    transaction
        .change_one(
            "record mint",
            "insert into mints (licence_id, owner, fence, lease_until, attempts, template, template_digest, seal_certificate,
             signing_time, payload, photos, target, room) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
            values![
                &row.licence_id.0[..],
                row.hold.owner.as_str(),
                row.hold.fence,
                row.hold.lease_until,
                row.attempts,
                row.template.as_str(),
                &row.template_digest[..],
                &row.seal_certificate[..],
                row.signing_time,
                row.payload.as_slice(),
                row.photos.clone(),
                row.target.as_str(),
                row.room,
            ],
        )
        .await
}

/// Records a mint that is finished already: with its token, held by nobody.
pub async fn insert_finished(transaction: &mut Transaction, row: &MintRow) -> Result<(), StorageError> {
    transaction
        .change_one(
            "record finished mint",
            "insert into mints (licence_id, owner, fence, lease_until, attempts, template, template_digest, seal_certificate,
             signing_time, payload, token, target, room, finished_at) values ($1, '', 1, $2, 1, $3, $4, $5, $6, $7, $8, $9, 0, $2)",
            values![
                &row.licence_id.0[..],
                row.finished_at.unwrap_or_default(),
                row.template.as_str(),
                &row.template_digest[..],
                &row.seal_certificate[..],
                row.signing_time,
                row.payload.as_slice(),
                row.token.clone(),
                row.target.as_str(),
            ],
        )
        .await
}

/// Stores the signed token; only once, and only by the holder.
pub async fn set_token(
    transaction: &mut Transaction,
    id: LicenceId,
    hold: &Hold,
    now: i64,
    sealed_token: &[u8],
) -> Result<(), StorageError> {
    transaction
        .change_one(
            "store token",
            "update mints set token = $5 where licence_id = $1 and owner = $2 and fence = $3 and lease_until > $4
             and finished_at is null and token is null",
            values![&id.0[..], hold.owner.as_str(), hold.fence, now, sealed_token],
        )
        .await
}

/// Records what is about to be signed and renews the lease; only by the holder. A takeover must find the same digest.
pub async fn set_to_be_signed(
    transaction: &mut Transaction,
    id: LicenceId,
    hold: &Hold,
    now: i64,
    digest: &[u8; 32],
    lease_until: i64,
) -> Result<(), StorageError> {
    transaction
        .change_one(
            "record what is to be signed",
            "update mints set to_be_signed = $5, lease_until = $6 where licence_id = $1 and owner = $2 and fence = $3
             and lease_until > $4 and finished_at is null and (to_be_signed is null or to_be_signed = $5)",
            values![&id.0[..], hold.owner.as_str(), hold.fence, now, &digest[..], lease_until],
        )
        .await
}

/// Stores what the seal key answered and renews the lease; only once, and only by the holder, for the digest that was recorded.
pub async fn set_signature(
    transaction: &mut Transaction,
    id: LicenceId,
    hold: &Hold,
    now: i64,
    signature: &[u8],
    lease_until: i64,
) -> Result<(), StorageError> {
    transaction
        .change_one(
            "store signature",
            "update mints set signature = $5, lease_until = $6 where licence_id = $1 and owner = $2 and fence = $3 and lease_until > $4
             and finished_at is null and to_be_signed is not null and signature is null",
            values![&id.0[..], hold.owner.as_str(), hold.fence, now, signature, lease_until],
        )
        .await
}

/// Ends a mint; only by the holder.
pub async fn finish(transaction: &mut Transaction, id: LicenceId, hold: &Hold, now: i64) -> Result<(), StorageError> {
    transaction
        .change_one(
            "finish mint",
            "update mints set finished_at = $4 where licence_id = $1 and owner = $2 and fence = $3 and lease_until > $4
             and finished_at is null",
            values![&id.0[..], hold.owner.as_str(), hold.fence, now],
        )
        .await
}

/// Lets go of a mint that could not go on now, so that anybody may take it over from `retry_at`.
pub async fn release(transaction: &mut Transaction, id: LicenceId, hold: &Hold, retry_at: i64) -> Result<u64, StorageError> {
    transaction
        .change(
            "update mints set lease_until = $4 where licence_id = $1 and owner = $2 and fence = $3 and finished_at is null",
            values![&id.0[..], hold.owner.as_str(), hold.fence, retry_at],
        )
        .await
}

/// What was just tried counts as no attempt.
pub async fn uncount(transaction: &mut Transaction, id: LicenceId) -> Result<(), StorageError> {
    transaction.change_one("uncount attempt", "update mints set attempts = attempts - 1 where licence_id = $1", values![&id.0[..]]).await
}

/// Takes over one mint whose lease expired, by one conditional update; `None` when somebody else has it or it is finished.
pub async fn take_over(
    transaction: &mut Transaction,
    id: LicenceId,
    owner: &str,
    now: i64,
    lease_until: i64,
) -> Result<Option<MintRow>, StorageError> {
    let rows = transaction
        .rows(
            "update mints set owner = $2, fence = fence + 1, attempts = attempts + 1, lease_until = $4
             where licence_id = $1 and lease_until <= $3 and finished_at is null
             returning licence_id, owner, fence, lease_until, attempts, template, template_digest, seal_certificate,
             signing_time, payload, photos, token, to_be_signed, signature, target, room, finished_at",
            values![&id.0[..], owner, now, lease_until],
        )
        .await?;
    rows.first().map(mint).transpose()
}

/// Mints whose lease expired, longest first.
pub async fn expired(database: &Database, now: i64, most: i64) -> Result<Vec<LicenceId>, StorageError> {
    let sql = "select licence_id from mints where finished_at is null and lease_until <= $1 order by lease_until limit $2";
    database.read(sql, values![now, most]).await?.iter().map(|row| Ok(LicenceId(row.array("licence_id")?))).collect()
}

/// One mint.
pub async fn by_id(database: &Database, id: LicenceId) -> Result<Option<MintRow>, StorageError> {
    database.read(select_mint!("where licence_id = $1"), values![&id.0[..]]).await?.first().map(mint).transpose()
}

/// How many mints are not finished, and how many of them nobody works on.
pub async fn count_open(database: &Database, now: i64) -> Result<(i64, i64), StorageError> {
    let sql = "select count(*) as open_mints, coalesce(sum(case when lease_until <= $1 then 1 else 0 end), 0) as expired
               from mints where finished_at is null";
    let rows = database.read(sql, values![now]).await?;
    let row = rows.first().ok_or(StorageError::Damaged("mints"))?;
    Ok((row.int("open_mints")?, row.int("expired")?))
}

fn mint(row: &Row) -> Result<MintRow, StorageError> {
    let to_be_signed = match row.optional_bytes("to_be_signed")? {
        Some(bytes) => Some(bytes.try_into().map_err(|_| StorageError::Damaged("to_be_signed"))?),
        None => None,
    };
    Ok(MintRow {
        licence_id: LicenceId(row.array("licence_id")?),
        template: row.text("template")?,
        template_digest: row.array("template_digest")?,
        seal_certificate: row.array("seal_certificate")?,
        signing_time: row.int("signing_time")?,
        payload: row.bytes("payload")?,
        photos: row.optional_bytes("photos")?,
        token: row.optional_bytes("token")?,
        to_be_signed,
        signature: row.optional_bytes("signature")?,
        target: SealLevel::from_word(&row.text("target")?).ok_or(StorageError::Damaged("target"))?,
        room: row.int("room")?,
        attempts: row.int("attempts")?,
        hold: Hold { owner: row.text("owner")?, fence: row.int("fence")?, lease_until: row.int("lease_until")? },
        finished_at: row.optional_int("finished_at")?,
    })
}
