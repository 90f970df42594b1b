//! Fills the catalogue of a demo from a table: a beginning, which has nobody yet who could review it.

use super::columns::{columns, entry_of};
use crate::{
    domain::directory_entry::{DirectoryEntry, EntryChange},
    services::{Refusal, Services, catalogue::Source, house},
    storage::error::StorageError,
    table::{self, Format, Limits},
};

impl Services {
    /// Adds those entries of a CSV table that the catalogue does not have, all in one transaction; how many. [`Refusal::BadProposal`]
    /// with the mistakes of the first wrong row.
    pub async fn begin_catalogue(&self, csv: &[u8]) -> Result<usize, Refusal> {
        let catalogue = self.catalogue_index().await?;
        let missing: Vec<DirectoryEntry> =
            entries_of(csv)?.into_iter().filter(|entry| catalogue.entry(&entry.type_code).is_none()).collect();
        if missing.is_empty() {
            return Ok(0);
        }
        let (operator, house) = (self.managing_department(), house());
        let source = Source { applicant: &house.id, organisation: &operator, reviewer: None, application: None, origin: None };
        let mut transaction = self.store.database.begin().await?;
        for entry in &missing {
            match self.store_entry_version(&mut transaction, entry, EntryChange::Added, 0, &source).await? {
                // Another process was quicker with the same table.
                Err(StorageError::Conflict(_) | StorageError::RowCount { .. }) => return Ok(0),
                done => done?,
            };
        }
        transaction.commit().await?;
        Ok(missing.len())
    }
}

fn entries_of(csv: &[u8]) -> Result<Vec<DirectoryEntry>, Refusal> {
    let (columns, mut entries, mut wrong) = (columns(), Vec::new(), Vec::new());
    table::read(csv, Format::Csv, &columns, &Limits::default(), &mut |row| match row
        .map_err(|bad| bad.problems)
        .and_then(|row| entry_of(&row, &columns))
    {
        Ok(entry) => entries.push(entry),
        Err(problems) if wrong.is_empty() => wrong = problems,
        Err(_) => {}
    })
    .map_err(Refusal::BadTable)?;
    if wrong.is_empty() { Ok(entries) } else { Err(Refusal::BadProposal(wrong)) }
}
