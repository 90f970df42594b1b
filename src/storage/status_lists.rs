//! Status lists: which list an issuer's next licence stands in, and at which place of its order.

use crate::storage::{
    counters,
    database::{Database, Transaction, values},
    error::StorageError,
};

/// A place that was given out: the counter becomes an index by a keyed permutation, so that indices say nothing about the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Number of the list, from 1; every list belongs to one issuer.
    pub list: i64,
    /// From 0, each once a list.
    pub counter: i64,
}

/// Gives out the issuer's next place. A list that holds `list_size` licences is followed by a new one.
pub async fn next_place(transaction: &mut Transaction, issuer: &str, list_size: i64) -> Result<Place, StorageError> {
    // The issuer's counter stays locked until the end of the transaction, so its lists are opened one after another.
    let number = counters::next(transaction, &counter_of(issuer)).await? - 1;
    let (ordinal, counter) = (number / list_size, number % list_size);
    let known = transaction.rows("select list from status_lists where issuer_code = $1 and ordinal = $2", values![issuer, ordinal]).await?;
    let list = match known.first() {
        Some(row) => row.int("list")?,
        None => {
            let list = counters::next(transaction, "status lists").await?;
            transaction
                .change_one(
                    "open status list",
                    "insert into status_lists (list, issuer_code, ordinal) values ($1, $2, $3)",
                    values![list, issuer, ordinal],
                )
                .await?;
            list
        }
    };
    Ok(Place { list, counter })
}

/// Gives out the issuer's next `count` places at once.
pub async fn next_places(transaction: &mut Transaction, issuer: &str, list_size: i64, count: usize) -> Result<Vec<Place>, StorageError> {
    let mut places: Vec<Place> = Vec::with_capacity(count);
    while places.len() < count {
        let first = next_place(transaction, issuer, list_size).await?;
        let left = i64::try_from(count - places.len()).unwrap_or(i64::MAX) - 1;
        // The rest of this list needs no further look.
        let more = left.min(list_size - first.counter - 1);
        if more > 0 {
            counters::reserve(transaction, &counter_of(issuer), more).await?;
        }
        places.extend((0..=more).map(|offset| Place { list: first.list, counter: first.counter + offset }));
    }
    Ok(places)
}

fn counter_of(issuer: &str) -> String {
    format!("status {issuer}")
}

/// Whose list it is; `None` when there is no such list.
pub async fn issuer_of(database: &Database, list: i64) -> Result<Option<String>, StorageError> {
    let rows = database.read("select issuer_code from status_lists where list = $1", values![list]).await?;
    rows.first().map(|row| row.text("issuer_code")).transpose()
}
