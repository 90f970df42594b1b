//! Text operators for text that is set, and the fonts that one document needs for them.

use crate::pdf::write::file::FileWriter;
use crate::pdf::write::token;
use crate::render::font_face::FontFace;
use crate::render::font_subset::{FontObjects, FontSubset};
use crate::render::set_text::{SetText, Style};
use std::sync::Arc;

/// The font subsets of one document (or of the constant part of a template) and their names in the page resources.
pub(crate) struct FontTable {
    /// `S` for the template's own words, `D` for what varies.
    letter: char,
    subsets: Vec<FontSubset>,
}

impl FontTable {
    pub(crate) fn new(letter: char, fonts: &[Arc<FontFace>]) -> Self {
        Self { letter, subsets: fonts.iter().map(|face| FontSubset::new(face.clone())).collect() }
    }

    /// Writes the fonts that are used; returns the entries for /Font of the resources, e.g. `/D0 12 0 R`.
    pub(crate) fn write(&self, file: &mut FileWriter, best: bool) -> Vec<u8> {
        let mut resources = Vec::new();
        for (index, subset) in self.subsets.iter().enumerate().filter(|(_, subset)| !subset.is_empty()) {
            let at: FontObjects = subset.allocate(file);
            // Six letters, different for every subset of one file (ISO 32000-1, 9.6.4).
            let tag = format!("ELIC{}{}", self.letter, char::from(b'A' + (index % 26) as u8));
            subset.write(file, &at, &tag, best);
            resources.extend_from_slice(format!("/{}{index} {} 0 R", self.letter, at.horizontal).as_bytes());
            if let Some(vertical) = at.vertical {
                resources.extend_from_slice(format!("/{}{index}V {vertical} 0 R", self.letter).as_bytes());
            }
        }
        resources
    }

    /// Appends one text object with all lines of `text`.
    pub(crate) fn draw(&mut self, out: &mut Vec<u8>, text: &SetText, style: &Style) {
        let vertical = style.text.vertical;
        out.extend_from_slice(b"BT ");
        token::numbers(out, &style.colour);
        out.extend_from_slice(b"rg ");
        let mut font = usize::MAX;
        let mut spacing = 0.0;
        for line in &text.lines {
            let Some(glyphs) = text.glyphs.get(line.glyphs.clone()).filter(|glyphs| !glyphs.is_empty()) else { continue };
            if line.spacing != spacing {
                spacing = line.spacing;
                // Downwards is negative in vertical writing, and so is wider.
                token::number(out, if vertical { -spacing } else { spacing });
                out.extend_from_slice(b" Tc ");
            }
            out.extend_from_slice(b"1 0 0 1 ");
            token::numbers(out, &[line.x, line.y]);
            out.extend_from_slice(b"Tm\n");
            let mut open = false;
            for glyph in glyphs {
                if glyph.font != font {
                    if std::mem::take(&mut open) {
                        out.extend_from_slice(b">Tj\n");
                    }
                    font = glyph.font;
                    out.push(b'/');
                    out.push(self.letter as u8);
                    token::unsigned(out, font as u64);
                    if vertical {
                        out.push(b'V');
                    }
                    out.push(b' ');
                    token::number(out, text.size);
                    out.extend_from_slice(b" Tf ");
                }
                if !open {
                    out.push(b'<');
                    open = true;
                }
                let Some(subset) = self.subsets.get_mut(font) else { continue };
                token::hex_digits(out, &subset.cid(glyph.character, glyph.glyph, vertical).to_be_bytes());
            }
            out.extend_from_slice(b">Tj\n");
        }
        // Character spacing belongs to the graphics state and outlives the text object.
        if spacing != 0.0 {
            out.extend_from_slice(b"0 Tc ");
        }
        out.extend_from_slice(b"ET\n");
    }
}
