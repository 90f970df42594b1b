//! Cuts a system off (停用接入), or connects it again.

use crate::{
    domain::{
        actor::Actor,
        audit::{AuditAction, AuditEvent, AuditOutcome},
        authority::Action,
        person::AccountState,
        system::System,
    },
    services::{Refusal, Services},
    storage::systems,
};

impl Services {
    /// From the next request on, in every process.
    pub async fn set_system_state(&self, actor: &Actor, id: &str, state: AccountState) -> Result<System, Refusal> {
        self.permit_somewhere(actor, Action::ManageSystems).await?;
        let done = self.try_set_system_state(actor, id, state).await;
        if let Err(refusal) = &done {
            self.audit_refusal(AuditEvent::new(AuditAction::ChangeSystem, actor, AuditOutcome::Refused), refusal).await;
        }
        done
    }

    async fn try_set_system_state(&self, actor: &Actor, id: &str, state: AccountState) -> Result<System, Refusal> {
        let system = systems::by_id(&self.store.database, id).await?.ok_or(Refusal::NotFound)?;
        self.permit_found(actor, Action::ManageSystems, &system.organisation).await?;
        let mut transaction = self.store.database.begin().await?;
        systems::set_state(&mut transaction, id, state).await?;
        let event = AuditEvent::new(AuditAction::ChangeSystem, actor, AuditOutcome::Done).about(id);
        self.audit(&mut transaction, &event.with("state before", system.state.as_str()).with("state", state.as_str())).await?;
        transaction.commit().await?;
        Ok(System { state, ..system })
    }
}
