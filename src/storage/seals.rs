//! Seals: their rows, versions, certificates, changes of state and grants.

use crate::{
    domain::seal_record::{SealChange, SealGrant, SealId, SealKind, SealState, SealUser},
    storage::{
        database::{Database, Row, Transaction, values},
        error::StorageError,
        vault::WrappedKey,
    },
};

/// A row of `seals`.
#[derive(Clone, Debug)]
pub struct SealRow {
    /// Id.
    pub seal_id: SealId,
    /// Unified social credit code of its owner.
    pub organisation_code: String,
    /// Name of its owner.
    pub organisation_name: String,
    /// Kind.
    pub kind: SealKind,
    /// State.
    pub state: SealState,
    /// Grows by one with every change.
    pub state_version: i64,
    /// Milliseconds since 1970-01-01 UTC.
    pub state_changed_at: i64,
    /// Of face and certificate; from 1.
    pub version: i64,
    /// Was it recorded from the settings?
    pub configured: bool,
    /// First moment of use, milliseconds since 1970-01-01 UTC.
    pub valid_from: i64,
    /// Last moment of use; `None`: as long as its certificate.
    pub valid_until: Option<i64>,
    /// Its data key.
    pub data_key: WrappedKey,
    /// Milliseconds since 1970-01-01 UTC.
    pub created_at: i64,
}

/// A row of `seal_versions`.
#[derive(Clone, Debug)]
pub struct SealVersionRow {
    /// The seal.
    pub seal_id: SealId,
    /// From 1.
    pub version: i64,
    /// Sealed: words, code, picture.
    pub face: Vec<u8>,
    /// SHA-256 of the certificate; `None` until it is made.
    pub certificate: Option<[u8; 32]>,
    /// When it was made.
    pub made_at: Option<i64>,
}

/// A row of `seal_changes`.
#[derive(Clone, Debug)]
pub struct SealChangeRow {
    /// The seal.
    pub seal_id: SealId,
    /// After the change.
    pub state_version: i64,
    /// What was done.
    pub change: SealChange,
    /// Before; `None`: there was no seal.
    pub from: Option<SealState>,
    /// After.
    pub to: SealState,
    /// Pseudonymous id of who did it.
    pub actor: String,
    /// Milliseconds since 1970-01-01 UTC.
    pub at: i64,
    /// Sealed: why.
    pub reason: Vec<u8>,
}

macro_rules! select_seal {
    ($rest:literal) => {
        concat!(
            "select seal_id, organisation_code, organisation_name, kind, state, state_version, state_changed_at, version, configured,
             valid_from, valid_until, data_key, created_at from seals ",
            $rest
        )
    };
}

/// Adds a seal.
pub async fn insert(transaction: &mut Transaction, row: &SealRow) -> Result<(), StorageError> {
    transaction
        .change_one(
            "add seal",
            "insert into seals (seal_id, organisation_code, organisation_name, kind, state, state_version, state_changed_at, version,
             configured, valid_from, valid_until, data_key, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
            values![
                &row.seal_id.0[..],
                row.organisation_code.as_str(),
                row.organisation_name.as_str(),
                row.kind.as_str(),
                row.state.as_str(),
                row.state_version,
                row.state_changed_at,
                row.version,
                i64::from(row.configured),
                row.valid_from,
                row.valid_until,
                row.data_key.0.as_slice(),
                row.created_at,
            ],
        )
        .await
}

/// Adds a version, made or not.
pub async fn add_version(transaction: &mut Transaction, row: &SealVersionRow) -> Result<(), StorageError> {
    transaction
        .change_one(
            "add seal version",
            "insert into seal_versions (seal_id, version, face, certificate, made_at) values ($1, $2, $3, $4, $5)",
            values![&row.seal_id.0[..], row.version, row.face.as_slice(), row.certificate.map(|c| c.to_vec()), row.made_at],
        )
        .await
}

/// Links a certificate with a version that has none.
pub async fn make_version(
    transaction: &mut Transaction,
    (id, version): (SealId, i64),
    certificate: &[u8; 32],
    now: i64,
) -> Result<(), StorageError> {
    transaction
        .change_one(
            "make seal version",
            "update seal_versions set certificate = $3, made_at = $4 where seal_id = $1 and version = $2 and certificate is null",
            values![&id.0[..], version, &certificate[..], now],
        )
        .await
}

/// Gives a certificate to a seal for ever. `false`: another seal has it, and nothing was changed.
pub async fn claim_certificate(
    transaction: &mut Transaction,
    id: SealId,
    certificate: &[u8; 32],
    subject_key: &[u8; 32],
) -> Result<bool, StorageError> {
    let sql = "insert into seal_certificates (certificate, seal_id, subject_key) values ($1, $2, $3) on conflict (certificate) do nothing";
    transaction.change(sql, values![&certificate[..], &id.0[..], &subject_key[..]]).await?;
    let sql = "select seal_id from seal_certificates where certificate = $1 and seal_id = $2";
    Ok(!transaction.rows(sql, values![&certificate[..], &id.0[..]]).await?.is_empty())
}

