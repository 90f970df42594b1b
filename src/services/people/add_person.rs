//! Adds a person (新增人员) to the accounts that an organisation keeps.

use crate::{
    domain::{
        actor::Actor,
        audit::{AuditAction, AuditEvent, AuditOutcome},
        authority::Action,
        canonical,
        person::{AccountState, PersonFacts, PersonId, login_for_lookup},
    },
    services::{PersonView, Refusal, Services, refusal::already_there},
    storage::{
        people::{self, PersonRow},
        vault::Lookup,
    },
};

impl Services {
    /// Adds an active person without any role. What is known of the person is sealed.
    pub async fn add_person(&self, actor: &Actor, organisation: &str, facts: PersonFacts) -> Result<PersonView, Refusal> {
        self.permit(actor, Action::ManagePeople, organisation).await?;
        let added = self.try_add_person(actor, organisation, facts).await;
        if let Err(refusal) = &added {
            self.audit_refusal(AuditEvent::new(AuditAction::AddPerson, actor, AuditOutcome::Refused), refusal).await;
        }
        added
    }

    async fn try_add_person(&self, actor: &Actor, organisation: &str, facts: PersonFacts) -> Result<PersonView, Refusal> {
        if !facts.are_good() {
            return Err(Refusal::WrongValue("人员信息 person"));
        }
        self.require_organisation(organisation).await?;
        let id = PersonId(self.random()?);
        let vault = &self.store.vault;
        let (key, data_key) = vault.new_data_key(&id.0)?;
        let content = canonical::to_vec(&facts).map_err(|error| Refusal::Unavailable { cause: error.to_string() })?;
        let row = PersonRow {
            person_id: id,
            organisation: organisation.to_owned(),
            login_key: self.login_key(&facts.login)?,
            state: AccountState::Active,
            data_key,
            content: vault.seal(&key, &id.0, "person", &content)?,
            created_at: self.now_ms(),
        };
        let mut transaction = self.store.database.begin().await?;
        people::insert(&mut transaction, &row).await.map_err(already_there)?;
        let event = AuditEvent::new(AuditAction::AddPerson, actor, AuditOutcome::Done).about(id).with("organisation", organisation);
        self.audit(&mut transaction, &event).await?;
        transaction.commit().await?;
        Ok(PersonView { id: id.to_string(), organisation: row.organisation, state: row.state, facts, roles: Some(Vec::new()) })
    }

    /// How a login name is looked up.
    pub(super) fn login_key(&self, login: &str) -> Result<[u8; 32], Refusal> {
        Ok(self.store.vault.lookup(Lookup::Login, &[login_for_lookup(login).as_bytes()])?)
    }
}
