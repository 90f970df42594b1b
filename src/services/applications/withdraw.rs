//! Takes an application back (撤回).

use crate::{
    domain::{
        actor::Actor,
        application::{ApplicationId, ApplicationStep},
        audit::AuditAction,
    },
    services::{
        ApplicationView, Refusal, Services,
        applications::{checked_reason, doors, refused},
    },
};

impl Services {
    /// Takes an application of the actor's organisation back before it is decided. `reason`: 2 to 500 characters, kept sealed.
    pub async fn withdraw_application(&self, actor: &Actor, id: ApplicationId, reason: &str) -> Result<ApplicationView, Refusal> {
        let done = self.try_withdraw(actor, id, reason).await;
        if let Err(refusal) = &done {
            self.audit_refusal(refused(AuditAction::WithdrawApplication, actor, id), refusal).await;
        }
        done
    }

    async fn try_withdraw(&self, actor: &Actor, id: ApplicationId, reason: &str) -> Result<ApplicationView, Refusal> {
        let reason = checked_reason(reason)?;
        let application = self.find_application(id).await?;
        self.permit_found(actor, doors(application.row.kind).apply, &application.row.organisation_code).await?;
        let sealed = self.seal_reason(&application, reason)?;
        let mut transaction = self.store.database.begin().await?;
        self.step_application(&mut transaction, actor, &application, ApplicationStep::Withdraw, Some(sealed)).await?;
        transaction.commit().await?;
        let application = self.find_application(id).await?;
        self.view_of(application)
    }
}
