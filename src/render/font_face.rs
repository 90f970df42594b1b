//! One TrueType font, parsed once: which glyph a character has, its metrics, and where its outline lies in the file.

use crate::render::error::RenderError;
use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;
use ttf_parser::gsub::{SingleSubstitution, SubstitutionSubtable};

/// The bytes of a font: compiled in, or read at start.
#[derive(Clone)]
pub enum FontBytes {
    /// Compiled in.
    Static(&'static [u8]),
    /// Read from a file.
    Shared(Arc<[u8]>),
}

impl AsRef<[u8]> for FontBytes {
    fn as_ref(&self) -> &[u8] {
        match self {
            Self::Static(bytes) => bytes,
            Self::Shared(bytes) => bytes,
        }
    }
}

impl From<&'static [u8]> for FontBytes {
    fn from(bytes: &'static [u8]) -> Self {
        Self::Static(bytes)
    }
}

impl From<Cow<'static, [u8]>> for FontBytes {
    fn from(bytes: Cow<'static, [u8]>) -> Self {
        match bytes {
            Cow::Borrowed(bytes) => Self::Static(bytes),
            Cow::Owned(bytes) => Self::Shared(bytes.into()),
        }
    }
}

impl From<Arc<[u8]>> for FontBytes {
    fn from(bytes: Arc<[u8]>) -> Self {
        Self::Shared(bytes)
    }
}

/// A parsed font with glyf outlines.
pub struct FontFace {
    bytes: FontBytes,
    /// PostScript name, reduced to what a PDF name takes.
    pub(crate) name: String,
    /// Font units of one em.
    pub(crate) upem: u16,
    pub(crate) ascent: i16,
    pub(crate) descent: i16,
    pub(crate) cap_height: i16,
    pub(crate) bbox: [i16; 4],
    pub(crate) head: Range<usize>,
    pub(crate) hhea: Range<usize>,
    pub(crate) maxp: Range<usize>,
    glyf: Range<usize>,
    loca: Range<usize>,
    long_loca: bool,
    hmtx: Range<usize>,
    h_metrics: u16,
    glyphs: u16,
    cmap: CharacterMap,
    vertical_forms: HashMap<u16, u16>,
    vertical_metrics: HashMap<u16, Vertical>,
    vertical_default: Vertical,
}

/// Vertical metrics of a glyph in font units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Vertical {
    /// How far the pen moves down.
    pub(crate) advance: u16,
    /// Height of the vertical origin above the baseline.
    pub(crate) origin: i16,
}

impl FontFace {
    /// Parses a font file; `file` is only for messages.
    pub fn parse(file: &str, bytes: FontBytes) -> Result<Self, RenderError> {
        let bad = |why: &str| RenderError::BadFont { file: file.to_owned(), why: why.to_owned() };
        let data = bytes.as_ref();
        let face = ttf_parser::Face::parse(data, 0).map_err(|error| bad(&error.to_string()))?;
        let table = |tag: &[u8; 4]| {
            let tag = ttf_parser::Tag::from_bytes(tag);
            let slice = face.raw_face().table(tag)?;
            let start = slice.as_ptr() as usize - data.as_ptr() as usize;
            Some(start..start + slice.len())
        };
        let required = |tag: &[u8; 4]| table(tag).ok_or_else(|| bad(&format!("no table {}", String::from_utf8_lossy(tag))));
        let name = face
            .names()
            .into_iter()
            .find(|name| name.name_id == ttf_parser::name_id::POST_SCRIPT_NAME && name.is_unicode())
            .and_then(|name| name.to_string())
            .unwrap_or_else(|| file.to_owned())
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
            .collect();
        let head = required(b"head")?;
        let hhea = required(b"hhea")?;
        let bbox = face.global_bounding_box();
        let mut parsed = Self {
            name,
            upem: face.units_per_em(),
            ascent: face.ascender(),
            descent: face.descender(),
            cap_height: face.capital_height().filter(|&height| height > 0).unwrap_or(face.ascender()),
            bbox: [bbox.x_min, bbox.y_min, bbox.x_max, bbox.y_max],
            long_loca: u16_at(data, head.start + 50) == Some(1),
            h_metrics: u16_at(data, hhea.start + 34).filter(|&count| count > 0).ok_or_else(|| bad("no metrics"))?,
            head,
            hhea,
            maxp: required(b"maxp")?,
            glyf: required(b"glyf")?,
            loca: required(b"loca")?,
            hmtx: required(b"hmtx")?,
            glyphs: face.number_of_glyphs(),
            cmap: CharacterMap::default(),
            vertical_forms: HashMap::new(),
            vertical_metrics: HashMap::new(),
            vertical_default: Vertical { advance: face.units_per_em(), origin: (i32::from(face.units_per_em()) * 88 / 100) as i16 },
            bytes: bytes.clone(),
        };
        if parsed.maxp.len() < 32 || parsed.head.len() < 54 || parsed.hhea.len() < 36 {
            return Err(bad("a table is cut short"));
        }
        for subtable in face.tables().cmap.into_iter().flat_map(|cmap| cmap.subtables).filter(|subtable| subtable.is_unicode()) {
            subtable.codepoints(|code| {
                if let (Some(character), Some(glyph)) = (char::from_u32(code), subtable.glyph_index(code)) {
                    // A hanzi that maps to a glyph without an outline would print nothing: worse than a refusal.
                    if character.is_whitespace() || !parsed.outline(glyph.0).is_empty() {
                        parsed.cmap.insert(character, glyph.0);
                    }
                }
            });
        }
        parsed.read_vertical(&face);
        Ok(parsed)
    }

