//! Decides who may do what to whose things (权限), for every use case; what is refused is written down.

use crate::{
    domain::{
        actor::Actor,
        audit::{AuditAction, AuditEvent, AuditOutcome},
        authority::{Action, Reach},
    },
    services::{Refusal, Services},
    storage::organisations,
};

impl Services {
    /// May `actor` do this to things of the organisation? A refusal is audited.
    ///
    /// For a thing whose owner is known before it is looked for. Of a thing that is found by its name, [`Self::permit_found`] decides
    /// afterwards.
    pub(super) async fn permit(&self, actor: &Actor, action: Action, organisation: &str) -> Result<(), Refusal> {
        self.permit_somewhere(actor, action).await?;
        if self.reaches(actor, action, organisation).await? {
            return Ok(());
        }
        self.audit_unauthorised(actor, action, Some(organisation)).await;
        Err(Refusal::NotYourOrganisation)
    }

    /// May `actor` do this to anybody's things at all? Asked before something is looked for.
    pub async fn permit_somewhere(&self, actor: &Actor, action: Action) -> Result<(), Refusal> {
        if actor.reach(action) > Reach::Nobody {
            return Ok(());
        }
        self.audit_unauthorised(actor, action, None).await;
        Err(Refusal::Forbidden(action))
    }

    /// May `actor` do this to the thing that was found, which belongs to `owner`? If not, there is no such thing for this actor:
    /// nobody learns what others have.
    pub(super) async fn permit_found(&self, actor: &Actor, action: Action, owner: &str) -> Result<(), Refusal> {
        match self.permit(actor, action, owner).await {
            Err(Refusal::NotYourOrganisation) => Err(Refusal::NotFound),
            decided => decided,
        }
    }

    /// What an actor may do, and how far; of what it may not do at all there is nothing.
    pub async fn actions_of(&self, actor: &Actor) -> Result<Vec<(Action, Reach)>, Refusal> {
        self.permit(actor, Action::ReadSession, &actor.department.code).await?;
        let reaches = Action::ALL.iter().map(|action| (*action, actor.reach(*action)));
        Ok(reaches.filter(|(_, reach)| *reach > Reach::Nobody).collect())
    }

    async fn reaches(&self, actor: &Actor, action: Action, organisation: &str) -> Result<bool, Refusal> {
        let own = &actor.department.code;
        match actor.reach(action) {
            Reach::Nobody => Ok(false),
            Reach::Own => Ok(own == organisation),
            Reach::Below if own == organisation => Ok(true),
            Reach::Below => Ok(organisations::levels_below(&self.store.database, organisation, own).await?.is_some()),
            Reach::All => Ok(true),
        }
    }

    async fn audit_unauthorised(&self, actor: &Actor, action: Action, organisation: Option<&str>) {
        let mut event = AuditEvent::new(AuditAction::Unauthorised, actor, AuditOutcome::Refused).with("action", action.word());
        if let Some(organisation) = organisation {
            event = event.with("organisation", organisation);
        }
        if let Err(error) = self.audit_alone(&event).await {
            tracing::error!(action = action.word(), error = ?error, "a refusal could not be audited");
        }
    }
}
