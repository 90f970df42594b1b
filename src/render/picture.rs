//! Pictures as PDF images: base images and photos, without metadata, RGB or grey, never interpolated.

use crate::pdf::write::{deflate, token};
use crate::render::error::RenderError;
use crate::render::jpeg;
use image::{DynamicImage, ImageFormat, ImageReader, Limits, metadata::Orientation};
use std::io::Cursor;

/// Most bytes of a picture file.
const MAX_BYTES: usize = 16 << 20;
/// Most pixels, checked before anything is decoded.
const MAX_PIXELS: u64 = 36_000_000;
/// Quality of photos that had to be coded anew.
const PHOTO_QUALITY: u8 = 92;

/// A picture ready to be written as an image XObject.
#[derive(Debug)]
pub(crate) struct Picture {
    pub(crate) width: u32,
    pub(crate) height: u32,
    grey: bool,
    filter: &'static str,
    pub(crate) data: Vec<u8>,
}

impl Picture {
    /// A base image (底图): a baseline JPEG goes in as it is, anything else losslessly.
    pub(crate) fn base_image(name: &str, bytes: &[u8]) -> Result<Self, RenderError> {
        let (jpeg, decoded) = read(name, bytes)?;
        if let Some(jpeg) = jpeg.filter(|jpeg| jpeg.baseline && matches!(jpeg.components, 1 | 3) && jpeg.orientation == 1) {
            return Ok(Self::passed_through(jpeg));
        }
        let grey = !decoded.color().has_color();
        let (width, height) = (decoded.width(), decoded.height());
        let raw = if grey { decoded.into_luma8().into_raw() } else { decoded.into_rgb8().into_raw() };
        Ok(Self { width, height, grey, filter: "/FlateDecode", data: deflate::best(&raw) })
    }

    /// A photo: a baseline JPEG goes in without its metadata, anything else is decoded, turned upright and coded anew. Its
    /// [`Picture::data`] is a photo that [`Picture::printed_photo`] takes as it is.
    pub(crate) fn photo(name: &str, bytes: &[u8]) -> Result<Self, RenderError> {
        let (jpeg, decoded) = read(name, bytes)?;
        let orientation = jpeg.as_ref().map_or(1, |jpeg| jpeg.orientation);
        if let Some(jpeg) = jpeg.filter(|jpeg| jpeg.baseline && matches!(jpeg.components, 1 | 3) && jpeg.orientation == 1) {
            return Ok(Self::passed_through(jpeg));
        }
        let mut upright = on_white(decoded);
        upright.apply_orientation(Orientation::from_exif(orientation).unwrap_or(Orientation::NoTransforms));
        let grey = !upright.color().has_color();
        let mut data = Vec::new();
        let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut data, PHOTO_QUALITY);
        if grey { upright.into_luma8().write_with_encoder(encoder) } else { upright.into_rgb8().write_with_encoder(encoder) }
            .map_err(|error| bad(name, error.to_string()))?;
        jpeg::parse(&data).map(Self::passed_through).ok_or_else(|| bad(name, "无法编码; it cannot be coded"))
    }

    /// A photo as [`Picture::photo`] left it: every byte of it goes into the document, so that its digest can be compared there.
    pub(crate) fn printed_photo(bytes: &[u8]) -> Option<Self> {
        let jpeg = jpeg::parse(bytes)?;
        let plain = jpeg.baseline && matches!(jpeg.components, 1 | 3) && jpeg.orientation == 1 && jpeg.stripped == bytes;
        plain.then(|| Self::passed_through(jpeg))
    }

    fn passed_through(jpeg: jpeg::Jpeg) -> Self {
        Self { width: jpeg.width, height: jpeg.height, grey: jpeg.components == 1, filter: "/DCTDecode", data: jpeg.stripped }
    }

    /// The entries of the image dictionary.
    pub(crate) fn entries(&self) -> Vec<u8> {
        let mut out = b"/Type/XObject/Subtype/Image/Width ".to_vec();
        token::unsigned(&mut out, self.width.into());
        out.extend_from_slice(b"/Height ");
        token::unsigned(&mut out, self.height.into());
        out.extend_from_slice(b"/BitsPerComponent 8/ColorSpace");
        out.extend_from_slice(if self.grey { b"/DeviceGray" } else { b"/DeviceRGB" });
        out.extend_from_slice(b"/Filter");
        out.extend_from_slice(self.filter.as_bytes());
        out
    }
}

fn bad(name: &str, why: impl Into<String>) -> RenderError {
    RenderError::BadImage { name: name.to_owned(), why: why.into() }
}

/// Decodes a picture within the limits. It is decoded even where it passes through: a broken picture is refused, not printed.
fn read(name: &str, bytes: &[u8]) -> Result<(Option<jpeg::Jpeg>, DynamicImage), RenderError> {
    if bytes.len() > MAX_BYTES {
        return Err(bad(name, format!("文件超过 16 MB; larger than 16 MB ({} bytes)", bytes.len())));
    }
    let format = match image::guess_format(bytes) {
        Ok(format @ (ImageFormat::Jpeg | ImageFormat::Png)) => format,
        _ => return Err(bad(name, "不是 JPEG 或 PNG; neither JPEG nor PNG")),
    };
    let jpeg = match format {
        ImageFormat::Jpeg => Some(jpeg::parse(bytes).ok_or_else(|| bad(name, "JPEG 文件不完整; the JPEG file is cut short or broken"))?),
        _ => None,
    };
    let reader = || {
        let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
        let mut limits = Limits::default();
        limits.max_alloc = Some(8 * MAX_PIXELS);
        reader.limits(limits);
        reader
    };
    let (width, height) = reader().into_dimensions().map_err(|error| bad(name, error.to_string()))?;
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(bad(name, format!("像素过多 {width}×{height}; too many pixels")));
    }
    let decoded = reader().decode().map_err(|error| bad(name, error.to_string()))?;
    Ok((jpeg, decoded))
}

