//! The QR code as a 1-bit image with its white quiet zone.

use crate::code::{self, SymbolImage};
use crate::pdf::write::token;
use crate::render::error::RenderError;
use crate::render::set_text::{Area, MM};

/// Side of a module in mm where there is room, and the least that phones read from paper (licence-qr design).
const MODULE_MM: f64 = 0.40;
const LEAST_MODULE_MM: f64 = 0.34;
/// A symbol ready to be placed.
pub(crate) struct QrImage(SymbolImage);

impl QrImage {
    /// Encodes `text` at error correction level M.
    pub(crate) fn encode(text: &str) -> Result<Self, RenderError> {
        code::symbol(text).map(|symbol| Self(symbol.image())).map_err(|_| RenderError::QrTooLarge)
    }

    /// Rows of bits; 1 is white.
    pub(crate) fn rows(&self) -> &[u8] {
        &self.0.rows
    }

    /// The entries of the image dictionary.
    pub(crate) fn entries(&self) -> Vec<u8> {
        format!("/Type/XObject/Subtype/Image/Width {0}/Height {0}/BitsPerComponent 1/ColorSpace/DeviceGray/Interpolate false", self.0.side)
            .into_bytes()
    }

    /// Draws it in the middle of its place.
    pub(crate) fn draw(&self, out: &mut Vec<u8>, place: &Area) -> Result<(), RenderError> {
        let module = (MODULE_MM * MM).min(place.width / self.0.modules as f64);
        if module < LEAST_MODULE_MM * MM {
            return Err(RenderError::QrTooLarge);
        }
        let side = module * self.0.modules as f64;
        let (x, y) = (place.left + (place.width - side) / 2.0, place.bottom + (place.height - side) / 2.0);
        out.extend_from_slice(b"q ");
        token::numbers(out, &[side, 0.0, 0.0, side, x, y]);
        out.extend_from_slice(b"cm/QR Do Q\n");
        Ok(())
    }
}
