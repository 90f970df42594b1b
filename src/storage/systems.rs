//! Connected systems (接入系统): who calls with which key. Of keys only digests are kept.

use crate::{
    domain::{
        actor::{Actor, Role},
        digest::Digest,
        payload::Party,
        person::AccountState,
        system::System,
    },
    storage::{
        database::{Database, Row, Transaction, values},
        error::StorageError,
    },
};

/// Adds a system with the digest of its key. [`StorageError::Conflict`] when its id is used.
pub async fn insert(transaction: &mut Transaction, system: &System, key: Digest, now: i64) -> Result<(), StorageError> {
    let roles: Vec<_> = system.roles.iter().map(|role| role.as_str()).collect();
    transaction
        .change_one(
            "add system",
            "insert into systems (system_id, organisation_code, name, roles, key_digest, state, created_at) values ($1, $2, $3, $4, $5, $6, $7)",
            values![
                system.id.as_str(),
                system.organisation.as_str(),
                system.name.as_str(),
                roles.join(","),
                &key.0[..],
                system.state.as_str(),
                now,
            ],
        )
        .await
}

/// Changes the state.
pub async fn set_state(transaction: &mut Transaction, system: &str, state: AccountState) -> Result<(), StorageError> {
    transaction.change_one("change system", "update systems set state = $2 where system_id = $1", values![system, state.as_str()]).await
}

/// By id.
pub async fn by_id(database: &Database, system: &str) -> Result<Option<System>, StorageError> {
    let sql = "select system_id, organisation_code, name, roles, state from systems where system_id = $1";
    database.read(sql, values![system]).await?.first().map(system_of).transpose()
}

/// Systems of an organisation by id, after that one.
pub async fn of_organisation(database: &Database, organisation: &str, after: &str, most: i64) -> Result<Vec<System>, StorageError> {
    let sql = "select system_id, organisation_code, name, roles, state from systems where organisation_code = $1 and system_id > $2
               order by system_id limit $3";
    database.read(sql, values![organisation, after, most]).await?.iter().map(system_of).collect()
}

/// Who calls with the key of that digest; nobody when the system or its organisation may not act.
pub async fn by_key(database: &Database, key: Digest) -> Result<Option<Actor>, StorageError> {
    let sql = "select s.system_id, s.organisation_code, s.name, s.roles, s.state, o.name as organisation_name
               from systems s join organisations o on o.code = s.organisation_code
               where s.key_digest = $1 and s.state = 'active' and o.state = 'active'";
    let rows = database.read(sql, values![&key.0[..]]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let system = system_of(row)?;
    let department = Party { name: row.text("organisation_name")?, code: system.organisation };
    Ok(Some(Actor { id: system.id, department, roles: system.roles }))
}

fn system_of(row: &Row) -> Result<System, StorageError> {
    let word = |word| Role::from_word(word).ok_or(StorageError::Damaged("roles"));
    Ok(System {
        id: row.text("system_id")?,
        organisation: row.text("organisation_code")?,
        name: row.text("name")?,
        roles: row.text("roles")?.split(',').map(word).collect::<Result<_, _>>()?,
        state: AccountState::from_word(&row.text("state")?).ok_or(StorageError::Damaged("state"))?,
    })
}
