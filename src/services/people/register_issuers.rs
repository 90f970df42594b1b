//! Puts the departments that issue here into the tree of organisations, at the top, where they are not in it yet.

use crate::{
    domain::organisation::{Division, Organisation, OrganisationState},
    services::Services,
    storage::{error::StorageError, organisations},
};

impl Services {
    /// Once at the start. The division is the one that stands in the code.
    pub async fn register_issuers(&self) -> Result<(), StorageError> {
        let mut missing = Vec::new();
        for party in self.issuers() {
            if organisations::by_code(&self.store.database, &party.code).await?.is_none() {
                missing.push(party);
            }
        }
        if missing.is_empty() {
            return Ok(());
        }
        let mut transaction = self.store.database.begin().await?;
        for party in missing {
            let division = Division::of_code(&party.code).ok_or(StorageError::Damaged("division"))?;
            let organisation =
                Organisation { code: party.code, name: party.name, division, parent: None, state: OrganisationState::Active };
            organisations::insert_if_new(&mut transaction, &organisation, self.now_ms()).await?;
        }
        transaction.commit().await
    }
}
