//! What an application of each kind must fulfil, and what its approval does.

use crate::{
    domain::{actor::Actor, application::Proposal},
    services::{Refusal, Services, applications::OpenApplication},
    storage::database::Transaction,
};

impl Services {
    /// Is the proposal good in itself, and may this actor make it? With `final_check` also: does it fit what is in force now?
    pub(super) async fn check_proposal(&self, actor: &Actor, proposal: &Proposal, final_check: bool) -> Result<(), Refusal> {
        match proposal {
            Proposal::CatalogueEntry(entry) => self.check_entry_proposal(actor, entry, final_check).await,
        }
    }

    /// Does what was approved, in the transaction of the approval.
    pub(super) async fn take_effect(
        &self,
        transaction: &mut Transaction,
        reviewer: &Actor,
        application: &OpenApplication,
    ) -> Result<(), Refusal> {
        match &application.proposal {
            Proposal::CatalogueEntry(entry) => self.change_entry(transaction, reviewer, &application.row, entry).await,
        }
    }
}
