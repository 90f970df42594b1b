//! Suspends a person (停用), or lets the person work again.

use crate::{
    domain::{
        actor::Actor,
        audit::{AuditAction, AuditEvent, AuditOutcome},
        authority::Action,
        person::{AccountState, PersonId},
    },
    services::{PersonView, Refusal, Services},
    storage::people,
};

impl Services {
    /// From the next request on; nobody does it to the own account.
    pub async fn set_person_state(&self, actor: &Actor, id: PersonId, state: AccountState) -> Result<PersonView, Refusal> {
        self.permit_somewhere(actor, Action::ManagePeople).await?;
        let done = self.try_set_person_state(actor, id, state).await;
        if let Err(refusal) = &done {
            self.audit_refusal(AuditEvent::new(AuditAction::ChangePerson, actor, AuditOutcome::Refused).about(id), refusal).await;
        }
        done
    }

    async fn try_set_person_state(&self, actor: &Actor, id: PersonId, state: AccountState) -> Result<PersonView, Refusal> {
        let row = self.find_person(actor, Action::ManagePeople, id).await?;
        if actor.id == id.to_string() {
            return Err(Refusal::OwnRights);
        }
        let mut transaction = self.store.database.begin().await?;
        people::set_state(&mut transaction, id, state).await?;
        let event = AuditEvent::new(AuditAction::ChangePerson, actor, AuditOutcome::Done).about(id);
        self.audit(&mut transaction, &event.with("state before", row.state.as_str()).with("state", state.as_str())).await?;
        transaction.commit().await?;
        Ok(PersonView { state, ..self.describe_person(&row)? })
    }
}
