//! Revokes a licence (吊销), with its reason, by the department that issued it.

use crate::{
    domain::{actor::Actor, change_notes::ChangeNotes, life::Transition},
    services::{LicenceView, Refusal, Services},
};

impl Services {
    /// Revokes the licence with the identifier (证照标识). `reason`: 2 to 500 characters, kept sealed.
    pub async fn revoke_licence(&self, actor: &Actor, identifier: &str, reason: &str) -> Result<LicenceView, Refusal> {
        self.change_state(actor, identifier, Transition::Revoke, ChangeNotes::because(reason)).await
    }
}
