//! People and their roles; what is known of a person is sealed.

use crate::{
    domain::{
        actor::Role,
        person::{AccountState, PersonId},
    },
    storage::{
        database::{Database, Row, Transaction, values},
        error::StorageError,
        vault::WrappedKey,
    },
};

/// A row of `people`.
#[derive(Clone, Debug)]
pub struct PersonRow {
    /// Person id.
    pub person_id: PersonId,
    /// Code of the organisation that keeps the account.
    pub organisation: String,
    /// Keyed hash of the login name.
    pub login_key: [u8; 32],
    /// State.
    pub state: AccountState,
    /// The person's data key.
    pub data_key: WrappedKey,
    /// Sealed: [`crate::domain::person::PersonFacts`].
    pub content: Vec<u8>,
    /// Milliseconds since 1970-01-01 UTC.
    pub created_at: i64,
}

/// A row of `person_roles`. Times are milliseconds since 1970-01-01 UTC.
#[derive(Clone, Debug)]
pub struct GrantRow {
    /// Whose.
    pub person_id: PersonId,
    /// Where.
    pub organisation: String,
    /// What.
    pub role: Role,
    /// First moment.
    pub from: i64,
    /// Last moment.
    pub until: Option<i64>,
}

macro_rules! select_person {
    ($rest:literal) => {
        concat!("select person_id, organisation_code, login_key, state, data_key, content, created_at from people ", $rest)
    };
}

/// Adds a person. [`StorageError::Conflict`] when the login name is used.
pub async fn insert(transaction: &mut Transaction, row: &PersonRow) -> Result<(), StorageError> {
    transaction
        .change_one(
            "add person",
            "insert into people (person_id, organisation_code, login_key, state, data_key, content, created_at)
             values ($1, $2, $3, $4, $5, $6, $7)",
            values![
                &row.person_id.0[..],
                row.organisation.as_str(),
                &row.login_key[..],
                row.state.as_str(),
                row.data_key.0.as_slice(),
                row.content.as_slice(),
                row.created_at,
            ],
        )
        .await
}

/// Changes the state.
pub async fn set_state(transaction: &mut Transaction, person: PersonId, state: AccountState) -> Result<(), StorageError> {
    let sql = "update people set state = $2 where person_id = $1";
    transaction.change_one("change person", sql, values![&person.0[..], state.as_str()]).await
}

/// By id.
pub async fn by_id(database: &Database, person: PersonId) -> Result<Option<PersonRow>, StorageError> {
    database.read(select_person!("where person_id = $1"), values![&person.0[..]]).await?.first().map(person_of).transpose()
}

/// By keyed hash of the login name.
pub async fn by_login(database: &Database, login_key: &[u8; 32]) -> Result<Option<PersonRow>, StorageError> {
    database.read(select_person!("where login_key = $1"), values![&login_key[..]]).await?.first().map(person_of).transpose()
}

/// People whose accounts an organisation keeps, by id, after that one.
pub async fn of_organisation(database: &Database, organisation: &str, after: PersonId, most: i64) -> Result<Vec<PersonRow>, StorageError> {
    let sql = select_person!("where organisation_code = $1 and person_id > $2 order by person_id limit $3");
    database.read(sql, values![organisation, &after.0[..], most]).await?.iter().map(person_of).collect()
}

/// Gives a role, or changes its time.
pub async fn grant(transaction: &mut Transaction, row: &GrantRow, by: &str, now: i64) -> Result<(), StorageError> {
    transaction
        .change_one(
            "grant role",
            "insert into person_roles (person_id, organisation_code, role, valid_from, valid_until, granted_by, granted_at)
             values ($1, $2, $3, $4, $5, $6, $7)
             on conflict (person_id, organisation_code, role)
             do update set valid_from = $4, valid_until = $5, granted_by = $6, granted_at = $7",
            values![&row.person_id.0[..], row.organisation.as_str(), row.role.as_str(), row.from, row.until, by, now],
        )
        .await
}

/// Takes a role back; whether the person had it.
pub async fn withdraw(transaction: &mut Transaction, person: PersonId, organisation: &str, role: Role) -> Result<bool, StorageError> {
    let sql = "delete from person_roles where person_id = $1 and organisation_code = $2 and role = $3";
    Ok(transaction.change(sql, values![&person.0[..], organisation, role.as_str()]).await? == 1)
}

/// Every role of a person, also those whose time is over or to come.
pub async fn grants_of(database: &Database, person: PersonId) -> Result<Vec<GrantRow>, StorageError> {
    let sql = "select person_id, organisation_code, role, valid_from, valid_until from person_roles where person_id = $1
               order by organisation_code, role";
    database.read(sql, values![&person.0[..]]).await?.iter().map(grant_of).collect()
}

fn person_of(row: &Row) -> Result<PersonRow, StorageError> {
    Ok(PersonRow {
        person_id: PersonId(row.array("person_id")?),
        organisation: row.text("organisation_code")?,
        login_key: row.array("login_key")?,
        state: AccountState::from_word(&row.text("state")?).ok_or(StorageError::Damaged("state"))?,
        data_key: WrappedKey(row.bytes("data_key")?),
        content: row.bytes("content")?,
        created_at: row.int("created_at")?,
    })
}

fn grant_of(row: &Row) -> Result<GrantRow, StorageError> {
    Ok(GrantRow {
        person_id: PersonId(row.array("person_id")?),
        organisation: row.text("organisation_code")?,
        role: Role::from_word(&row.text("role")?).ok_or(StorageError::Damaged("role"))?,
        from: row.int("valid_from")?,
        until: row.optional_int("valid_until")?,
    })
}
