//! What a seal looks like on a document: its words and its picture, drawn once a version.

use crate::{
    domain::seal_record::{SealFace, SealId},
    pdf::unsealed::SealAppearance,
    render::{FontShelf, RenderError, SealDesign, seal_picture, uploaded_seal},
    services::{ReadyAuthority, Refusal, Services, describe_licence::damaged},
    storage::seals::{self, SealRow},
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

/// Fonts of the words on a seal, first match wins per character.
const FONTS: [&str; 3] = ["song-bold.ttf", "song-core.ttf", "song-rare.ttf"];
/// Colour of a seal.
const COLOUR: &str = "#c8161d";
/// Pictures that are kept in memory at most.
const MOST_KEPT: usize = 64;

/// A seal's words and picture.
pub(in crate::services) struct SealLook {
    pub name: String,
    pub picture: SealAppearance,
}

/// The looks that were drawn, by seal and version. A version never changes.
#[derive(Default)]
pub(in crate::services) struct Looks(Mutex<BTreeMap<(SealId, i64), Arc<SealLook>>>);

impl Services {
    /// The look of a version of a seal. One that came from the settings looks as they say.
    pub(in crate::services) async fn look(
        &self,
        seal: &SealRow,
        version: i64,
        authority: &ReadyAuthority,
    ) -> Result<Arc<SealLook>, Refusal> {
        if seal.configured {
            let (name, picture) = (authority.seal_name.clone(), authority.seal_picture.clone());
            return Ok(Arc::new(SealLook { name, picture }));
        }
        let key = (seal.seal_id, version);
        if let Some(known) = self.looks.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(known.clone());
        }
        let row = seals::version(&self.store.database, seal.seal_id, version).await?.ok_or_else(|| damaged("seal_versions"))?;
        let face = self.open_face(&self.seal_key(seal)?, seal.seal_id, &row.face)?;
        let fonts = self.fonts.clone();
        let drawn = self.on_worker(move || draw(face, &fonts)).await?.map_err(Refusal::BadSealPicture)?;
        let drawn = Arc::new(drawn);
        let mut looks = self.looks.0.lock().unwrap_or_else(PoisonError::into_inner);
        if looks.len() >= MOST_KEPT {
            looks.clear();
        }
        looks.insert(key, drawn.clone());
        Ok(drawn)
    }
}

/// Draws a face, or takes its picture.
pub(super) fn draw(face: SealFace, fonts: &FontShelf) -> Result<SealLook, RenderError> {
    let picture = match &face.picture {
        Some(png) => uploaded_seal(&png.0)?,
        None => {
            let design = SealDesign {
                name: face.name.clone(),
                code: face.code.clone(),
                colour: COLOUR.into(),
                font: FONTS.map(String::from).to_vec(),
            };
            seal_picture(&design, fonts)?
        }
    };
    Ok(SealLook { name: face.name, picture })
}
