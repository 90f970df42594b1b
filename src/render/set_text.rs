//! Setting a piece of text in its box: size, lines, alignment. Text that does not fit is refused, never clipped.

use crate::domain::template::{Align, Rect, TextStyle, VAlign};
use crate::render::error::RenderError;
use crate::render::font_face::FontFace;
use crate::render::line_break::{is_space, may_break};
use std::ops::Range;
use std::sync::Arc;

/// Points in a millimetre.
pub(crate) const MM: f64 = 72.0 / 25.4;

/// A box in points, origin at the bottom-left corner of the page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Area {
    pub(crate) left: f64,
    pub(crate) bottom: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

impl Area {
    /// From millimetres below the top edge of a page of that height.
    pub(crate) fn on_page(rect: &Rect, page_height_mm: f64) -> Self {
        Self { left: rect.x * MM, bottom: (page_height_mm - rect.y - rect.h) * MM, width: rect.w * MM, height: rect.h * MM }
    }

    /// `[llx lly urx ury]`.
    pub(crate) fn corners(&self) -> [f64; 4] {
        [self.left, self.bottom, self.left + self.width, self.bottom + self.height]
    }
}

/// A text style whose fonts are looked up and whose colour is parsed.
#[derive(Clone)]
pub(crate) struct Style {
    /// Indices of the fonts to try, in order.
    pub(crate) chain: Vec<usize>,
    pub(crate) colour: [f64; 3],
    pub(crate) text: TextStyle,
}

/// A character, the font and glyph that draw it, and its advance in ems along the line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Glyph {
    pub(crate) character: char,
    pub(crate) font: usize,
    pub(crate) glyph: u16,
    pub(crate) advance: f64,
}

/// Text that fits its box.
#[derive(Debug)]
pub(crate) struct SetText {
    pub(crate) glyphs: Vec<Glyph>,
    pub(crate) size: f64,
    pub(crate) lines: Vec<Line>,
}

/// One line (in vertical text: column).
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Line {
    pub(crate) glyphs: Range<usize>,
    /// Where the first glyph's origin stands.
    pub(crate) x: f64,
    pub(crate) y: f64,
    /// Space between characters in points, along the direction of writing.
    pub(crate) spacing: f64,
}

/// Distance of the baseline from the top of the em box, in ems; that of all our fonts and of CJK fonts in general.
const ASCENT: f64 = 0.88;
/// Steps in which text is shrunk, in points.
const STEP: f64 = 0.25;
/// How much smaller text may become so that one line is enough instead of two.
const LEAST_FOR_ONE_LINE: f64 = 0.8;
/// A hair in points: sums of rounded advances may exceed the box by less than anyone sees.
const HAIR: f64 = 0.01;

/// Sets `text`; `slot` names it in refusals.
pub(crate) fn set_text(slot: &str, text: &str, style: &Style, area: &Area, fonts: &[Arc<FontFace>]) -> Result<SetText, RenderError> {
    let glyphs = resolve(slot, text, style, fonts)?;
    let (along, across) = if style.text.vertical { (area.height, area.width) } else { (area.width, area.height) };
    let smallest = style.text.min_size.unwrap_or(style.text.size).min(style.text.size);
    let fitting = |size: f64| {
        let lines = break_lines(&glyphs, size, style, along);
        let longest = lines.iter().map(|line| extent(&glyphs[line.clone()], size, style)).fold(0.0, f64::max);
        (block_height(lines.len(), size, style) <= across + HAIR && longest <= along + HAIR).then_some(lines)
    };
    let first = sizes(style.text.size, smallest).find_map(|size| Some((size, fitting(size)?)));
    let (mut size, mut lines) = first.ok_or_else(|| RenderError::DoesNotFit { slot: slot.to_owned() })?;
    if lines.len() == 2 {
        // One line a little smaller reads better than two of which the second may be a single character.
        let least = smallest.max(size * LEAST_FOR_ONE_LINE);
        let single = sizes(size, least).find_map(|size| Some((size, fitting(size).filter(|lines| lines.len() == 1)?)));
        if let Some(single) = single {
            (size, lines) = single;
        }
    }
    let lines = place(&glyphs, lines, size, style, area);
    Ok(SetText { glyphs, size, lines })
}

/// From the largest size down to the smallest.
fn sizes(largest: f64, smallest: f64) -> impl Iterator<Item = f64> {
    let steps = ((largest - smallest) / STEP).ceil().max(0.0) as usize;
    (0..=steps).map(move |step| (largest - step as f64 * STEP).max(smallest))
}

