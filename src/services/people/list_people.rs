//! Lists the people whose accounts an organisation keeps, and reads one; every such reading of personal data is audited.

use crate::{
    domain::{
        actor::Actor,
        audit::{AuditAction, AuditEvent, AuditOutcome},
        authority::Action,
        page::{Cursor, Page, PageProblem, PageRequest},
        person::{AccountState, PersonFacts, PersonId, RoleGrant},
    },
    services::{Refusal, Services, describe_licence::damaged, moment},
    storage::people::{self, GrantRow, PersonRow},
};
use schemars::JsonSchema;
use serde::Serialize;

/// A person as the administrators of the organisation see it. `Debug` shows the id only.
#[derive(Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PersonView {
    /// `person-` and 32 hex digits; names the person in audit lines.
    pub id: String,
    /// Code of the organisation that keeps the account.
    pub organisation: String,
    /// State.
    pub state: AccountState,
    /// What is known of the person.
    #[serde(flatten)]
    pub facts: PersonFacts,
    /// Every role, also those whose time is over or to come; left out in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub roles: Option<Vec<RoleGrant>>,
}

impl std::fmt::Debug for PersonView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PersonView({}, {})", self.id, self.state.as_str())
    }
}

impl Services {
    /// People of an organisation, by id; without their roles.
    pub async fn list_people(&self, actor: &Actor, organisation: &str, page: &PageRequest) -> Result<Page<PersonView>, Refusal> {
        self.permit(actor, Action::ReadPeople, organisation).await?;
        let after = match page.after.as_ref().map(Cursor::one_text).transpose()? {
            Some(id) => PersonId::parse(id).ok_or(PageProblem::Cursor)?,
            None => PersonId([0; 16]),
        };
        let rows = people::of_organisation(&self.store.database, organisation, after, page.rows_to_read()).await?;
        let page = page.page(rows, |row| Cursor::new([row.person_id.to_string().into()]));
        let mut items = Vec::with_capacity(page.items.len());
        for row in &page.items {
            items.push(self.describe_person(row)?);
        }
        let event = AuditEvent::new(AuditAction::ReadPeople, actor, AuditOutcome::Done).with("organisation", organisation);
        self.audit_alone(&event.with("people", items.len())).await?;
        Ok(Page { items, next: page.next })
    }

    /// One person with all roles.
    pub async fn read_person(&self, actor: &Actor, id: PersonId) -> Result<PersonView, Refusal> {
        self.permit_somewhere(actor, Action::ReadPeople).await?;
        let row = self.find_person(actor, Action::ReadPeople, id).await?;
        let roles = people::grants_of(&self.store.database, id).await?.into_iter().map(role_grant).collect();
        self.audit_alone(&AuditEvent::new(AuditAction::ReadPeople, actor, AuditOutcome::Done).about(id)).await?;
        Ok(PersonView { roles: Some(roles), ..self.describe_person(&row)? })
    }

    /// The id of the person that is meant by an id or a login name.
    pub async fn find_person_id(&self, actor: &Actor, named: &str) -> Result<PersonId, Refusal> {
        self.permit_somewhere(actor, Action::ReadPeople).await?;
        match PersonId::parse(named) {
            Some(id) => Ok(id),
            None => {
                let row = people::by_login(&self.store.database, &self.login_key(named)?).await?;
                row.map(|row| row.person_id).ok_or(Refusal::NotFound)
            }
        }
    }

    /// The person, if there is one and `actor` may do this to the person.
    pub(super) async fn find_person(&self, actor: &Actor, action: Action, id: PersonId) -> Result<PersonRow, Refusal> {
        let row = people::by_id(&self.store.database, id).await?.ok_or(Refusal::NotFound)?;
        self.permit_found(actor, action, &row.organisation).await?;
        Ok(row)
    }

    /// Opens what is sealed of a person.
    pub(super) fn describe_person(&self, row: &PersonRow) -> Result<PersonView, Refusal> {
        let id = row.person_id;
        let key = self.store.vault.unwrap(&id.0, &row.data_key)?;
        let content = self.store.vault.open(&key, &id.0, "person", &row.content)?;
        let facts = serde_json::from_slice(&content).map_err(|_| damaged("person"))?;
        Ok(PersonView { id: id.to_string(), organisation: row.organisation.clone(), state: row.state, facts, roles: None })
    }
}

fn role_grant(row: GrantRow) -> RoleGrant {
    RoleGrant { organisation: row.organisation, role: row.role, from: Some(moment(row.from)), until: row.until.map(moment) }
}
