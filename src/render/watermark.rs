//! The watermark (水印) as paths: it is seen, but never comes out when text is copied or searched.

use crate::domain::template::{Page, Watermark};
use crate::pdf::write::token;
use crate::render::error::RenderError;
use crate::render::font_face::FontFace;
use crate::render::set_text::MM;
use std::sync::Arc;
use ttf_parser::OutlineBuilder;

/// The content of the form XObject that holds the words once, centred on the origin, in points, as one filled path.
pub(crate) fn words(text: &str, watermark: &Watermark, chain: &[usize], fonts: &[Arc<FontFace>]) -> Result<Vec<u8>, RenderError> {
    let mut glyphs = Vec::new();
    let mut width = 0.0;
    for character in text.chars() {
        let found = chain.iter().find_map(|&font| {
            let face = fonts.get(font)?;
            Some((face, face.glyph(character)?))
        });
        let (face, glyph) = found.ok_or_else(|| RenderError::MissingGlyph { slot: text.to_owned(), character })?;
        let scale = watermark.size / f64::from(face.upem);
        glyphs.push((face, glyph, width, scale));
        width += f64::from(face.horizontal(glyph).0) * scale;
    }
    let mut pen = Pen { out: Vec::new(), x: 0.0, y: 0.0, scale: 1.0, at: (0.0, 0.0) };
    for (face, glyph, offset, scale) in glyphs {
        // 0.38 em lowers the baseline so that the middle of the em box is on the origin.
        (pen.x, pen.y, pen.scale) = (offset - width / 2.0, -0.38 * watermark.size, scale);
        face.draw(glyph, &mut pen);
    }
    pen.out.extend_from_slice(b"f");
    Ok(pen.out)
}

/// Draws the words wherever the page has them: `/Wm Do` under a rotation for each place, inside an artifact.
pub(crate) fn draw(out: &mut Vec<u8>, watermark: &Watermark, page: &Page, colour: [f64; 3]) {
    out.extend_from_slice(b"/Artifact<</Type/Pagination/Subtype/Watermark>>BDC\nq /Gw gs ");
    token::numbers(out, &colour);
    out.extend_from_slice(b"rg\n");
    let (sin, cos) = watermark.angle.to_radians().sin_cos();
    for (x, y) in places(watermark, page) {
        out.extend_from_slice(b"q ");
        for value in [cos, sin, -sin, cos] {
            // Six decimals: three would tilt a long watermark visibly.
            out.extend_from_slice(format!("{value:.6} ").as_bytes());
        }
        token::numbers(out, &[x, y]);
        out.extend_from_slice(b"cm/Wm Do Q\n");
    }
    out.extend_from_slice(b"Q\nEMC\n");
}

/// Centres in points: one in the middle of the page, or a staggered grid around it.
fn places(watermark: &Watermark, page: &Page) -> Vec<(f64, f64)> {
    let middle = (page.width_mm / 2.0, page.height_mm / 2.0);
    let Some(step) = watermark.tile.filter(|step| step.x >= 1.0 && step.y >= 1.0) else {
        return vec![(middle.0 * MM, middle.1 * MM)];
    };
    let mut out = Vec::new();
    let rows = (middle.1 / step.y).ceil() as i32;
    let columns = (middle.0 / step.x).ceil() as i32;
    for row in -rows..=rows {
        let stagger = if row.rem_euclid(2) == 1 { step.x / 2.0 } else { 0.0 };
        for column in -columns..=columns {
            let (x, y) = (middle.0 + f64::from(column) * step.x + stagger, middle.1 + f64::from(row) * step.y);
            if (0.0..=page.width_mm).contains(&x) && (0.0..=page.height_mm).contains(&y) {
                out.push((x * MM, y * MM));
            }
        }
    }
    out
}

/// Writes outlines as path operators; quadratic curves become cubic ones.
struct Pen {
    out: Vec<u8>,
    x: f64,
    y: f64,
    scale: f64,
    at: (f64, f64),
}

impl Pen {
    fn point(&mut self, x: f32, y: f32) -> (f64, f64) {
        self.at = (self.x + f64::from(x) * self.scale, self.y + f64::from(y) * self.scale);
        self.at
    }

    fn write(&mut self, values: &[f64], operator: &[u8]) {
        token::numbers(&mut self.out, values);
        self.out.extend_from_slice(operator);
        self.out.push(b'\n');
    }
}

impl OutlineBuilder for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.point(x, y);
        self.write(&[x, y], b"m");
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.point(x, y);
        self.write(&[x, y], b"l");
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let from = self.at;
        let control = self.point(x1, y1);
        let to = self.point(x, y);
        let third = |end: f64, control: f64| end + (control - end) * 2.0 / 3.0;
        self.write(&[third(from.0, control.0), third(from.1, control.1), third(to.0, control.0), third(to.1, control.1), to.0, to.1], b"c");
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let first = self.point(x1, y1);
        let second = self.point(x2, y2);
        let to = self.point(x, y);
        self.write(&[first.0, first.1, second.0, second.1, to.0, to.1], b"c");
    }

    fn close(&mut self) {
        self.out.extend_from_slice(b"h\n");
    }
}
