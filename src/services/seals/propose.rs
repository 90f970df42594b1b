//! Applies for a seal, or for another face or certificate of one (印章申请、变更): an application that a second person reviews.

use crate::{
    domain::{
        actor::Actor,
        application::Proposal,
        authority::Action,
        seal_record::{SealChange, SealFace, SealGrant, SealId, SealKind, SealProposal},
    },
    services::{ApplicationView, Refusal, Services, seals::look::draw},
    storage::seals,
};
use schemars::JsonSchema;
use serde::Deserialize;
use time::OffsetDateTime;

/// A seal that is wanted for the actor's own organisation.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SealRequest {
    /// Kind.
    pub kind: SealKind,
    /// What stands on it.
    pub face: SealFace,
    /// First moment of use, RFC 3339; at once when absent.
    #[serde(default, with = "time::serde::rfc3339::option")]
    #[schemars(with = "Option<String>")]
    pub valid_from: Option<OffsetDateTime>,
    /// Last moment of use, RFC 3339; as long as its certificate when absent.
    #[serde(default, with = "time::serde::rfc3339::option")]
    #[schemars(with = "Option<String>")]
    pub valid_until: Option<OffsetDateTime>,
    /// Who may use it for which types.
    pub grants: Vec<SealGrant>,
}

impl Services {
    /// Applies for a new seal of the actor's organisation; a second person reviews it.
    pub async fn apply_for_seal(&self, actor: &Actor, request: SealRequest) -> Result<ApplicationView, Refusal> {
        let SealRequest { kind, face, valid_from, valid_until, grants } = request;
        let (seal, organisation) = (SealId(self.random()?), actor.department.clone());
        let proposal = SealProposal::New { seal, organisation, seal_kind: kind, face, valid_from, valid_until, grants };
        self.apply(actor, Proposal::Seal(proposal), true).await
    }

    /// Applies for another face of a seal, or for the same face with another certificate.
    pub async fn apply_for_renewal(&self, actor: &Actor, seal: SealId, face: Option<SealFace>) -> Result<ApplicationView, Refusal> {
        self.apply(actor, Proposal::Seal(SealProposal::Renew { seal, face }), true).await
    }

    /// Is the proposal good in itself, and about the actor's own organisation?
    pub(in crate::services) async fn check_seal_proposal(&self, actor: &Actor, proposal: &SealProposal) -> Result<(), Refusal> {
        match proposal {
            SealProposal::New { seal, organisation, seal_kind: _, face, valid_from, valid_until, grants } => {
                if *organisation != actor.department {
                    return Err(Refusal::NotYourOrganisation);
                }
                if seals::by_id(&self.store.database, *seal).await?.is_some() {
                    return Err(Refusal::BadSeal("seal"));
                }
                if valid_from.zip(*valid_until).is_some_and(|(from, until)| until <= from) {
                    return Err(Refusal::BadSeal("valid_until"));
                }
                self.check_grants(grants)?;
                self.check_face(face).await
            }
            SealProposal::Renew { seal, face } => {
                let seal = self.find_seal(actor, Action::ApplyForSeal, *seal).await?;
                seal.state.after(SealChange::Renew).map_err(Refusal::IllegalSealChange)?;
                match face {
                    Some(face) => self.check_face(face).await,
                    None => Ok(()),
                }
            }
        }
    }

    /// It can be drawn: words of which every character is in a font, or a good picture.
    async fn check_face(&self, face: &SealFace) -> Result<(), Refusal> {
        if !(2..=40).contains(&face.name.chars().count()) || face.name.chars().any(char::is_control) {
            return Err(Refusal::BadSeal("name"));
        }
        if face.code.len() > 20 || !face.code.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(Refusal::BadSeal("code"));
        }
        let (face, fonts) = (face.clone(), self.fonts.clone());
        self.on_worker(move || draw(face, &fonts)).await?.map_err(Refusal::BadSealPicture)?;
        Ok(())
    }
}
