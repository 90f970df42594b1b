//! Brings a database to the newest migration, each step in its own transaction, safely beside other processes that do the same.

use crate::storage::{
    database::{Database, values},
    error::StorageError,
};

/// Number, name and statements, in order; a migration that was released is never changed.
const MIGRATIONS: &[(i64, &str, &str)] = &[
    (1, "begin", include_str!("migrations/0001_begin.sql")),
    (2, "long term", include_str!("migrations/0002_long_term.sql")),
    (3, "people", include_str!("migrations/0003_people.sql")),
    (4, "applications and catalogue", include_str!("migrations/0004_applications_catalogue.sql")),
    (5, "seals", include_str!("migrations/0005_seals.sql")),
    (6, "life", include_str!("migrations/0006_life.sql")),
    (7, "events", include_str!("migrations/0007_events.sql")),
    (8, "intake", include_str!("migrations/0008_intake.sql")),
    (9, "search", include_str!("migrations/0009_search.sql")),
    (10, "statistics", include_str!("migrations/0010_statistics.sql")),
    (13, "scale", include_str!("migrations/0013_scale.sql")),
    (20, "audit search", include_str!("migrations/0020_audit_search.sql")),
    (21, "outbox", include_str!("migrations/0021_outbox.sql")),
];

const TABLE: &str = "create table if not exists migrations (number bigint primary key, name text not null)";

/// Runs the migrations that are still missing, in the order of their numbers.
pub(crate) async fn migrate(database: &Database) -> Result<(), StorageError> {
    let known = MIGRATIONS.iter().map(|(number, ..)| *number).max().unwrap_or(0);
    for (number, name, sql) in MIGRATIONS {
        let mut transaction = database.begin().await?;
        transaction.lock_migrations().await?;
        transaction.run_migration(TABLE).await?;
        let rows = transaction.rows("select coalesce(max(number), 0) as newest from migrations", values![]).await?;
        let newest = rows.first().ok_or(StorageError::Damaged("migrations"))?.int("newest")?;
        if newest > known {
            return Err(StorageError::TooNew { found: newest, known });
        }
        let done = transaction.rows("select name from migrations where number = $1", values![*number]).await?;
        if done.is_empty() {
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
    fn migrations_stand_in_the_order_of_their_numbers() {
        assert!(super::MIGRATIONS.is_sorted_by(|(a, ..), (b, ..)| a < b));
    }
}
