//! The register: one row a licence, its numbers, its state.

use crate::{
    domain::{
        licence::{LicenceId, LicenceState},
        life::Transition,
        trust_grade::TrustGrade,
    },
    storage::{
        database::{Database, Row, Transaction, values},
        error::StorageError,
        licence_changes::{self, ChangeRow},
        vault::WrappedKey,
    },
};

/// A row of the register.
#[derive(Clone, Debug)]
pub struct LicenceRow {
    /// Licence id.
    pub licence_id: LicenceId,
    /// 证照类型代码.
    pub type_code: String,
    /// Version of the type's definition.
    pub type_version: i64,
    /// Code of the issuing department.
    pub issuer_code: String,
    /// Keyed hash of 证照标识.
    pub identifier_key: [u8; 32],
    /// Keyed hash of type, issuer and 证照编号.
    pub number_key: [u8; 32],
    /// 版本号.
    pub version: i64,
    /// State.
    pub state: LicenceState,
    /// Grows by one with every change of state.
    pub state_version: i64,
    /// Milliseconds since 1970-01-01 UTC.
    pub state_changed_at: i64,
    /// Status list.
    pub status_list: i64,
    /// Index in the list.
    pub status_index: i64,
    /// The licence's data key.
    pub data_key: WrappedKey,
    /// Sealed: identifier and number.
    pub identity: Vec<u8>,
    /// Sealed: why the state was changed.
    pub state_reason: Option<Vec<u8>>,
    /// Milliseconds since 1970-01-01 UTC.
    pub created_at: i64,
    /// First day in force, days since 1970-01-01.
    pub valid_from: Option<i64>,
    /// Last day in force, days since 1970-01-01; `None`: no end.
    pub valid_until: Option<i64>,
    /// The transition that led to the state.
    pub state_by: Option<Transition>,
    /// When it went to the archive, milliseconds since 1970-01-01 UTC.
    pub archived_at: Option<i64>,
    /// Last day that the newest passed inspection covers, days since 1970-01-01.
    pub inspected_until: Option<i64>,
    /// 可信等级.
    pub trust_grade: TrustGrade,
    /// How many holders are recorded in `licence_holders`; 0: not yet indexed.
    pub holders: i64,
}

macro_rules! select_licence {
    ($rest:literal) => {
        concat!(
            "select licence_id, type_code, type_version, issuer_code, identifier_key, number_key, version, state,
             state_version, state_changed_at, status_list, status_index, data_key, identity, state_reason, created_at,
             valid_from, valid_until, state_by, archived_at, inspected_until, trust_grade, holders from licences ",
            $rest
        )
    };
}

/// Adds a licence. [`StorageError::Conflict`] when identifier, number or status index is used.
pub async fn insert(transaction: &mut Transaction, row: &LicenceRow) -> Result<(), StorageError> {
    transaction
        .change_one(
            "add licence",
            "insert into licences (licence_id, type_code, type_version, issuer_code, identifier_key, number_key, version, state,
             state_version, state_changed_at, status_list, status_index, data_key, identity, created_at, valid_from, valid_until,
             trust_grade, holders)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)",
            values![
                &row.licence_id.0[..],
                row.type_code.as_str(),
                row.type_version,
                row.issuer_code.as_str(),
                &row.identifier_key[..],
                &row.number_key[..],
                row.version,
                row.state.as_str(),
                row.state_version,
                row.state_changed_at,
                row.status_list,
                row.status_index,
                row.data_key.0.as_slice(),
                row.identity.as_slice(),
                row.created_at,
                row.valid_from,
                row.valid_until,
                row.trust_grade.as_str(),
                row.holders,
            ],
        )
        .await
}

/// Is the number used already?
pub async fn number_used(transaction: &mut Transaction, number_key: &[u8; 32]) -> Result<bool, StorageError> {
    let rows = transaction.rows("select version from licences where number_key = $1", values![&number_key[..]]).await?;
    Ok(!rows.is_empty())
}

/// Is the number used, as far as is committed now? A hint: [`number_used`] and the constraint decide.
pub async fn number_known(database: &Database, number_key: &[u8; 32]) -> Result<bool, StorageError> {
    let rows = database.read("select version from licences where number_key = $1", values![&number_key[..]]).await?;
    Ok(!rows.is_empty())
}

/// One conditional change, and its line in the log: it happens only while the licence is still in the state, at the state version,
/// that `change` was made for. `reason`, sealed, stands beside a new state.
pub async fn change_state(transaction: &mut Transaction, change: &ChangeRow, reason: Option<Vec<u8>>) -> Result<(), StorageError> {
    let id = &change.licence_id.0[..];
    let before = change.state_version - 1;
    if change.from == change.to {
        let sql = "update licences set state_version = state_version + 1 where licence_id = $1 and state = $2 and state_version = $3";
        transaction.change_one("change licence", sql, values![id, change.from.as_str(), before]).await?;
    } else {
        transaction
            .change_one(
                "change state",
                "update licences set state = $4, state_version = state_version + 1, state_changed_at = $5, state_reason = $6, state_by = $7
                 where licence_id = $1 and state = $2 and state_version = $3",
                values![id, change.from.as_str(), before, change.to.as_str(), change.at, reason, change.transition.as_str()],
            )
            .await?;
    }
    licence_changes::append(transaction, change).await
}

