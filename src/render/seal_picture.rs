//! The picture of a round seal (圆形公章): ring, star, the authority's name along the ring, the kind of seal below, its code at the foot.

use crate::pdf::unsealed::SealAppearance;
use crate::pdf::write::deflate;
use crate::pdf::write::file::stream_body;
use crate::pdf::write::token;
use crate::render::error::RenderError;
use crate::render::font_face::FontFace;
use crate::render::font_shelf::FontShelf;
use crate::render::font_subset::FontSubset;
use crate::render::prepare::colour;
use std::f64::consts::{PI, TAU};
use std::sync::Arc;

/// What stands on a seal.
#[derive(Clone, Debug)]
pub struct SealDesign {
    /// The whole name, e.g. `示例市行政审批局电子证照专用章`. What it says of the kind of seal stands straight below the star.
    pub name: String,
    /// Digits along the lower arc, e.g. the code of the seal; may be empty.
    pub code: String,
    /// `#rrggbb`.
    pub colour: String,
    /// Font files to try, in order.
    pub font: Vec<String>,
}

/// Side of the picture in points: 42 mm.
const SIDE: f64 = 42.0 * 72.0 / 25.4;
/// Endings of a seal's name that stand on a line of their own.
const KINDS: [&str; 5] = ["电子证照专用章", "行政审批专用章", "电子专用章", "业务专用章", "专用章"];

/// Draws the seal as a form XObject with its own embedded fonts.
pub fn seal_picture(design: &SealDesign, shelf: &FontShelf) -> Result<SealAppearance, RenderError> {
    let faces = design.font.iter().map(|file| shelf.face(file).cloned()).collect::<Result<Vec<_>, _>>()?;
    let [red, green, blue] = colour(&design.colour)?;
    let kind = KINDS.iter().find(|kind| design.name.len() > kind.len() && design.name.ends_with(**kind)).copied().unwrap_or("");
    let authority = design.name.strip_suffix(kind).unwrap_or(&design.name);
    let mut ink =
        Ink { out: Vec::new(), subsets: faces.iter().map(|face| FontSubset::new(face.clone())).collect(), faces, seal: &design.name };
    ink.out.extend_from_slice(b"q /Ink gs ");
    for operator in [&b"rg "[..], b"RG "] {
        token::numbers(&mut ink.out, &[red, green, blue]);
        ink.out.extend_from_slice(operator);
    }
    ink.ring(0.478 * SIDE, 0.024 * SIDE);
    ink.star(if kind.is_empty() { 0.0 } else { 0.02 * SIDE }, 0.135 * SIDE);
    let count = authority.chars().count() as f64;
    // Long names get smaller characters on the same arc; a seal with a code leaves room at the foot.
    let span = (if design.code.is_empty() { 265.0_f64 } else { 240.0 }).min(count * 30.0).to_radians();
    let radius = 0.345 * SIDE;
    let size = (0.118 * SIDE).min(0.92 * span * (radius + 0.05 * SIDE) / count.max(1.0));
    ink.upper_arc(authority, radius, span, size)?;
    if !kind.is_empty() {
        let width = 0.56 * SIDE;
        let size = (0.085 * SIDE).min(width / kind.chars().count() as f64);
        ink.straight(kind, -0.235 * SIDE, size)?;
    }
    ink.lower_arc(&design.code, 0.44 * SIDE, 0.048 * SIDE)?;
    ink.out.extend_from_slice(b"Q");
    Ok(SealAppearance { objects: Arc::new(ink.into_objects()), side: SIDE })
}

/// Content in the making. Coordinates are relative to the centre until they are written.
struct Ink<'a> {
    out: Vec<u8>,
    faces: Vec<Arc<FontFace>>,
    subsets: Vec<FontSubset>,
    /// For messages.
    seal: &'a str,
}

