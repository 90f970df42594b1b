//! Draws a licence's document again from what is stored of its mint, without a seal: the bytes are those that were sealed.

use crate::{
    domain::{
        actor::Actor,
        audit::{AuditAction, AuditEvent, AuditOutcome},
        authority::Action,
    },
    services::{Refusal, Services, describe_licence::damaged, mint::Halt},
};

impl Services {
    /// The unsealed document of the licence with the identifier (证照标识), for diagnosis. Audited as a reading.
    pub async fn render_again(&self, actor: &Actor, identifier: &str) -> Result<Vec<u8>, Refusal> {
        self.permit_somewhere(actor, Action::RenderAgain).await?;
        let event = |outcome| AuditEvent::new(AuditAction::ReadLicence, actor, outcome).with("what", "unsealed document");
        let licence = match self.find_for(actor, Action::RenderAgain, identifier).await {
            Ok(licence) => licence,
            Err(refusal) => {
                self.audit_refusal(event(AuditOutcome::Refused), &refusal).await;
                return Err(refusal);
            }
        };
        self.audit_alone(&event(AuditOutcome::Done).about(licence.row.licence_id)).await?;
        let work = self.open_work(self.mint_of(licence.row.licence_id).await?).await?;
        let qr_text = work.qr_text.clone().ok_or_else(|| damaged("token"))?;
        let unsealed = self.draw(&work, &qr_text).await.map_err(|halt| match halt {
            Halt::Overtaken | Halt::Superfluous(_) => damaged("mint"),
            Halt::Failed { cause, .. } => Refusal::Unavailable { cause },
            Halt::Seal(refusal) => refusal,
        })?;
        Ok(unsealed.bytes)
    }
}