/// Notes when a licence went to the archive.
pub async fn set_archived(transaction: &mut Transaction, licence: LicenceId, now: i64) -> Result<(), StorageError> {
    let sql = "update licences set archived_at = $2 where licence_id = $1 and archived_at is null";
    transaction.change_one("archive", sql, values![&licence.0[..], now]).await
}

/// Notes the last day that an inspection covers, days since 1970-01-01.
pub async fn set_inspected_until(transaction: &mut Transaction, licence: LicenceId, day: i64) -> Result<(), StorageError> {
    let sql = "update licences set inspected_until = $2 where licence_id = $1";
    transaction.change_one("note inspection", sql, values![&licence.0[..], day]).await
}

/// Every version that has the number: version, id and state, the newest first.
pub async fn versions(database: &Database, number_key: &[u8; 32]) -> Result<Vec<(i64, LicenceId, LicenceState)>, StorageError> {
    let sql = "select version, licence_id, state from licences where number_key = $1 order by version desc";
    let rows = database.read(sql, values![&number_key[..]]).await?;
    rows.iter().map(|row| Ok((row.int("version")?, LicenceId(row.array("licence_id")?), state(row)?))).collect()
}

/// By licence id.
pub async fn by_id(database: &Database, id: LicenceId) -> Result<Option<LicenceRow>, StorageError> {
    first(database.read(select_licence!("where licence_id = $1"), values![&id.0[..]]).await?)
}

/// By licence id, inside a transaction.
pub async fn by_id_in(transaction: &mut Transaction, id: LicenceId) -> Result<Option<LicenceRow>, StorageError> {
    first(transaction.rows(select_licence!("where licence_id = $1"), values![&id.0[..]]).await?)
}

/// By keyed hash of 证照标识.
pub async fn by_identifier(database: &Database, key: &[u8; 32]) -> Result<Option<LicenceRow>, StorageError> {
    first(database.read(select_licence!("where identifier_key = $1"), values![&key[..]]).await?)
}

/// Every released version with the number, the newest first.
pub async fn by_number(database: &Database, number_key: &[u8; 32]) -> Result<Vec<LicenceRow>, StorageError> {
    let sql = select_licence!("where number_key = $1 and state not in ('minting', 'void') order by version desc");
    database.read(sql, values![&number_key[..]]).await?.iter().map(licence).collect()
}

/// Released licences of a type that a holder has from any issuer, at most `most`.
pub async fn of_holder_and_type(
    database: &Database,
    holder_key: &[u8; 32],
    type_code: &str,
    most: i64,
) -> Result<Vec<LicenceRow>, StorageError> {
    let sql = select_licence!(
        "where licence_id in (select licence_id from licence_holders where holder_key = $1) and type_code = $2
         and state not in ('minting', 'void') order by version desc limit $3"
    );
    database.read(sql, values![&holder_key[..], type_code, most]).await?.iter().map(licence).collect()
}

/// Released licences that a holder has from an issuer, in the order of their ids, after one of them.
pub async fn of_holder(
    database: &Database,
    holder_key: &[u8; 32],
    issuer: &str,
    after: &[u8],
    most: i64,
) -> Result<Vec<LicenceRow>, StorageError> {
    let sql = select_licence!(
        "where licence_id in (select h.licence_id from licence_holders h join licences l on l.licence_id = h.licence_id
          where h.holder_key = $1 and h.licence_id > $3 and l.issuer_code = $2 and l.state not in ('minting', 'void')
          order by h.licence_id limit $4) order by licence_id"
    );
    database.read(sql, values![&holder_key[..], issuer, after, most]).await?.iter().map(licence).collect()
}

/// What a list of an issuer's licences is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct ListFilter<'a> {
    /// 证照类型代码.
    pub type_code: Option<&'a str>,
    /// State; for active ones only those whose last day is not over `today`.
    pub state: Option<LicenceState>,
    /// Minted at or after, milliseconds since 1970-01-01 UTC.
    pub from: i64,
    /// Days since 1970-01-01.
    pub today: i64,
}

macro_rules! select_list {
    ($narrowed:literal) => {
        concat!(
            "select licence_id, type_code, type_version, issuer_code, identifier_key, number_key, version, state,
             state_version, state_changed_at, status_list, status_index, data_key, identity, state_reason, created_at,
             valid_from, valid_until, state_by, archived_at, inspected_until, trust_grade, holders from licences
             where issuer_code = $1 and created_at >= $2 and (created_at, licence_id) < ($3, $4)
             and state not in ('minting', 'void') ",
            $narrowed,
            " order by created_at desc, licence_id desc limit $5"
        )
    };
}

