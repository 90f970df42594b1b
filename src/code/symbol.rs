//! The QR symbol (ISO/IEC 18004): error correction M, one mask for all, so that one text has one picture.

use crate::code::CodeError;
use qrcode::bits::Bits;
use qrcode::canvas::{Canvas, MaskPattern};
use qrcode::types::{Color, EcLevel, QrError, Version};

/// Largest version: 77 modules, 34 mm with quiet zone at 0.40 mm a module.
pub const MAX_VERSION: i16 = 15;
/// Modules of quiet zone on each side.
pub const QUIET_ZONE: usize = 4;
/// Pixels a side that one module takes in the picture. With one, renderers that scale by dropping pixels tear the modules, and zbar
/// reads nothing from a page at 150 dpi; with two it reads every page tried from 110 to 300 dpi.
pub const PIXELS_PER_MODULE: usize = 2;

/// Choosing the best of eight masks costs fifty times as much and gains nothing on these dense symbols.
const MASK: MaskPattern = MaskPattern::Diamonds;

/// A symbol without its quiet zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// QR version, 1 to 15.
    pub version: i16,
    /// Modules a side.
    pub size: usize,
    /// Row by row from the top left; true = dark.
    pub bits: Vec<bool>,
}

/// A symbol as a 1-bit picture: quiet zone included, bit 1 = white, rows padded to whole bytes with zero bits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SymbolImage {
    /// Width and height in modules.
    pub modules: usize,
    /// Width and height in pixels: [`PIXELS_PER_MODULE`] times as many.
    pub side: usize,
    /// The rows, `side.div_ceil(8)` bytes each.
    pub rows: Vec<u8>,
}

/// The symbol of a text. Digits behind `#1` or `#2` become a numeric segment, everything before them a byte segment.
pub fn symbol(text: &str) -> Result<Symbol, CodeError> {
    let version = version_for(text)?;
    let bits = bits_for(text, version).map_err(|_| CodeError::DoesNotFit)?;
    draw(bits, version).map_err(|_| CodeError::DoesNotFit)
}

/// The smallest version that holds a text.
pub(super) fn version_for(text: &str) -> Result<i16, CodeError> {
    let (bytes, numeric) = segments(text);
    for version in 1..=MAX_VERSION {
        // Mode indicators of 4 bits; character counts of 8 or 16 and 10 or 12 bits (ISO/IEC 18004 table 3).
        let (byte_count, numeric_count) = if version < 10 { (8, 10) } else { (16, 12) };
        let numeric_bits =
            if numeric.is_empty() { 0 } else { 4 + numeric_count + numeric.len() * 10 / 3 + usize::from(!numeric.len().is_multiple_of(3)) };
        let needed = 4 + byte_count + bytes.len() * 8 + numeric_bits;
        let room = Bits::new(Version::Normal(version)).max_len(EcLevel::M).map_err(|_| CodeError::DoesNotFit)?;
        if needed <= room {
            return Ok(version);
        }
    }
    Err(CodeError::DoesNotFit)
}

fn segments(text: &str) -> (&str, &str) {
    let digits_from = text.find('#').map(|at| at + 2).filter(|at| {
        matches!(text.get(at - 2..*at), Some("#1" | "#2")) && text.get(*at..).is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()))
    });
    text.split_at(digits_from.unwrap_or(text.len()))
}

fn bits_for(text: &str, version: i16) -> Result<Bits, QrError> {
    let (bytes, numeric) = segments(text);
    let mut bits = Bits::new(Version::Normal(version));
    bits.push_byte_data(bytes.as_bytes())?;
    if !numeric.is_empty() {
        bits.push_numeric_data(numeric.as_bytes())?;
    }
    bits.push_terminator(EcLevel::M)?;
    Ok(bits)
}