    /// Vertical forms (GSUB `vert`) and those vertical metrics that differ from the usual.
    fn read_vertical(&mut self, face: &ttf_parser::Face) {
        if let Some(gsub) = face.tables().gsub {
            let vert = ttf_parser::Tag::from_bytes(b"vert");
            let lookups = gsub.features.into_iter().filter(|feature| feature.tag == vert).flat_map(|feature| feature.lookup_indices);
            for lookup in lookups.filter_map(|index| gsub.lookups.get(index)) {
                for subtable in lookup.subtables.into_iter::<SubstitutionSubtable>() {
                    let SubstitutionSubtable::Single(single) = subtable else { continue };
                    for glyph in 0..self.glyphs {
                        let Some(index) = single.coverage().get(ttf_parser::GlyphId(glyph)) else { continue };
                        let to = match single {
                            SingleSubstitution::Format1 { delta, .. } => glyph.checked_add_signed(delta),
                            SingleSubstitution::Format2 { substitutes, .. } => substitutes.get(index).map(|to| to.0),
                        };
                        if let Some(to) = to {
                            self.vertical_forms.insert(glyph, to);
                        }
                    }
                }
            }
        }
        for glyph in 0..self.glyphs {
            let id = ttf_parser::GlyphId(glyph);
            let (Some(advance), Some(bearing)) = (face.glyph_ver_advance(id), face.glyph_ver_side_bearing(id)) else { continue };
            let Some(top) = self.outline(glyph).get(8..10).map(|top| i16::from_be_bytes([top[0], top[1]])) else { continue };
            let vertical = Vertical { advance, origin: top.saturating_add(bearing) };
            if vertical != self.vertical_default {
                self.vertical_metrics.insert(glyph, vertical);
            }
        }
    }

    /// The glyph of a character, if this font draws it.
    pub(crate) fn glyph(&self, character: char) -> Option<u16> {
        self.cmap.get(character)
    }

    /// The form that a glyph takes in vertical text.
    pub(crate) fn vertical_form(&self, glyph: u16) -> u16 {
        self.vertical_forms.get(&glyph).copied().unwrap_or(glyph)
    }

    /// Horizontal advance and left side bearing in font units.
    pub(crate) fn horizontal(&self, glyph: u16) -> (u16, i16) {
        let data = self.bytes.as_ref();
        let metrics = self.hmtx.start;
        let last = self.h_metrics - 1;
        let (advance_at, bearing_at) = if glyph <= last {
            (metrics + 4 * usize::from(glyph), metrics + 4 * usize::from(glyph) + 2)
        } else {
            (metrics + 4 * usize::from(last), metrics + 4 * usize::from(self.h_metrics) + 2 * usize::from(glyph - self.h_metrics))
        };
        (u16_at(data, advance_at).unwrap_or(0), u16_at(data, bearing_at).unwrap_or(0) as i16)
    }

    /// Vertical metrics in font units.
    pub(crate) fn vertical(&self, glyph: u16) -> Vertical {
        self.vertical_metrics.get(&glyph).copied().unwrap_or(self.vertical_default)
    }

    /// The glyph description of table `glyf`; empty for a blank.
    pub(crate) fn outline(&self, glyph: u16) -> &[u8] {
        let data = self.bytes.as_ref();
        let bound = |index: usize| {
            if self.long_loca {
                let at = self.loca.start + 4 * index;
                data.get(at..at + 4).map(|b| u32::from_be_bytes([b[0], b[1], b[2], b[3]]) as usize)
            } else {
                u16_at(data, self.loca.start + 2 * index).map(|half| usize::from(half) * 2)
            }
        };
        let (Some(from), Some(to)) = (bound(usize::from(glyph)), bound(usize::from(glyph) + 1)) else { return &[] };
        data.get(self.glyf.clone()).and_then(|glyf| glyf.get(from..to)).unwrap_or(&[])
    }

    /// The bytes of a table by its range.
    pub(crate) fn table(&self, range: &Range<usize>) -> &[u8] {
        self.bytes.as_ref().get(range.clone()).unwrap_or(&[])
    }

    /// Walks the outline of a glyph in font units.
    pub(crate) fn draw(&self, glyph: u16, pen: &mut dyn ttf_parser::OutlineBuilder) {
        if let Ok(face) = ttf_parser::Face::parse(self.bytes.as_ref(), 0) {
            face.outline_glyph(ttf_parser::GlyphId(glyph), pen);
        }
    }
}

fn u16_at(data: &[u8], at: usize) -> Option<u16> {
    data.get(at..at + 2).map(|b| u16::from_be_bytes([b[0], b[1]]))
}

/// Characters to glyphs in two steps: a block of 256 characters, then the character. Two array reads a character.
struct CharacterMap {
    blocks: Vec<u16>,
    glyphs: Vec<[u16; 256]>,
}

impl Default for CharacterMap {
    fn default() -> Self {
        Self { blocks: vec![0; 0x1100], glyphs: vec![[0; 256]] }
    }
}

impl CharacterMap {
    fn insert(&mut self, character: char, glyph: u16) {
        let code = character as usize;
        let block = &mut self.blocks[code >> 8];
        if *block == 0 {
            *block = self.glyphs.len() as u16;
            self.glyphs.push([0; 256]);
        }
        let entry = &mut self.glyphs[usize::from(*block)][code & 255];
        if *entry == 0 {
            *entry = glyph;
        }
    }

    fn get(&self, character: char) -> Option<u16> {
        let code = character as usize;
        let glyph = self.glyphs[usize::from(self.blocks[code >> 8])][code & 255];
        (glyph != 0).then_some(glyph)
    }
}