/// One conditional change of state: only while the seal is still as it was read. `version`: the one of face and certificate afterwards.
pub async fn change_state(
    transaction: &mut Transaction,
    id: SealId,
    from: (SealState, i64),
    to: SealState,
    version: i64,
    now: i64,
) -> Result<(), StorageError> {
    transaction
        .change_one(
            "change state of seal",
            "update seals set state = $4, state_version = state_version + 1, state_changed_at = $5, version = $6
             where seal_id = $1 and state = $2 and state_version = $3",
            values![&id.0[..], from.0.as_str(), from.1, to.as_str(), now, version],
        )
        .await
}

/// Writes a change down.
pub async fn log_change(transaction: &mut Transaction, row: &SealChangeRow) -> Result<(), StorageError> {
    transaction
        .change_one(
            "log change of seal",
            "insert into seal_changes (seal_id, state_version, change, from_state, to_state, actor, at, reason)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
            values![
                &row.seal_id.0[..],
                row.state_version,
                row.change.as_str(),
                row.from.map(SealState::as_str),
                row.to.as_str(),
                row.actor.as_str(),
                row.at,
                row.reason.as_slice(),
            ],
        )
        .await
}

/// By id.
pub async fn by_id(database: &Database, id: SealId) -> Result<Option<SealRow>, StorageError> {
    database.read(select_seal!("where seal_id = $1"), values![&id.0[..]]).await?.first().map(seal).transpose()
}

/// By id, and nobody changes it until the transaction ends.
pub async fn hold(transaction: &mut Transaction, id: SealId) -> Result<Option<SealRow>, StorageError> {
    transaction.hold_rows(select_seal!("where seal_id = $1"), values![&id.0[..]]).await?.first().map(seal).transpose()
}

/// The seal that a certificate belongs to.
pub async fn by_certificate(database: &Database, certificate: &[u8; 32]) -> Result<Option<SealRow>, StorageError> {
    let sql = select_seal!("where seal_id = (select seal_id from seal_certificates where certificate = $1)");
    database.read(sql, values![&certificate[..]]).await?.first().map(seal).transpose()
}

/// Is a seal with this certificate on record? Inside a transaction.
pub async fn knows_certificate(transaction: &mut Transaction, certificate: &[u8; 32]) -> Result<bool, StorageError> {
    let sql = "select seal_id from seal_certificates where certificate = $1";
    Ok(!transaction.rows(sql, values![&certificate[..]]).await?.is_empty())
}

/// The seal of an organisation that was recorded from the settings with a certificate of that subject.
pub async fn configured_with_subject(
    transaction: &mut Transaction,
    organisation: &str,
    subject_key: &[u8; 32],
) -> Result<Option<SealRow>, StorageError> {
    let sql = select_seal!(
        "where organisation_code = $1 and configured = 1
         and exists (select 1 from seal_certificates c where c.seal_id = seals.seal_id and c.subject_key = $2)
         order by seal_id limit 1"
    );
    transaction.rows(sql, values![organisation, &subject_key[..]]).await?.first().map(seal).transpose()
}

/// From now on the seal is kept here, and not in the settings.
pub async fn leave_settings(transaction: &mut Transaction, id: SealId) -> Result<(), StorageError> {
    transaction.change_one("take seal over", "update seals set configured = 0 where seal_id = $1", values![&id.0[..]]).await
}

/// How many seals an organisation has.
pub async fn count(transaction: &mut Transaction, organisation: &str) -> Result<i64, StorageError> {
    let rows = transaction.rows("select count(*) as seals from seals where organisation_code = $1", values![organisation]).await?;
    rows.first().ok_or(StorageError::Damaged("seals"))?.int("seals")
}

/// The seals of an organisation after an id, in the order of ids.
pub async fn page(database: &Database, organisation: &str, after: Option<SealId>, most: i64) -> Result<Vec<SealRow>, StorageError> {
    let after = after.map_or(Vec::new(), |id| id.0.to_vec());
    let sql = select_seal!("where organisation_code = $1 and seal_id > $2 order by seal_id limit $3");
    database.read(sql, values![organisation, after, most]).await?.iter().map(seal).collect()
}

/// One version.
pub async fn version(database: &Database, id: SealId, version: i64) -> Result<Option<SealVersionRow>, StorageError> {
    let sql = "select seal_id, version, face, certificate, made_at from seal_versions where seal_id = $1 and version = $2";
    database.read(sql, values![&id.0[..], version]).await?.first().map(version_row).transpose()
}

