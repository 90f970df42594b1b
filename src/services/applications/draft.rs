//! Drafts an application (拟稿), or changes a draft.

use crate::{
    domain::{
        actor::Actor,
        application::{ApplicationId, ApplicationState, ApplicationStep, Proposal, WrongStep},
        audit::{AuditAction, AuditEvent, AuditOutcome},
    },
    services::{
        ApplicationView, Refusal, Services,
        applications::{about, doors, refused},
    },
    storage::{
        applications::{self, ApplicationRow},
        error::StorageError,
    },
};

impl Services {
    /// Drafts an application for the actor's organisation; with `submit` it is handed in at once.
    pub async fn apply(&self, actor: &Actor, proposal: Proposal, submit: bool) -> Result<ApplicationView, Refusal> {
        let (kind, subject) = (proposal.kind(), proposal.subject().chars().take(64).collect::<String>());
        self.permit(actor, doors(kind).apply, &actor.department.code).await?;
        let done = self.try_apply(actor, proposal, submit).await;
        if let Err(refusal) = &done {
            let event = AuditEvent::new(AuditAction::DraftApplication, actor, AuditOutcome::Refused);
            self.audit_refusal(event.with("kind", kind.as_str()).with("about", subject), refusal).await;
        }
        done
    }

    async fn try_apply(&self, actor: &Actor, proposal: Proposal, submit: bool) -> Result<ApplicationView, Refusal> {
        self.check_proposal(actor, &proposal, submit).await?;
        let application_id = ApplicationId(self.random()?);
        let (key, data_key) = self.store.vault.new_data_key(&application_id.0)?;
        let content = serde_json::to_vec(&proposal).map_err(|e| Refusal::Unavailable { cause: e.to_string() })?;
        let now = self.now_ms();
        let state = if submit { ApplicationState::Submitted } else { ApplicationState::Draft };
        let row = ApplicationRow {
            application_id,
            kind: proposal.kind(),
            subject: proposal.subject().into_owned(),
            organisation_code: actor.department.code.clone(),
            state,
            state_version: 1,
            applicant: actor.id.clone(),
            applied_at: now,
            submitted_at: submit.then_some(now),
            reviewer: None,
            reviewed_at: None,
            data_key,
            content: self.store.vault.seal(&key, &application_id.0, "application", &content)?,
            reason: None,
        };
        let mut transaction = self.store.database.begin().await?;
        applications::insert(&mut transaction, &row).await?;
        self.audit(&mut transaction, &about(AuditAction::DraftApplication, actor, &row)).await?;
        if submit {
            self.audit(&mut transaction, &about(AuditAction::SubmitApplication, actor, &row)).await?;
        }
        transaction.commit().await?;
        let application = self.open_application(row)?;
        self.view_of(application)
    }

    /// Replaces the content of the actor's own draft.
    pub async fn rewrite_application(&self, actor: &Actor, id: ApplicationId, proposal: Proposal) -> Result<ApplicationView, Refusal> {
        self.permit(actor, doors(proposal.kind()).apply, &actor.department.code).await?;
        let done = self.try_rewrite(actor, id, proposal).await;
        if let Err(refusal) = &done {
            self.audit_refusal(refused(AuditAction::DraftApplication, actor, id), refusal).await;
        }
        done
    }

    async fn try_rewrite(&self, actor: &Actor, id: ApplicationId, proposal: Proposal) -> Result<ApplicationView, Refusal> {
        let application = self.find_application(id).await?;
        if application.row.applicant != actor.id || application.row.kind != proposal.kind() {
            return Err(Refusal::NotFound);
        }
        self.check_proposal(actor, &proposal, false).await?;
        let content = serde_json::to_vec(&proposal).map_err(|e| Refusal::Unavailable { cause: e.to_string() })?;
        let sealed = self.store.vault.seal(&application.key, &id.0, "application", &content)?;
        let mut transaction = self.store.database.begin().await?;
        match applications::rewrite(&mut transaction, &application.row, &proposal.subject(), sealed).await {
            Err(StorageError::RowCount { .. }) => {
                let now = applications::by_id_in(&mut transaction, id).await?.ok_or(Refusal::NotFound)?;
                return Err(Refusal::WrongStep(WrongStep(now.state, ApplicationStep::Submit)));
            }
            done => done?,
        }
        self.audit(&mut transaction, &about(AuditAction::DraftApplication, actor, &application.row)).await?;
        transaction.commit().await?;
        let application = self.find_application(id).await?;
        self.view_of(application)
    }
}
