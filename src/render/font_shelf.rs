//! All fonts that templates may use, by file name, each parsed once.

use crate::render::error::RenderError;
use crate::render::font_face::{FontBytes, FontFace};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The fonts of `templates/fonts`.
#[derive(Clone, Default)]
pub struct FontShelf {
    faces: BTreeMap<String, Arc<FontFace>>,
}

impl FontShelf {
    /// Parses every font. Keys are file names as templates name them; values are whole font files.
    pub fn new<B: Into<FontBytes>>(files: BTreeMap<String, B>) -> Result<Self, RenderError> {
        let parsed = files.into_iter().map(|(file, bytes)| {
            let face = FontFace::parse(&file, bytes.into())?;
            Ok((file, Arc::new(face)))
        });
        Ok(Self { faces: parsed.collect::<Result<_, RenderError>>()? })
    }

    /// The font of that file name.
    pub(crate) fn face(&self, file: &str) -> Result<&Arc<FontFace>, RenderError> {
        self.faces.get(file).ok_or_else(|| RenderError::MissingFontFile { file: file.to_owned() })
    }
}