/// The newest version that a certificate made.
pub async fn version_of_certificate(database: &Database, certificate: &[u8; 32]) -> Result<Option<SealVersionRow>, StorageError> {
    let sql = "select v.seal_id, v.version, v.face, v.certificate, v.made_at from seal_certificates c
               join seal_versions v on v.seal_id = c.seal_id and v.certificate = c.certificate
               where c.certificate = $1 order by v.version desc limit 1";
    database.read(sql, values![&certificate[..]]).await?.first().map(version_row).transpose()
}

/// Every change of a seal, in order.
pub async fn changes(database: &Database, id: SealId) -> Result<Vec<SealChangeRow>, StorageError> {
    let sql = "select seal_id, state_version, change, from_state, to_state, actor, at, reason from seal_changes
               where seal_id = $1 order by state_version limit 1000";
    let rows = database.read(sql, values![&id.0[..]]).await?;
    rows.iter()
        .map(|row| {
            Ok(SealChangeRow {
                seal_id: SealId(row.array("seal_id")?),
                state_version: row.int("state_version")?,
                change: SealChange::from_word(&row.text("change")?).ok_or(StorageError::Damaged("change"))?,
                from: match row.optional_text("from_state")? {
                    Some(word) => Some(SealState::from_word(&word).ok_or(StorageError::Damaged("from_state"))?),
                    None => None,
                },
                to: state(row, "to_state")?,
                actor: row.text("actor")?,
                at: row.int("at")?,
                reason: row.bytes("reason")?,
            })
        })
        .collect()
}

/// Every grant of a seal.
pub async fn grants(database: &Database, id: SealId) -> Result<Vec<SealGrant>, StorageError> {
    let sql = "select type_code, grantee from seal_grants where seal_id = $1 order by type_code, grantee";
    database.read(sql, values![&id.0[..]]).await?.iter().map(grant).collect()
}

/// The grants of a seal for one licence type.
pub async fn grants_for(database: &Database, id: SealId, type_code: &str) -> Result<Vec<SealGrant>, StorageError> {
    let sql = "select type_code, grantee from seal_grants where seal_id = $1 and type_code = $2 order by grantee";
    database.read(sql, values![&id.0[..], type_code]).await?.iter().map(grant).collect()
}

/// Replaces all grants of a seal.
pub async fn replace_grants(transaction: &mut Transaction, id: SealId, grants: &[SealGrant]) -> Result<(), StorageError> {
    transaction.change("delete from seal_grants where seal_id = $1", values![&id.0[..]]).await?;
    for grant in grants {
        add_grant(transaction, id, grant).await?;
    }
    Ok(())
}

/// Adds a grant; one that is there stays.
pub async fn add_grant(transaction: &mut Transaction, id: SealId, grant: &SealGrant) -> Result<(), StorageError> {
    let sql = "insert into seal_grants (seal_id, type_code, grantee) values ($1, $2, $3) on conflict do nothing";
    transaction.change(sql, values![&id.0[..], grant.type_code.as_str(), grant.user.to_string()]).await?;
    Ok(())
}

fn seal(row: &Row) -> Result<SealRow, StorageError> {
    Ok(SealRow {
        seal_id: SealId(row.array("seal_id")?),
        organisation_code: row.text("organisation_code")?,
        organisation_name: row.text("organisation_name")?,
        kind: SealKind::from_word(&row.text("kind")?).ok_or(StorageError::Damaged("kind"))?,
        state: state(row, "state")?,
        state_version: row.int("state_version")?,
        state_changed_at: row.int("state_changed_at")?,
        version: row.int("version")?,
        configured: row.int("configured")? == 1,
        valid_from: row.int("valid_from")?,
        valid_until: row.optional_int("valid_until")?,
        data_key: WrappedKey(row.bytes("data_key")?),
        created_at: row.int("created_at")?,
    })
}

fn version_row(row: &Row) -> Result<SealVersionRow, StorageError> {
    let certificate = match row.optional_bytes("certificate")? {
        Some(bytes) => Some(bytes.try_into().map_err(|_| StorageError::Damaged("certificate"))?),
        None => None,
    };
    Ok(SealVersionRow {
        seal_id: SealId(row.array("seal_id")?),
        version: row.int("version")?,
        face: row.bytes("face")?,
        certificate,
        made_at: row.optional_int("made_at")?,
    })
}

fn state(row: &Row, column: &'static str) -> Result<SealState, StorageError> {
    SealState::from_word(&row.text(column)?).ok_or(StorageError::Damaged(column))
}

fn grant(row: &Row) -> Result<SealGrant, StorageError> {
    let user = SealUser::from_word(&row.text("grantee")?).ok_or(StorageError::Damaged("grantee"))?;
    Ok(SealGrant { type_code: row.text("type_code")?, user })
}
