//! Whom a person is here: the roles of this moment in one organisation.

use crate::{
    domain::{
        actor::Actor,
        audit::{AuditAction, AuditEvent, AuditOutcome},
        organisation::OrganisationState,
        payload::Party,
        person::{AccountState, PersonId},
    },
    services::{Refusal, Services},
    storage::{organisations, people},
};

impl Services {
    /// The person as an actor for `organisation`; without one for the person's own, or else for the first one with a role. Nobody,
    /// when the person is suspended, the organisation is closed, or no role is in its time.
    pub(super) async fn actor_of(&self, id: PersonId, organisation: Option<&str>) -> Result<Option<Actor>, Refusal> {
        let database = &self.store.database;
        let Some(person) = people::by_id(database, id).await?.filter(|person| person.state == AccountState::Active) else {
            return Ok(None);
        };
        let now = self.now_ms();
        let mut grants = people::grants_of(database, id).await?;
        grants.retain(|grant| grant.from <= now && grant.until.is_none_or(|until| now <= until));
        let own = |code: &&str| grants.iter().any(|grant| grant.organisation == *code);
        let chosen = organisation.or_else(|| Some(person.organisation.as_str()).filter(own));
        let Some(code) = chosen.or_else(|| grants.first().map(|grant| grant.organisation.as_str())) else { return Ok(None) };
        let roles: Vec<_> = grants.iter().filter(|grant| grant.organisation == code).map(|grant| grant.role).collect();
        let found = organisations::by_code(database, code).await?.filter(|found| found.state == OrganisationState::Active);
        let Some(found) = found.filter(|_| !roles.is_empty()) else { return Ok(None) };
        Ok(Some(Actor { id: id.to_string(), department: Party { name: found.name, code: found.code }, roles }))
    }

    /// The person with this login name, as `operator` asks for at the machine itself (`--as`). It is written down who did.
    pub async fn act_as(&self, operator: &Actor, login: &str, organisation: Option<&str>) -> Result<Actor, Refusal> {
        let person = people::by_login(&self.store.database, &self.login_key(login)?).await?.ok_or(Refusal::NotFound)?;
        let event = |outcome| AuditEvent::new(AuditAction::ActAs, operator, outcome).about(person.person_id);
        match self.actor_of(person.person_id, organisation).await? {
            Some(actor) => {
                self.audit_alone(&event(AuditOutcome::Done).with("organisation", &actor.department.code)).await?;
                Ok(actor)
            }
            None => {
                self.audit_refusal(event(AuditOutcome::Refused), &Refusal::NotFound).await;
                Err(Refusal::NotFound)
            }
        }
    }

    /// Is there an active organisation of that code?
    pub(super) async fn require_organisation(&self, code: &str) -> Result<(), Refusal> {
        let found = organisations::by_code(&self.store.database, code).await?;
        match found.map(|organisation| organisation.state) {
            Some(OrganisationState::Active) => Ok(()),
            Some(OrganisationState::Closed) | None => Err(Refusal::WrongValue("机构代码 organisation")),
        }
    }
}