impl Ink<'_> {
    /// A circle of four Bézier curves.
    fn ring(&mut self, radius: f64, width: f64) {
        const BULGE: f64 = 0.552_284_75;
        token::number(&mut self.out, width);
        self.out.extend_from_slice(b" w ");
        self.point(radius, 0.0, b"m ");
        let mut from: (f64, f64) = (1.0, 0.0);
        for _ in 0..4 {
            let to = (-from.1, from.0);
            let controls = [(from.0 + BULGE * to.0, from.1 + BULGE * to.1), (to.0 + BULGE * from.0, to.1 + BULGE * from.1), to];
            for (index, (x, y)) in controls.into_iter().enumerate() {
                self.point(x * radius, y * radius, if index == 2 { b"c " } else { b"" });
            }
            from = to;
        }
        self.out.extend_from_slice(b"s\n");
    }

    /// A filled five-pointed star.
    fn star(&mut self, raise: f64, radius: f64) {
        // The inner corners of a regular pentagram lie at this share of the radius.
        const INNER: f64 = 0.381_966;
        for corner in 0..10 {
            let angle = PI / 2.0 + TAU * f64::from(corner) / 10.0;
            let reach = if corner % 2 == 0 { radius } else { radius * INNER };
            self.point(reach * angle.cos(), raise + reach * angle.sin(), if corner == 0 { b"m " } else { b"l " });
        }
        self.out.extend_from_slice(b"f\n");
    }

    fn point(&mut self, x: f64, y: f64, operator: &[u8]) {
        token::numbers(&mut self.out, &[SIDE / 2.0 + x, SIDE / 2.0 + y]);
        self.out.extend_from_slice(operator);
    }

    /// Characters standing outward on the upper arc, from left to right, spread over `span` radians. `radius` is their foot's.
    fn upper_arc(&mut self, text: &str, radius: f64, span: f64, size: f64) -> Result<(), RenderError> {
        let count = text.chars().count();
        for (index, character) in text.chars().enumerate() {
            let share = if count > 1 { index as f64 / (count - 1) as f64 - 0.5 } else { 0.0 };
            // The characters at both ends stand half a place inside the span.
            let angle = PI / 2.0 - share * span * (1.0 - 1.0 / count as f64);
            self.character(character, (radius * angle.cos(), radius * angle.sin()), angle - PI / 2.0, size)?;
        }
        Ok(())
    }

    /// Small characters along the lower arc, read from left to right, heads towards the centre. `radius` is their foot's.
    fn lower_arc(&mut self, text: &str, radius: f64, size: f64) -> Result<(), RenderError> {
        let pitch = 0.82 * size / radius;
        let count = text.chars().count() as f64;
        for (index, character) in text.chars().enumerate() {
            let angle = -PI / 2.0 + (index as f64 - (count - 1.0) / 2.0) * pitch;
            self.character(character, (radius * angle.cos(), radius * angle.sin()), angle + PI / 2.0, size)?;
        }
        Ok(())
    }

    /// A straight centred line whose middle is `height` above the centre.
    fn straight(&mut self, text: &str, height: f64, size: f64) -> Result<(), RenderError> {
        let count = text.chars().count() as f64;
        for (index, character) in text.chars().enumerate() {
            self.character(character, ((index as f64 - (count - 1.0) / 2.0) * size, height), 0.0, size)?;
        }
        Ok(())
    }

    /// One character whose foot's middle is at `foot`, turned by `angle`.
    fn character(&mut self, character: char, foot: (f64, f64), angle: f64, size: f64) -> Result<(), RenderError> {
        let found = self.faces.iter().enumerate().find_map(|(font, face)| Some((font, face, face.glyph(character)?)));
        let (font, face, glyph) = found.ok_or_else(|| RenderError::MissingGlyph { slot: self.seal.to_owned(), character })?;
        let half = f64::from(face.horizontal(glyph).0) / f64::from(face.upem) * size / 2.0;
        // The foot of an em box lies 0.12 em below the baseline.
        let (dx, dy) = (-half, 0.12 * size);
        let (sin, cos) = angle.sin_cos();
        let Some(cid) = self.subsets.get_mut(font).map(|subset| subset.cid(character, glyph, false)) else { return Ok(()) };
        self.out.extend_from_slice(format!("BT /F{font} ").as_bytes());
        token::number(&mut self.out, size);
        self.out.extend_from_slice(format!(" Tf {cos:.5} {sin:.5} {:.5} {cos:.5} ", -sin).as_bytes());
        self.point(foot.0 + dx * cos - dy * sin, foot.1 + dx * sin + dy * cos, b"Tm");
        token::hex_string(&mut self.out, &cid.to_be_bytes());
        self.out.extend_from_slice(b"Tj ET\n");
        Ok(())
    }

    /// The form XObject first, then five objects a font.
    fn into_objects(self) -> Vec<Vec<u8>> {
        let mut resources = String::new();
        let mut objects = vec![Vec::new()];
        for (index, subset) in self.subsets.iter().enumerate().filter(|(_, subset)| !subset.is_empty()) {
            let first = objects.len();
            resources.push_str(&format!("/F{index} @{first}@"));
            let tag = format!("ELICP{}", char::from(b'A' + (index % 26) as u8));
            objects.extend(subset.bodies(&tag, first));
        }
        // Multiplied like ink: the words under the seal stay readable.
        let entries = format!(
            "/Type/XObject/Subtype/Form/BBox[0 0 {SIDE:.3} {SIDE:.3}]/Group<</S/Transparency>>/Resources<</Font<<{resources}>>\
             /ExtGState<</Ink<</Type/ExtGState/BM/Multiply/ca 0.92/CA 0.92>>>>>>/Filter/FlateDecode"
        );
        if let Some(form) = objects.first_mut() {
            stream_body(form, entries.as_bytes(), &deflate::best(&self.out));
        }
        objects
    }
}
