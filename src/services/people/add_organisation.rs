//! Adds an organisation (新增机构) below another one of the tree.

use crate::{
    domain::{
        actor::Actor,
        audit::{AuditAction, AuditEvent, AuditOutcome},
        authority::Action,
        codes::Uscc,
        organisation::{Organisation, OrganisationState},
    },
    services::{Refusal, Services, refusal::already_there},
    storage::organisations::{self, DEEPEST},
};

impl Services {
    /// Adds an active organisation below its parent, which the actor must reach. Code, division and parent are for good.
    pub async fn add_organisation(&self, actor: &Actor, organisation: Organisation) -> Result<Organisation, Refusal> {
        let above = organisation.parent.clone().unwrap_or_default();
        self.permit(actor, Action::ManageOrganisations, &above).await?;
        let added = self.try_add_organisation(actor, organisation, &above).await;
        if let Err(refusal) = &added {
            self.audit_refusal(AuditEvent::new(AuditAction::AddOrganisation, actor, AuditOutcome::Refused), refusal).await;
        }
        added
    }

    async fn try_add_organisation(&self, actor: &Actor, organisation: Organisation, above: &str) -> Result<Organisation, Refusal> {
        let code = Uscc::parse(&organisation.code).map_err(|_| Refusal::WrongValue("机构代码 code"))?;
        let organisation = Organisation {
            code: code.as_str().to_owned(),
            name: good_name(&organisation.name)?,
            state: OrganisationState::Active,
            ..organisation
        };
        let database = &self.store.database;
        let parent = organisations::by_code(database, above).await?.ok_or(Refusal::WrongValue("上级机构 parent"))?;
        if parent.state == OrganisationState::Closed {
            return Err(Refusal::WrongValue("上级机构 parent"));
        }
        if !parent.division.contains(&organisation.division) {
            return Err(Refusal::WrongValue("行政区划 division"));
        }
        if self.depth_of(above).await? >= DEEPEST {
            return Err(Refusal::WrongValue("上级机构 parent"));
        }
        let mut transaction = database.begin().await?;
        organisations::insert(&mut transaction, &organisation, self.now_ms()).await.map_err(already_there)?;
        let event = AuditEvent::new(AuditAction::AddOrganisation, actor, AuditOutcome::Done).about(&organisation.code);
        self.audit(&mut transaction, &event.with("parent", above).with("division", organisation.division.as_str())).await?;
        transaction.commit().await?;
        Ok(organisation)
    }

    /// Levels from an organisation to the top of its tree.
    async fn depth_of(&self, code: &str) -> Result<i64, Refusal> {
        let mut depth = 1;
        let mut at = organisations::by_code(&self.store.database, code).await?;
        while let Some(parent) = at.and_then(|organisation| organisation.parent) {
            depth += 1;
            at = if depth > DEEPEST { None } else { organisations::by_code(&self.store.database, &parent).await? };
        }
        Ok(depth)
    }
}

/// A name of 1 to 200 characters, without control characters.
pub(super) fn good_name(name: &str) -> Result<String, Refusal> {
    let name = name.trim();
    let good = (1..=200).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    if good { Ok(name.to_owned()) } else { Err(Refusal::WrongValue("名称 name")) }
}
