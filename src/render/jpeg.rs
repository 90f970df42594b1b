//! JPEG as a container (ITU-T T.81): what kind it is, and the same picture without metadata.

/// What a JPEG file holds.
#[derive(Debug)]
pub(crate) struct Jpeg {
    pub(crate) width: u32,
    pub(crate) height: u32,
    /// 1 grey, 3 colour, 4 CMYK.
    pub(crate) components: u8,
    /// Sequential Huffman coding with 8 bits a sample, which every PDF reader decodes.
    pub(crate) baseline: bool,
    /// EXIF orientation, 1 = upright.
    pub(crate) orientation: u8,
    /// The file without EXIF, comments, thumbnails, colour profiles and anything after the end of the image.
    pub(crate) stripped: Vec<u8>,
}

const JFIF: &[u8] = b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00";

/// Reads the segments of a JPEG file; `None` where it is not one, or is cut short.
pub(crate) fn parse(bytes: &[u8]) -> Option<Jpeg> {
    let mut stripped = bytes.get(..2).filter(|start| *start == [0xff, 0xd8])?.to_vec();
    let mut frame = None;
    let mut orientation = 1;
    let mut at = 2;
    loop {
        let marker = *bytes.get(at + 1).filter(|_| bytes[at] == 0xff)?;
        match marker {
            0xff => at += 1,
            0xd9 => {
                stripped.extend_from_slice(&[0xff, 0xd9]);
                break;
            }
            _ => {
                let length = usize::from(u16::from_be_bytes([*bytes.get(at + 2)?, *bytes.get(at + 3)?]));
                let end = at + 2 + length;
                let segment = bytes.get(at..end)?;
                let body = segment.get(4..)?;
                match marker {
                    0xe0 if body.starts_with(b"JFIF\0") => stripped.extend_from_slice(JFIF),
                    0xe1 => orientation = exif_orientation(body).unwrap_or(orientation),
                    // Adobe's marker says how the colours are coded; without it they would come out wrong.
                    0xee if body.starts_with(b"Adobe") => stripped.extend_from_slice(segment),
                    0xe0..=0xef | 0xfe => {}
                    _ => stripped.extend_from_slice(segment),
                }
                if matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc) {
                    let [precision, h1, h0, w1, w0, components, ..] = *body else { return None };
                    let size = (u32::from(u16::from_be_bytes([w1, w0])), u32::from(u16::from_be_bytes([h1, h0])));
                    frame = Some((size, components, marker <= 0xc1 && precision == 8));
                }
                at = end;
                if marker == 0xda {
                    let from = at;
                    // Inside coded data FF stands only before 00 and restart markers.
                    while *bytes.get(at)? != 0xff || matches!(*bytes.get(at + 1)?, 0x00 | 0xd0..=0xd7) {
                        at += 1;
                    }
                    stripped.extend_from_slice(&bytes[from..at]);
                }
            }
        }
    }
    let ((width, height), components, baseline) = frame?;
    (width > 0 && height > 0).then_some(Jpeg { width, height, components, baseline, orientation, stripped })
}

/// The orientation tag (0x0112) of the first directory of an EXIF segment.
fn exif_orientation(body: &[u8]) -> Option<u8> {
    let tiff = body.strip_prefix(b"Exif\0\0")?;
    let little = tiff.starts_with(b"II");
    let number = |at: usize, size: usize| {
        let bytes = tiff.get(at..at + size)?;
        let fold = |sum: usize, byte: &u8| sum << 8 | usize::from(*byte);
        Some(if little { bytes.iter().rev().fold(0, fold) } else { bytes.iter().fold(0, fold) })
    };
    let directory = number(4, 4)?;
    let entries = number(directory, 2)?;
    let tag = (0..entries).map(|index| directory + 2 + 12 * index).find(|&at| number(at, 2) == Some(0x0112))?;
    number(tag + 8, 2).and_then(|value| u8::try_from(value).ok()).filter(|value| (1..=8).contains(value))
}