/// The glyph of every character, from the first font of the chain that has it. Line feeds stay, as characters without a glyph.
fn resolve(slot: &str, text: &str, style: &Style, fonts: &[Arc<FontFace>]) -> Result<Vec<Glyph>, RenderError> {
    let vertical = style.text.vertical;
    let one = |character: char| {
        if character == '\n' {
            return Ok(Glyph { character, font: 0, glyph: 0, advance: 0.0 });
        }
        let missing = || RenderError::MissingGlyph { slot: slot.to_owned(), character };
        if character.is_control() {
            return Err(missing());
        }
        let found = style.chain.iter().find_map(|&font| {
            let face = fonts.get(font)?;
            Some((font, face, face.glyph(character)?))
        });
        let (font, face, glyph) = found.ok_or_else(missing)?;
        let (glyph, units) = if vertical {
            let glyph = face.vertical_form(glyph);
            (glyph, face.vertical(glyph).advance)
        } else {
            (glyph, face.horizontal(glyph).0)
        };
        Ok(Glyph { character, font, glyph, advance: f64::from(units) / f64::from(face.upem) })
    };
    text.chars().map(one).collect()
}

fn extent(glyphs: &[Glyph], size: f64, style: &Style) -> f64 {
    let advances: f64 = glyphs.iter().map(|glyph| glyph.advance).sum();
    advances * size + style.text.spacing * glyphs.len().saturating_sub(1) as f64
}

fn block_height(lines: usize, size: f64, style: &Style) -> f64 {
    size + lines.saturating_sub(1) as f64 * size * style.text.line_height
}

/// Greedy lines. Line feeds end a line always; other breaks are made only where the style wraps.
fn break_lines(glyphs: &[Glyph], size: f64, style: &Style, along: f64) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let mut start = 0;
    for paragraph in glyphs.split(|glyph| glyph.character == '\n') {
        let end = start + paragraph.len();
        if style.text.wrap {
            wrap(glyphs, start..end, size, style, along, &mut lines);
        } else {
            lines.push(start..end);
        }
        start = end + 1;
    }
    lines
}

fn wrap(glyphs: &[Glyph], paragraph: Range<usize>, size: f64, style: &Style, along: f64, lines: &mut Vec<Range<usize>>) {
    let mut from = paragraph.start;
    let mut last_break = None;
    let mut width = 0.0;
    let mut at = from;
    while at < paragraph.end {
        let glyph = &glyphs[at];
        if at > from && may_break(glyphs[at - 1].character, glyph.character) {
            last_break = Some(at);
        }
        width += glyph.advance * size;
        // Spaces may hang over the edge: they are dropped if the line ends there.
        if width > along + HAIR && !is_space(glyph.character) && at > from {
            let cut = last_break.unwrap_or(at);
            lines.push(trimmed(glyphs, from..cut));
            from = cut;
            at = cut;
            last_break = None;
            width = 0.0;
            continue;
        }
        width += style.text.spacing;
        at += 1;
    }
    lines.push(trimmed(glyphs, from..paragraph.end));
}

fn trimmed(glyphs: &[Glyph], line: Range<usize>) -> Range<usize> {
    let spaces = glyphs[line.clone()].iter().rev().take_while(|glyph| is_space(glyph.character)).count();
    line.start..line.end - spaces
}

/// Gives every line its origin and spacing.
fn place(glyphs: &[Glyph], lines: Vec<Range<usize>>, size: f64, style: &Style, area: &Area) -> Vec<Line> {
    let block = block_height(lines.len(), size, style);
    let pitch = size * style.text.line_height;
    let slack = |total: f64, used: f64, first: bool, last: bool| match (first, last) {
        (true, _) => 0.0,
        (_, true) => total - used,
        _ => (total - used) / 2.0,
    };
    let count = lines.len();
    let one = |(index, range): (usize, Range<usize>)| {
        let along = if style.text.vertical { area.height } else { area.width };
        let used = extent(&glyphs[range.clone()], size, style);
        let mut spacing = style.text.spacing;
        let align = match style.text.align {
            // Only the last line of a spread paragraph may be short, and it looks torn apart when spread.
            Align::Spread if range.len() > 1 && (count == 1 || index + 1 < count) => {
                spacing += (along - used) / (range.len() - 1) as f64;
                Align::Left
            }
            Align::Spread if count == 1 => Align::Center,
            Align::Spread => Align::Left,
            other => other,
        };
        let shift = slack(along, used, align == Align::Left, align == Align::Right);
        let step = index as f64 * pitch;
        let (x, y) = if style.text.vertical {
            let gap = slack(area.width, block, style.text.valign == VAlign::Top, style.text.valign == VAlign::Bottom);
            (area.left + area.width - gap - size / 2.0 - step, area.bottom + area.height - shift)
        } else {
            let gap = slack(area.height, block, style.text.valign == VAlign::Top, style.text.valign == VAlign::Bottom);
            (area.left + shift, area.bottom + area.height - gap - ASCENT * size - step)
        };
        Line { glyphs: range, x, y, spacing }
    };
    lines.into_iter().enumerate().map(one).collect()
}
