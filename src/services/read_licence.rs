//! Reads a licence (查阅): its face data, state and digests, for its own department.

use crate::{
    domain::{
        actor::Actor,
        audit::{AuditAction, AuditEvent, AuditOutcome},
        authority::Action,
    },
    services::{LicenceView, Refusal, Services},
};

impl Services {
    /// Reads the licence with the identifier (证照标识). Every reading is audited before it is answered.
    pub async fn read_licence(&self, actor: &Actor, identifier: &str) -> Result<LicenceView, Refusal> {
        self.permit_somewhere(actor, Action::ReadLicence).await?;
        let event = |outcome| AuditEvent::new(AuditAction::ReadLicence, actor, outcome);
        match self.find_for(actor, Action::ReadLicence, identifier).await {
            Ok(licence) => {
                let view = self.describe(&licence).await?;
                self.audit_alone(&event(AuditOutcome::Done).about(view.licence_id)).await?;
                Ok(view)
            }
            Err(refusal) => {
                self.audit_refusal(event(AuditOutcome::Refused), &refusal).await;
                Err(refusal)
            }
        }
    }
}