fn draw(bits: Bits, version: i16) -> Result<Symbol, QrError> {
    let (data, correction) = qrcode::ec::construct_codewords(&bits.into_bytes(), Version::Normal(version), EcLevel::M)?;
    let mut canvas = Canvas::new(Version::Normal(version), EcLevel::M);
    canvas.draw_all_functional_patterns();
    canvas.draw_data(&data, &correction);
    canvas.apply_mask(MASK);
    let bits = canvas.into_colors().into_iter().map(|colour| colour == Color::Dark).collect();
    Ok(Symbol { version, size: usize::from(Version::Normal(version).width().unsigned_abs()), bits })
}

impl Symbol {
    /// The 1-bit picture that stands in a document.
    pub fn image(&self) -> SymbolImage {
        let modules = self.size + 2 * QUIET_ZONE;
        let side = modules * PIXELS_PER_MODULE;
        let mut rows = Vec::with_capacity(side.div_ceil(8) * side);
        let mut row = Vec::with_capacity(side.div_ceil(8));
        let mut white = vec![0xff_u8; side.div_ceil(8)];
        if let Some(last) = white.last_mut() {
            *last <<= side.div_ceil(8) * 8 - side;
        }
        (0..QUIET_ZONE * PIXELS_PER_MODULE).for_each(|_| rows.extend_from_slice(&white));
        for modules in self.bits.chunks_exact(self.size.max(1)) {
            row.clone_from(&white);
            for (x, _) in modules.iter().enumerate().filter(|(_, dark)| **dark) {
                for pixel in 0..PIXELS_PER_MODULE {
                    let at = (x + QUIET_ZONE) * PIXELS_PER_MODULE + pixel;
                    if let Some(byte) = row.get_mut(at / 8) {
                        *byte &= !(0x80 >> (at % 8));
                    }
                }
            }
            (0..PIXELS_PER_MODULE).for_each(|_| rows.extend_from_slice(&row));
        }
        (0..QUIET_ZONE * PIXELS_PER_MODULE).for_each(|_| rows.extend_from_slice(&white));
        SymbolImage { modules, side, rows }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_that_is_foreseen_is_the_smallest_that_the_data_fit() {
        for length in [0, 1, 2, 3, 40, 41, 100, 250, 400, 560, 561, 562, 700, 800] {
            let text = format!("https://verify.example.gov.cn/q#1{}", "7".repeat(length));
            let symbol = symbol(&text).expect("fits");
            assert_eq!(symbol.bits.len(), symbol.size * symbol.size);
            assert!(symbol.version == 1 || bits_for(&text, symbol.version - 1).is_err(), "{length}");
        }
        assert_eq!(symbol(&format!("https://verify.example.gov.cn/q#1{}", "7".repeat(1000))), Err(CodeError::DoesNotFit));
    }

    #[test]
    fn a_picture_has_a_white_quiet_zone_and_zero_padding() {
        let symbol = symbol("https://verify.example.gov.cn/q#1123").expect("fits");
        let image = symbol.image();
        let stride = image.side.div_ceil(8);
        assert_eq!((image.modules, image.side), (symbol.size + 8, 2 * (symbol.size + 8)));
        assert_eq!(image.rows.len(), stride * image.side);
        let first: u32 = image.rows.iter().take(stride).map(|b| b.count_ones()).sum();
        assert_eq!(first as usize, image.side);
        let dark = image.side * image.side - image.rows.iter().map(|b| b.count_ones() as usize).sum::<usize>();
        assert_eq!(dark, 4 * symbol.bits.iter().filter(|b| **b).count());
    }

    #[test]
    fn only_digits_behind_the_mark_are_numeric() {
        assert_eq!(segments("https://x/q#1123"), ("https://x/q#1", "123"));
        assert_eq!(segments("https://x/q#212x"), ("https://x/q#212x", ""));
        assert_eq!(segments("12345"), ("12345", ""));
        assert_eq!(segments("#"), ("#", ""));
        assert_eq!(segments("#京1"), ("#京1", ""));
    }
}
