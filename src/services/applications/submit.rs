//! Hands a draft in (上报).

use crate::{
    domain::{
        actor::Actor,
        application::{ApplicationId, ApplicationStep},
        audit::AuditAction,
    },
    services::{
        ApplicationView, Refusal, Services,
        applications::{doors, refused},
    },
};

impl Services {
    /// Hands the actor's own draft in: what was written is checked again against what is in force now.
    pub async fn submit_application(&self, actor: &Actor, id: ApplicationId) -> Result<ApplicationView, Refusal> {
        let done = self.try_submit(actor, id).await;
        if let Err(refusal) = &done {
            self.audit_refusal(refused(AuditAction::SubmitApplication, actor, id), refusal).await;
        }
        done
    }

    async fn try_submit(&self, actor: &Actor, id: ApplicationId) -> Result<ApplicationView, Refusal> {
        let application = self.find_application(id).await?;
        self.permit_found(actor, doors(application.row.kind).apply, &application.row.organisation_code).await?;
        // Whoever hands in stands for the content, so nobody hands in what another one wrote.
        if application.row.applicant != actor.id {
            return Err(Refusal::NotFound);
        }
        self.check_proposal(actor, &application.proposal, true).await?;
        let mut transaction = self.store.database.begin().await?;
        self.step_application(&mut transaction, actor, &application, ApplicationStep::Submit, None).await?;
        transaction.commit().await?;
        let application = self.find_application(id).await?;
        self.view_of(application)
    }
}
