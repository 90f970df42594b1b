//! Reviews an application (审核): by somebody else than the applicant; what is approved takes effect in the same transaction.

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
use schemars::JsonSchema;
use serde::Deserialize;

/// What the reviewer decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// It takes effect (通过).
    Approve,
    /// It does not (退回).
    Reject,
}

impl Services {
    /// Decides about an application. `opinion` (审核意见): 2 to 500 characters, kept sealed; an approval needs none.
    ///
    /// When the effect is not possible any more ([`Refusal::Outdated`]), nothing is decided and the application waits on.
    pub async fn review_application(
        &self,
        actor: &Actor,
        id: ApplicationId,
        decision: Decision,
        opinion: Option<&str>,
    ) -> Result<ApplicationView, Refusal> {
        let done = self.try_review(actor, id, decision, opinion).await;
        if let Err(refusal) = &done {
            let action = match decision {
                Decision::Approve => AuditAction::ApproveApplication,
                Decision::Reject => AuditAction::RejectApplication,
            };
            self.audit_refusal(refused(action, actor, id), refusal).await;
        }
        done
    }

    async fn try_review(
        &self,
        actor: &Actor,
        id: ApplicationId,
        decision: Decision,
        opinion: Option<&str>,
    ) -> Result<ApplicationView, Refusal> {
        let application = self.find_application(id).await?;
        let (kind, organisation) = (application.row.kind, &application.row.organisation_code);
        self.permit_found(actor, doors(kind).review, &self.reviewing_organisation(kind, organisation)).await?;
        if application.row.applicant == actor.id {
            return Err(Refusal::OwnRequest);
        }
        let opinion = match (decision, opinion) {
            (Decision::Approve, None) => None,
            (Decision::Approve | Decision::Reject, opinion) => Some(checked_reason(opinion.unwrap_or_default())?),
        };
        let sealed = opinion.map(|opinion| self.seal_reason(&application, opinion)).transpose()?;
        let mut transaction = self.store.database.begin().await?;
        match decision {
            Decision::Approve => {
                self.step_application(&mut transaction, actor, &application, ApplicationStep::Approve, sealed).await?;
                self.take_effect(&mut transaction, actor, &application).await?;
            }
            Decision::Reject => self.step_application(&mut transaction, actor, &application, ApplicationStep::Reject, sealed).await?,
        }
        transaction.commit().await?;
        let application = self.find_application(id).await?;
        self.view_of(application)
    }
}
