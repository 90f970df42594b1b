//! The tree of organisations.

use crate::{
    domain::organisation::{Division, Organisation, OrganisationState},
    storage::{
        database::{Database, Row, Transaction, values},
        error::StorageError,
    },
};

/// Levels that the tree has at most.
pub const DEEPEST: i64 = 16;

/// Adds an organisation. [`StorageError::Conflict`] when its code is there already.
pub async fn insert(transaction: &mut Transaction, organisation: &Organisation, now: i64) -> Result<(), StorageError> {
    transaction
        .change_one(
            "add organisation",
            "insert into organisations (code, name, division, parent, state, created_at) values ($1, $2, $3, $4, $5, $6)",
            values![
                organisation.code.as_str(),
                organisation.name.as_str(),
                organisation.division.as_str(),
                organisation.parent.as_deref(),
                organisation.state.as_str(),
                now,
            ],
        )
        .await
}

/// Adds an organisation unless its code is there already.
pub async fn insert_if_new(transaction: &mut Transaction, organisation: &Organisation, now: i64) -> Result<(), StorageError> {
    let sql = "insert into organisations (code, name, division, parent, state, created_at) values ($1, $2, $3, null, $4, $5)
               on conflict (code) do nothing";
    let Organisation { code, name, division, state, .. } = organisation;
    transaction.change(sql, values![code.as_str(), name.as_str(), division.as_str(), state.as_str(), now]).await?;
    Ok(())
}

/// Changes name and state. Code, division and parent stay for good.
pub async fn change(transaction: &mut Transaction, code: &str, name: &str, state: OrganisationState) -> Result<(), StorageError> {
    let sql = "update organisations set name = $2, state = $3 where code = $1";
    transaction.change_one("change organisation", sql, values![code, name, state.as_str()]).await
}

/// By code.
pub async fn by_code(database: &Database, code: &str) -> Result<Option<Organisation>, StorageError> {
    let sql = "select code, name, division, parent, state from organisations where code = $1";
    database.read(sql, values![code]).await?.first().map(organisation).transpose()
}

/// Organisations by code, after that one; of those directly below `parent`, where one is given.
pub async fn list(database: &Database, parent: Option<&str>, after: &str, most: i64) -> Result<Vec<Organisation>, StorageError> {
    let rows = match parent {
        Some(parent) => {
            let sql =
                "select code, name, division, parent, state from organisations where parent = $1 and code > $2 order by code limit $3";
            database.read(sql, values![parent, after, most]).await?
        }
        None => {
            let sql = "select code, name, division, parent, state from organisations where code > $1 order by code limit $2";
            database.read(sql, values![after, most]).await?
        }
    };
    rows.iter().map(organisation).collect()
}

/// How many levels `code` stands below `above`: 0 when it is the same, `None` when it does not stand below it.
pub async fn levels_below(database: &Database, code: &str, above: &str) -> Result<Option<i64>, StorageError> {
    let sql = "with recursive chain (code, parent, level) as (
                   select code, parent, cast(0 as bigint) from organisations where code = $1
                   union all
                   select o.code, o.parent, chain.level + 1 from chain join organisations o on o.code = chain.parent where chain.level < $3
               )
               select level from chain where code = $2";
    database.read(sql, values![code, above, DEEPEST]).await?.first().map(|row| row.int("level")).transpose()
}

fn organisation(row: &Row) -> Result<Organisation, StorageError> {
    Ok(Organisation {
        code: row.text("code")?,
        name: row.text("name")?,
        division: Division::parse(&row.text("division")?).map_err(|_| StorageError::Damaged("division"))?,
        parent: row.optional_text("parent")?,
        state: OrganisationState::from_word(&row.text("state")?).ok_or(StorageError::Damaged("state"))?,
    })
}
