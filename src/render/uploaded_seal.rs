//! The picture of a seal that somebody drew: a PNG within limits becomes ink on paper.

use crate::pdf::unsealed::SealAppearance;
use crate::pdf::write::deflate;
use crate::pdf::write::file::stream_body;
use crate::render::error::RenderError;
use image::{ImageFormat, ImageReader, Limits};
use std::io::Cursor;
use std::sync::Arc;

/// Most bytes of the file.
pub const MOST_BYTES: usize = 512 * 1024;
/// Most pixels of a side.
const MOST_PIXELS: u32 = 2000;
/// Fewest pixels of a side: less cannot be read in print.
const FEWEST_PIXELS: u32 = 100;
/// Side of the picture in points: 42 mm, as of those that are drawn here.
const SIDE: f64 = 42.0 * 72.0 / 25.4;

/// Takes a square PNG of 100 to 2000 pixels a side. White and clear parts let the paper through.
pub fn uploaded_seal(png: &[u8]) -> Result<SealAppearance, RenderError> {
    let bad = |why: String| RenderError::BadImage { name: "印章图样 seal".into(), why };
    if png.len() > MOST_BYTES {
        return Err(bad(format!("文件超过 512 KB; larger than 512 KB ({} bytes)", png.len())));
    }
    let reader = || {
        let mut reader = ImageReader::with_format(Cursor::new(png), ImageFormat::Png);
        let mut limits = Limits::default();
        limits.max_image_width = Some(MOST_PIXELS);
        limits.max_image_height = Some(MOST_PIXELS);
        limits.max_alloc = Some(64 << 20);
        reader.limits(limits);
        reader
    };
    let (width, height) = reader().into_dimensions().map_err(|error| bad(format!("不是 PNG; no PNG: {error}")))?;
    if width != height || !(FEWEST_PIXELS..=MOST_PIXELS).contains(&width) {
        return Err(bad(format!("须为 100 至 2000 像素的正方形; must be a square of 100 to 2000 pixels, not {width} × {height}")));
    }
    let decoded = reader().decode().map_err(|error| bad(error.to_string()))?.into_rgba8();
    let (mut colours, mut cover) = (Vec::with_capacity(decoded.len()), Vec::with_capacity(decoded.len() / 4));
    for pixel in decoded.pixels() {
        let [red, green, blue, alpha] = pixel.0;
        colours.extend_from_slice(&[red, green, blue]);
        cover.push(alpha);
    }
    let image = |space: &str, more: &str| {
        format!("/Type/XObject/Subtype/Image/Width {width}/Height {height}/BitsPerComponent 8/ColorSpace/{space}{more}/Filter/FlateDecode")
    };
    // Multiplied like ink, as the drawn ones are: the words under the seal stay readable.
    let form = format!(
        "/Type/XObject/Subtype/Form/BBox[0 0 {SIDE:.3} {SIDE:.3}]/Group<</S/Transparency>>/Resources<</XObject<</Seal @1@>>\
         /ExtGState<</Ink<</Type/ExtGState/BM/Multiply/ca 0.92/CA 0.92>>>>>>/Filter/FlateDecode"
    );
    let content = format!("q /Ink gs {SIDE:.3} 0 0 {SIDE:.3} 0 0 cm /Seal Do Q");
    let mut objects = vec![Vec::new(), Vec::new(), Vec::new()];
    let parts = [
        (form, deflate::best(content.as_bytes())),
        (image("DeviceRGB", "/SMask @2@"), deflate::best(&colours)),
        (image("DeviceGray", ""), deflate::best(&cover)),
    ];
    for (object, (entries, data)) in objects.iter_mut().zip(parts) {
        stream_body(object, entries.as_bytes(), &data);
    }
    Ok(SealAppearance { objects: Arc::new(objects), side: SIDE })
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::{DynamicImage, Rgba, RgbaImage};

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        DynamicImage::ImageRgba8(RgbaImage::from_pixel(width, height, Rgba([200, 10, 20, 180])))
            .write_to(&mut out, ImageFormat::Png)
            .unwrap();
        out.into_inner()
    }

    #[test]
    fn a_square_png_becomes_three_objects() {
        let appearance = uploaded_seal(&png(300, 300)).unwrap();
        assert_eq!(appearance.objects.len(), 3);
        assert_eq!(appearance.objects[1].windows(8).filter(|w| w == b"/SMask @").count(), 1);
    }

    #[test]
    fn what_is_no_seal_is_refused() {
        let cut = png(300, 300);
        for wrong in [&b"no picture"[..], &png(300, 200), &png(99, 99), &png(2001, 2001), &cut[..cut.len() / 2], &[0; MOST_BYTES + 1]] {
            assert!(matches!(uploaded_seal(wrong), Err(RenderError::BadImage { .. })));
        }
    }
}
