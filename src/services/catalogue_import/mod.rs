//! Batches of catalogue entries (目录批量导入): a table is checked row by row, handed in as one application, and put in force by its approval.

mod begin;
mod columns;
mod import;
mod plan;
mod put_in_force;
mod read;

pub use import::ImportRequest;
pub use read::{ImportDocument, ImportView};

pub(in crate::services) use columns::{HEADS, cells_of, facet_words};

/// Longest table that is taken in, bytes.
pub const TABLE_BYTES: usize = crate::table::LONGEST;

use crate::{
    services::{Refusal, Services},
    storage::catalogue_imports::ImportRow,
};

impl Services {
    /// Opens one of the sealed documents of a batch, by its name in the store.
    async fn open_import_document(&self, row: &ImportRow, name: &str) -> Result<Vec<u8>, Refusal> {
        let owner = row.import_id.bytes();
        let key = self.store.vault.unwrap(&owner, &row.data_key)?;
        let (store, name) = (self.store.clone(), name.to_owned());
        Ok(self.on_worker(move || store.documents.load(&store.vault, &key, &owner, &name)).await??)
    }
}
