//! Gives a person a role in an organisation (授权), for a time, and takes it back.

use crate::{
    domain::{
        actor::{Actor, Role},
        audit::{AuditAction, AuditEvent, AuditOutcome},
        authority::Action,
        person::{PersonId, RoleGrant},
    },
    services::{Refusal, Services, milliseconds},
    storage::people::{self, GrantRow},
};

impl Services {
    /// Gives the role, or changes its time. The actor must reach the organisation, and nobody grants to himself or herself.
    pub async fn grant_role(&self, actor: &Actor, id: PersonId, grant: &RoleGrant) -> Result<(), Refusal> {
        self.permit(actor, Action::GrantRoles, &grant.organisation).await?;
        let granted = self.try_grant_role(actor, id, grant).await;
        if let Err(refusal) = &granted {
            self.audit_refusal(AuditEvent::new(AuditAction::GrantRole, actor, AuditOutcome::Refused).about(id), refusal).await;
        }
        granted
    }

    async fn try_grant_role(&self, actor: &Actor, id: PersonId, grant: &RoleGrant) -> Result<(), Refusal> {
        if actor.id == id.to_string() {
            return Err(Refusal::OwnRights);
        }
        if grant.role == Role::System {
            return Err(Refusal::WrongValue("角色 role"));
        }
        self.require_organisation(&grant.organisation).await?;
        people::by_id(&self.store.database, id).await?.ok_or(Refusal::NotFound)?;
        let now = self.now_ms();
        let (from, until) = (grant.from.map_or(now, milliseconds), grant.until.map(milliseconds));
        if until.is_some_and(|until| until <= from) {
            return Err(Refusal::WrongValue("授权期限 until"));
        }
        let row = GrantRow { person_id: id, organisation: grant.organisation.clone(), role: grant.role, from, until };
        let mut transaction = self.store.database.begin().await?;
        people::grant(&mut transaction, &row, &actor.id, now).await?;
        let event = AuditEvent::new(AuditAction::GrantRole, actor, AuditOutcome::Done).about(id).with("role", grant.role.as_str());
        let event = event.with("organisation", &grant.organisation).with("from", from);
        self.audit(&mut transaction, &event.with("until", until.map_or_else(|| "open".to_owned(), |until| until.to_string()))).await?;
        Ok(transaction.commit().await?)
    }

    /// Takes the role back, from the next request on.
    pub async fn withdraw_role(&self, actor: &Actor, id: PersonId, organisation: &str, role: Role) -> Result<(), Refusal> {
        self.permit(actor, Action::GrantRoles, organisation).await?;
        let mut transaction = self.store.database.begin().await?;
        let event = |outcome| {
            let event = AuditEvent::new(AuditAction::WithdrawRole, actor, outcome).about(id);
            event.with("role", role.as_str()).with("organisation", organisation)
        };
        if !people::withdraw(&mut transaction, id, organisation, role).await? {
            drop(transaction);
            self.audit_refusal(event(AuditOutcome::Refused), &Refusal::NotFound).await;
            return Err(Refusal::NotFound);
        }
        self.audit(&mut transaction, &event(AuditOutcome::Done)).await?;
        Ok(transaction.commit().await?)
    }
}
