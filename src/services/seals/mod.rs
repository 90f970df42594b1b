//! Electronic seals (电子印章): applied for, approved, made, recorded, used, suspended, renewed and destroyed. Keys stay in their key store.

mod change;
mod choose;
mod grant;
mod look;
mod propose;
mod read;
mod record_configured;
mod take_effect;

pub(super) use choose::{ChosenSeal, not_usable};
pub(super) use look::Looks;
pub use propose::SealRequest;
pub use read::{SealChangeView, SealUseView, SealView};

use crate::{
    cms::read_certificate::Certificate,
    domain::{
        actor::Actor,
        authority::Action,
        event::{Event, EventKind},
        seal_record::{SealChange, SealFace, SealId, SealState},
    },
    services::{Refusal, Services, describe_licence::damaged, moment},
    storage::{
        seals::{self, SealRow},
        vault::{DataKey, Lookup, WrappedKey},
    },
};

impl Services {
    /// The seal, if the actor may do this to it.
    async fn find_seal(&self, actor: &Actor, action: Action, id: SealId) -> Result<SealRow, Refusal> {
        let row = seals::by_id(&self.store.database, id).await?.ok_or(Refusal::NoSuchSeal)?;
        match self.permit_found(actor, action, &row.organisation_code).await {
            Err(Refusal::NotFound) => Err(Refusal::NoSuchSeal),
            permitted => permitted.map(|()| row),
        }
    }

    fn new_seal_key(&self, id: SealId) -> Result<(DataKey, WrappedKey), Refusal> {
        Ok(self.store.vault.new_data_key(&id.0)?)
    }

    fn seal_key(&self, row: &SealRow) -> Result<DataKey, Refusal> {
        Ok(self.store.vault.unwrap(&row.seal_id.0, &row.data_key)?)
    }

    /// Recognises a renewed certificate: it has the same subject.
    fn subject_key(&self, certificate: &[u8]) -> Result<[u8; 32], Refusal> {
        let certificate = Certificate::read(certificate).map_err(|_| damaged("certificate"))?;
        Ok(self.store.vault.lookup(Lookup::SealSubject, &[certificate.subject])?)
    }

    fn close_face(&self, key: &DataKey, id: SealId, face: &SealFace) -> Result<Vec<u8>, Refusal> {
        let json = serde_json::to_vec(face).map_err(|_| damaged("face"))?;
        Ok(self.store.vault.seal(key, &id.0, "seal face", &json)?)
    }

    fn open_face(&self, key: &DataKey, id: SealId, face: &[u8]) -> Result<SealFace, Refusal> {
        serde_json::from_slice(&self.store.vault.open(key, &id.0, "seal face", face)?).map_err(|_| damaged("face"))
    }

    fn close_seal_reason(&self, key: &DataKey, id: SealId, reason: &str) -> Result<Vec<u8>, Refusal> {
        Ok(self.store.vault.seal(key, &id.0, "seal reason", reason.as_bytes())?)
    }

    fn open_seal_reason(&self, key: &DataKey, id: SealId, reason: &[u8]) -> Result<String, Refusal> {
        String::from_utf8(self.store.vault.open(key, &id.0, "seal reason", reason)?).map_err(|_| damaged("reason"))
    }
}

/// What is told of a seal whose state changed.
fn seal_event(seal: &SealRow, change: SealChange, to: SealState, at: i64) -> Event {
    Event::new(EventKind::SealStateChanged, &seal.organisation_code, moment(at))
        .with("seal", seal.seal_id)
        .with("change", change.as_str())
        .with("to", to.as_str())
}

/// A reason says why, in 2 to 500 characters.
fn checked_reason(reason: &str) -> Result<&str, Refusal> {
    let reason = reason.trim();
    if (2..=500).contains(&reason.chars().count()) { Ok(reason) } else { Err(Refusal::BadReason) }
}
