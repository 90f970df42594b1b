//! What an application of each kind must fulfil, and what its approval does.

use crate::{
    domain::{actor::Actor, application::Proposal},
    services::{Refusal, Services, applications::OpenApplication},
    storage::{approved_licences, database::Transaction},
};

impl Services {
    /// Is the proposal good in itself, and may this actor make it? With `final_check` also: does it fit what is in force now?
    pub(super) async fn check_proposal(&self, actor: &Actor, proposal: &Proposal, final_check: bool) -> Result<(), Refusal> {
        match proposal {
            Proposal::CatalogueEntry(entry) => self.check_entry_proposal(actor, entry, final_check).await,
            Proposal::CatalogueImport(import) => self.check_import_proposal(actor, import).await,
            Proposal::Licence(licence) => self.check_licence_proposal(actor, &licence.type_code, &licence.face, false).await,
            Proposal::Backlog(backlog) => {
                if let Some(scan) = &backlog.scan {
                    scan.check().map_err(Refusal::BadScan)?;
                }
                self.check_licence_proposal(actor, &backlog.type_code, &backlog.face, true).await
            }
            Proposal::Seal(seal) => self.check_seal_proposal(actor, seal).await,
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
            Proposal::CatalogueImport(import) => self.put_import_in_force(transaction, reviewer, &application.row, import).await,
            // The licence is minted after the approval is permanent.
            Proposal::Licence(_) | Proposal::Backlog(_) => {
                Ok(approved_licences::insert(transaction, application.row.application_id, self.now_ms()).await?)
            }
            Proposal::Seal(seal) => self.seal_takes_effect(transaction, seal, &application.row.organisation_code, reviewer).await,
        }
    }
}
