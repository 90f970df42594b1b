//! Renames an organisation, closes it (停用) or opens it again.

use crate::{
    domain::{
        actor::Actor,
        audit::{AuditAction, AuditEvent, AuditOutcome},
        authority::Action,
        organisation::{Organisation, OrganisationState},
    },
    services::{Refusal, Services, people::add_organisation::good_name},
    storage::organisations,
};

impl Services {
    /// Gives an organisation this name and state. Nobody acts for a closed one; what it issued stays as it is.
    pub async fn change_organisation(
        &self,
        actor: &Actor,
        code: &str,
        name: &str,
        state: OrganisationState,
    ) -> Result<Organisation, Refusal> {
        self.permit(actor, Action::ManageOrganisations, code).await?;
        let changed = self.try_change_organisation(actor, code, name, state).await;
        if let Err(refusal) = &changed {
            self.audit_refusal(AuditEvent::new(AuditAction::ChangeOrganisation, actor, AuditOutcome::Refused), refusal).await;
        }
        changed
    }

    async fn try_change_organisation(
        &self,
        actor: &Actor,
        code: &str,
        name: &str,
        state: OrganisationState,
    ) -> Result<Organisation, Refusal> {
        let before = organisations::by_code(&self.store.database, code).await?.ok_or(Refusal::NotFound)?;
        if state == OrganisationState::Closed && actor.department.code == code {
            // Who closes the own organisation could not open it again.
            return Err(Refusal::OwnRights);
        }
        let after = Organisation { name: good_name(name)?, state, ..before.clone() };
        let mut transaction = self.store.database.begin().await?;
        organisations::change(&mut transaction, code, &after.name, state).await?;
        let event = AuditEvent::new(AuditAction::ChangeOrganisation, actor, AuditOutcome::Done).about(code);
        let event = event.with("name before", &before.name).with("name", &after.name);
        self.audit(&mut transaction, &event.with("state before", before.state.as_str()).with("state", state.as_str())).await?;
        transaction.commit().await?;
        Ok(after)
    }
}
