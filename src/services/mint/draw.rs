//! Steps 5 and 6: the unsealed document is drawn, and prepared for its seal with a gap and a permit.

use crate::{
    pdf::unsealed::Unsealed,
    render::{Rendering, Variant, render},
    seal::{self, Certify, Permit, Prepared, SealSpec},
    services::{
        Services,
        mint::{Halt, Work},
    },
};

/// Name of the signature field of a licence seal.
const FIELD_NAME: &str = "LicenceSeal";

impl Services {
    /// Draws the document. The same stored mint gives the same bytes, whenever and wherever it is drawn.
    pub(in crate::services) async fn draw(&self, work: &Work, qr_text: &str) -> Result<Unsealed, Halt> {
        const STEP: &str = "drawing the document";
        let (work, qr_text) = (work.clone(), qr_text.to_owned());
        self.on_worker(move || {
            let rendering = Rendering {
                payload: &work.payload,
                payload_json: &work.payload_json,
                photos: &work.photos,
                qr_text: &qr_text,
                made_at: work.signing_time,
                variant: Variant::Colour,
            };
            render(&work.entry.template, &rendering).map_err(|e| e.to_string())
        })
        .await
        .map_err(Halt::refusal(STEP))?
        .map_err(Halt::failed(STEP))
    }

    pub(super) async fn prepare_seal(&self, work: &Work, unsealed: Unsealed) -> Result<(Prepared, Permit), Halt> {
        const STEP: &str = "preparing the seal";
        let (authority, look) = (work.authority.clone(), work.seal.look.clone());
        let is_final = work.entry.licence_type.seal.is_final;
        let spec = SealSpec {
            field_name: FIELD_NAME.into(),
            signing_time: work.signing_time,
            appearance: Some(look.picture.clone()),
            tooltip: look.name.clone(),
            name: Some(authority.party.name.clone()),
            reason: None,
            location: None,
            certify: Some(if is_final { Certify::NoChanges } else { Certify::MayAugment }),
            room: work.room,
        };
        self.on_worker(move || seal::prepare(unsealed, &spec, &authority.seal_facts).map_err(|e| e.to_string()))
            .await
            .map_err(Halt::refusal(STEP))?
            .map_err(Halt::failed(STEP))
    }
}
