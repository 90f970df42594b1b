//! Who calls with an API key, as the database knows at this moment.

use crate::{
    domain::{actor::Actor, digest::Digest},
    services::{Refusal, Services},
    storage::systems,
};

impl Services {
    /// The system whose key has this digest; nobody when it, or its organisation, may not act. A key holds 256 random bits, so the
    /// digest cannot be searched back, and comparing it tells nothing about keys.
    pub async fn find_system(&self, key: Digest) -> Result<Option<Actor>, Refusal> {
        Ok(systems::by_key(&self.store.database, key).await?)
    }
}
