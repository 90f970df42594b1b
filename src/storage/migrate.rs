//! Brings a database to the newest migration, each step in its own transaction, safely beside other processes that do the same.

use crate::storage::{
    database::{Database, values},
    error::StorageError,
};

/// Number, name and statements, in order; a migration that was released is never changed.
const MIGRATIONS: &[(i64, &str, &str)] =
    &[(1, "begin", include_str!("migrations/0001_begin.sql")), (2, "long term", include_str!("migrations/0002_long_term.sql"))];

const TABLE: &str = "create table if not exists migrations (number bigint primary key, name text not null)";

/// Runs the migrations that are still missing.
pub(crate) async fn migrate(database: &Database) -> Result<(), StorageError> {
    for (number, name, sql) in MIGRATIONS {
        let mut transaction = database.begin().await?;
        transaction.lock_migrations().await?;
        transaction.run_migration(TABLE).await?;
        let rows = transaction.rows("select coalesce(max(number), 0) as newest from migrations", values![]).await?;
        let newest = rows.first().ok_or(StorageError::Damaged("migrations"))?.int("newest")?;
        let known = MIGRATIONS.len() as i64;
        if newest > known {
            return Err(StorageError::TooNew { found: newest, known });
        }
        if newest < *number {
            transaction.run_migration(sql).await?;
            transaction
                .change_one("record migration", "insert into migrations (number, name) values ($1, $2)", values![*number, *name])
                .await?;
        }
        transaction.commit().await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn migrations_are_numbered_from_one_without_gaps() {
        for (i, (number, ..)) in super::MIGRATIONS.iter().enumerate() {
            assert_eq!(*number, i as i64 + 1);
        }
    }
}
