//! Connects a system (接入系统): it gets a key, which is shown this once and kept as a digest only.

use crate::{
    domain::{
        actor::{Actor, Role},
        audit::{AuditAction, AuditEvent, AuditOutcome},
        authority::Action,
        digest::Digest,
        person::AccountState,
        secret::Secret,
        system::{System, is_system_id},
    },
    services::{Refusal, Services, people::add_organisation::good_name, refusal::already_there},
    storage::systems,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// What every API key begins with, so that a leaked one is recognised by scanners.
const PREFIX: &str = "elk_";

/// A system that was connected now.
pub struct NewSystem {
    /// The system.
    pub system: System,
    /// Its key of 256 random bits; nobody can show it again.
    pub key: Secret<String>,
}

impl Services {
    /// Connects a system of `system.organisation`; every process knows the key at once.
    pub async fn add_system(&self, actor: &Actor, system: System) -> Result<NewSystem, Refusal> {
        self.permit(actor, Action::ManageSystems, &system.organisation).await?;
        let added = self.try_add_system(actor, system).await;
        if let Err(refusal) = &added {
            self.audit_refusal(AuditEvent::new(AuditAction::AddSystem, actor, AuditOutcome::Refused), refusal).await;
        }
        added
    }

    async fn try_add_system(&self, actor: &Actor, system: System) -> Result<NewSystem, Refusal> {
        if !is_system_id(&system.id) {
            return Err(Refusal::WrongValue("系统标识 id"));
        }
        let mut roles = system.roles;
        roles.sort_unstable();
        roles.dedup();
        // Who administers or reviews answers for it in person.
        if roles.is_empty() || roles.contains(&Role::Administrator) || roles.contains(&Role::Reviewer) {
            return Err(Refusal::WrongValue("角色 roles"));
        }
        self.require_organisation(&system.organisation).await?;
        let system = System { name: good_name(&system.name)?, roles, state: AccountState::Active, ..system };
        let key = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(self.random::<32>()?));
        let mut transaction = self.store.database.begin().await?;
        systems::insert(&mut transaction, &system, Digest::of(key.as_bytes()), self.now_ms()).await.map_err(already_there)?;
        let event = AuditEvent::new(AuditAction::AddSystem, actor, AuditOutcome::Done).about(&system.id);
        let roles: Vec<_> = system.roles.iter().map(|role| role.as_str()).collect();
        self.audit(&mut transaction, &event.with("organisation", &system.organisation).with("roles", roles.join(","))).await?;
        transaction.commit().await?;
        Ok(NewSystem { system, key: Secret::new(key) })
    }
}
