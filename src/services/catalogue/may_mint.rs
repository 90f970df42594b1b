//! May this actor mint licences of a type, as the catalogue says?

use crate::{
    domain::{
        actor::{Actor, Role},
        directory_entry::EntryState,
    },
    services::{Refusal, Services},
    storage::{catalogue, entry_grants},
};

impl Services {
    /// A type that stands in the catalogue is minted by departments that are authorised for it, and only while the entry is in force; a
    /// system needs an authorisation of its own besides. What is not in the catalogue is left to the keys' own limits.
    pub(in crate::services) async fn may_mint(&self, actor: &Actor, type_code: &str) -> Result<(), Refusal> {
        let database = &self.store.database;
        let Some(entry) = catalogue::entry(database, type_code).await? else { return Ok(()) };
        match entry.state {
            EntryState::Active => {}
            EntryState::Cancelled => return Err(Refusal::EntryCancelled),
        }
        let department = entry_grants::find(database, type_code, &actor.department.code).await?;
        if !department.is_some_and(|row| row.grant.mint) {
            return Err(Refusal::NotGranted);
        }
        if actor.has(Role::Issuer) {
            return Ok(());
        }
        let system = entry_grants::find(database, type_code, &actor.id).await?;
        if system.is_some_and(|row| row.grant.write) { Ok(()) } else { Err(Refusal::NotGranted) }
    }
}