/// Released licences of an issuer, the newest first, before one of them (its time and id). Each kind of list has its index.
pub async fn list(
    database: &Database,
    issuer: &str,
    filter: &ListFilter<'_>,
    before: (i64, &[u8]),
    most: i64,
) -> Result<Vec<LicenceRow>, StorageError> {
    let mut parameters = values![issuer, filter.from, before.0, before.1, most];
    let in_force = match filter.state == Some(LicenceState::Active) {
        true => filter.today,
        false => i64::MIN,
    };
    let sql = match (filter.type_code, filter.state) {
        (None, None) => select_list!(""),
        (Some(type_code), None) => {
            parameters.extend(values![type_code]);
            select_list!("and type_code = $6")
        }
        (None, Some(state)) => {
            parameters.extend(values![state.as_str(), in_force]);
            select_list!("and state = $6 and (valid_until is null or valid_until >= $7)")
        }
        (Some(type_code), Some(state)) => {
            parameters.extend(values![type_code, state.as_str(), in_force]);
            select_list!("and type_code = $6 and state = $7 and (valid_until is null or valid_until >= $8)")
        }
    };
    database.read(sql, parameters).await?.iter().map(licence).collect()
}

/// Licences of an issuer whose last day is in `days` (first and last), in the order of that day, after one of them (its day and id);
/// those that ended otherwise are left out.
pub async fn expiring(
    database: &Database,
    issuer: &str,
    last: i64,
    after: (i64, &[u8]),
    most: i64,
) -> Result<Vec<LicenceRow>, StorageError> {
    let sql = select_licence!(
        "where issuer_code = $1 and valid_until <= $2 and (valid_until, licence_id) > ($3, $4)
         and state in ('active', 'suspended', 'restricted', 'lost') order by valid_until, licence_id limit $5"
    );
    database.read(sql, values![issuer, last, after.0, after.1, most]).await?.iter().map(licence).collect()
}

/// Licences of every issuer whose last day is at most `last`, after a day and id; for reminders.
pub async fn expiring_anywhere(
    transaction: &mut Transaction,
    last: i64,
    after: (i64, &[u8]),
    most: i64,
) -> Result<Vec<LicenceRow>, StorageError> {
    let sql = select_licence!("where valid_until <= $1 and (valid_until, licence_id) > ($2, $3) order by valid_until, licence_id limit $4");
    transaction.rows(sql, values![last, after.0, after.1, most]).await?.iter().map(licence).collect()
}

/// Index and state of every licence of a status list that is not simply in force.
pub async fn not_in_force(database: &Database, list: i64) -> Result<Vec<(i64, LicenceState)>, StorageError> {
    let sql = "select status_index, state from licences where status_list = $1 and state <> 'active'";
    database.read(sql, values![list]).await?.iter().map(|row| Ok((row.int("status_index")?, state(row)?))).collect()
}

/// How many licences are in each state.
pub async fn count_by_state(database: &Database) -> Result<Vec<(LicenceState, i64)>, StorageError> {
    let rows = database.read("select state, count(*) as licences from licences group by state", values![]).await?;
    rows.iter().map(|row| Ok((state(row)?, row.int("licences")?))).collect()
}

fn state(row: &Row) -> Result<LicenceState, StorageError> {
    LicenceState::from_word(&row.text("state")?).ok_or(StorageError::Damaged("state"))
}

fn first(rows: Vec<Row>) -> Result<Option<LicenceRow>, StorageError> {
    rows.first().map(licence).transpose()
}

fn licence(row: &Row) -> Result<LicenceRow, StorageError> {
    Ok(LicenceRow {
        licence_id: LicenceId(row.array("licence_id")?),
        type_code: row.text("type_code")?,
        type_version: row.int("type_version")?,
        issuer_code: row.text("issuer_code")?,
        identifier_key: row.array("identifier_key")?,
        number_key: row.array("number_key")?,
        version: row.int("version")?,
        state: state(row)?,
        state_version: row.int("state_version")?,
        state_changed_at: row.int("state_changed_at")?,
        status_list: row.int("status_list")?,
        status_index: row.int("status_index")?,
        data_key: WrappedKey(row.bytes("data_key")?),
        identity: row.bytes("identity")?,
        state_reason: row.optional_bytes("state_reason")?,
        created_at: row.int("created_at")?,
        valid_from: row.optional_int("valid_from")?,
        valid_until: row.optional_int("valid_until")?,
        state_by: match row.optional_text("state_by")? {
            Some(word) => Some(Transition::from_word(&word).ok_or(StorageError::Damaged("state_by"))?),
            None => None,
        },
        archived_at: row.optional_int("archived_at")?,
        inspected_until: row.optional_int("inspected_until")?,
        trust_grade: TrustGrade::from_word(&row.text("trust_grade")?).ok_or(StorageError::Damaged("trust_grade"))?,
        holders: row.int("holders")?,
    })
}