/// Lays a picture with transparent parts on white paper.
fn on_white(picture: DynamicImage) -> DynamicImage {
    if !picture.color().has_alpha() {
        return picture;
    }
    let mut rgba = picture.into_rgba8();
    for pixel in rgba.pixels_mut() {
        let [red, green, blue, alpha] = pixel.0.map(u16::from);
        let over = |colour: u16| ((colour * alpha + 255 * (255 - alpha) + 127) / 255) as u8;
        pixel.0 = [over(red), over(green), over(blue), 255];
    }
    DynamicImage::ImageRgb8(DynamicImage::ImageRgba8(rgba).into_rgb8())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coded(format: ImageFormat, picture: &DynamicImage) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        picture.write_to(&mut out, format).unwrap();
        out.into_inner()
    }

    fn sample() -> DynamicImage {
        DynamicImage::ImageRgb8(image::RgbImage::from_fn(40, 56, |x, y| image::Rgb([x as u8 * 6, y as u8 * 4, 90])))
    }

    fn with_segment(jpeg: &[u8], segment: &[u8]) -> Vec<u8> {
        [&jpeg[..2], segment, &jpeg[2..]].concat()
    }

    #[test]
    fn a_jpeg_passes_through_without_its_metadata() {
        let jpeg = coded(ImageFormat::Jpeg, &sample());
        let tagged = with_segment(&jpeg, b"\xff\xfe\x00\x0dsecret note");
        let tagged = [&tagged[..], b"trailing bytes"].concat();
        let picture = Picture::photo("KZ_ZP", &tagged).unwrap();
        assert_eq!((picture.width, picture.height, picture.filter), (40, 56, "/DCTDecode"));
        assert!(!picture.data.windows(6).any(|window| window == b"secret"));
        assert!(picture.data.ends_with(&[0xff, 0xd9]));
        assert_eq!(image::load_from_memory(&picture.data).unwrap(), image::load_from_memory(&jpeg).unwrap());
    }

    #[test]
    fn a_printed_photo_is_not_changed_again() {
        let transparent = DynamicImage::ImageRgba8(image::RgbaImage::from_pixel(30, 42, image::Rgba([9, 0, 0, 90])));
        for given in [coded(ImageFormat::Jpeg, &sample()), coded(ImageFormat::Png, &sample()), coded(ImageFormat::Png, &transparent)] {
            let printed = Picture::photo("KZ_ZP", &given).unwrap().data;
            assert_eq!(Picture::printed_photo(&printed).unwrap().data, printed);
            assert_eq!(Picture::photo("KZ_ZP", &printed).unwrap().data, printed);
        }
        let png = coded(ImageFormat::Png, &sample());
        let noted = with_segment(&coded(ImageFormat::Jpeg, &sample()), b"\xff\xfe\x00\x06note");
        assert!(Picture::printed_photo(&png).is_none() && Picture::printed_photo(&noted).is_none());
    }

    #[test]
    fn an_exif_orientation_turns_the_photo_upright() {
        let exif = b"\xff\xe1\x00\x22Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        let picture = Picture::photo("KZ_ZP", &with_segment(&coded(ImageFormat::Jpeg, &sample()), exif)).unwrap();
        assert_eq!((picture.width, picture.height), (56, 40));
    }

    #[test]
    fn a_transparent_png_is_laid_on_white() {
        let clear = DynamicImage::ImageRgba8(image::RgbaImage::from_pixel(30, 42, image::Rgba([0, 0, 0, 0])));
        let picture = Picture::photo("KZ_ZP", &coded(ImageFormat::Png, &clear)).unwrap();
        let pixel = image::load_from_memory(&picture.data).unwrap().into_rgb8().get_pixel(5, 5).0;
        assert!(pixel.iter().all(|&channel| channel > 250), "{pixel:?}");
    }

    #[test]
    fn broken_pictures_are_refused() {
        let jpeg = coded(ImageFormat::Jpeg, &sample());
        let png = coded(ImageFormat::Png, &sample());
        for broken in [&b"no picture"[..], &jpeg[..jpeg.len() / 2], &jpeg[..jpeg.len() - 2], &png[..png.len() / 2], &[0xff, 0xd8, 0xff]] {
            assert!(matches!(Picture::photo("KZ_ZP", broken), Err(RenderError::BadImage { .. })));
        }
    }

    #[test]
    fn pixels_are_counted_before_decoding() {
        let mut png = coded(ImageFormat::Png, &sample());
        png[16..24].copy_from_slice(&[0, 0, 0x80, 0, 0, 0, 0x80, 0]);
        assert!(Picture::photo("KZ_ZP", &png).is_err());
    }
}
