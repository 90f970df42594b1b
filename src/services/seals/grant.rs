//! Says who may use a seal for what (用印授权): the whole list at once, by the seal keeper of its organisation.

use crate::{
    domain::{
        actor::Actor,
        audit::{AuditAction, AuditEvent, AuditOutcome},
        authority::Action,
        digest::Digest,
        seal_record::{SealGrant, SealId, SealState},
    },
    services::{Refusal, SealView, Services, describe_licence::damaged},
    storage::seals,
};

/// Most grants of a seal.
const MOST_GRANTS: usize = 2000;

impl Services {
    /// Replaces the grants of a seal. From then on nothing is sealed by a grant that is gone, not even a mint that is under way.
    pub async fn grant_seal(&self, actor: &Actor, id: SealId, grants: Vec<SealGrant>) -> Result<SealView, Refusal> {
        self.permit_somewhere(actor, Action::GrantSeal).await?;
        let done = self.try_grant_seal(actor, id, &grants).await;
        if let Err(refusal) = &done {
            let event = AuditEvent::new(AuditAction::GrantSeal, actor, AuditOutcome::Refused).about(id);
            self.audit_refusal(event, refusal).await;
        }
        done
    }

    async fn try_grant_seal(&self, actor: &Actor, id: SealId, grants: &[SealGrant]) -> Result<SealView, Refusal> {
        let seal = self.find_seal(actor, Action::GrantSeal, id).await?;
        if seal.state == SealState::Destroyed {
            return Err(Refusal::SealNotInUse(seal.state));
        }
        self.check_grants(grants)?;
        let list = serde_json::to_vec(grants).map_err(|_| damaged("grants"))?;
        let mut transaction = self.store.database.begin().await?;
        seals::replace_grants(&mut transaction, id, grants).await?;
        let event = AuditEvent::new(AuditAction::GrantSeal, actor, AuditOutcome::Done)
            .about(id)
            .with("grants", grants.len())
            .with("digest", Digest::of(&list));
        self.audit(&mut transaction, &event).await?;
        transaction.commit().await?;
        self.describe_seal(seal).await
    }

    /// Not too many, and all for types that are known here.
    pub(super) fn check_grants(&self, grants: &[SealGrant]) -> Result<(), Refusal> {
        if grants.len() > MOST_GRANTS {
            return Err(Refusal::BadSeal("grants"));
        }
        match grants.iter().find(|grant| self.types.find(&grant.type_code).is_none()) {
            Some(unknown) => Err(Refusal::UnknownType(unknown.type_code.clone())),
            None => Ok(()),
        }
    }
}
