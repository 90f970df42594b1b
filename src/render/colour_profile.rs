//! The sRGB colour profile of the output intent, made from the numbers of IEC 61966-2-1 (ICC.1:2001-04 format, version 2).

/// A display profile in the form of ICC version 2.1: matrix colorants adapted to D50, and the sRGB curve as a table.
pub(crate) fn srgb() -> Vec<u8> {
    let text = |tag: &[u8; 4], words: &str| [&tag[..], &[0; 4], words.as_bytes(), &[0]].concat();
    let mut description = [&b"desc\0\0\0\0"[..], &(PROFILE_NAME.len() as u32 + 1).to_be_bytes(), PROFILE_NAME.as_bytes(), &[0]].concat();
    // No Unicode and no Macintosh description: two empty counts, a script code, and 67 unused bytes.
    description.extend_from_slice(&[0; 8 + 2 + 1 + 67]);
    let point = |xyz: [f64; 3]| {
        let mut out = b"XYZ \0\0\0\0".to_vec();
        for value in xyz {
            out.extend_from_slice(&((value * 65536.0).round() as i32).to_be_bytes());
        }
        out
    };
    let tags: [(&[u8; 4], Vec<u8>); 7] = [
        (b"desc", description),
        (b"cprt", text(b"text", "No copyright, use freely")),
        (b"wtpt", point([0.9505, 1.0, 1.0891])),
        (b"rXYZ", point([0.436_075, 0.222_504, 0.013_932])),
        (b"gXYZ", point([0.385_065, 0.716_879, 0.097_105])),
        (b"bXYZ", point([0.143_080, 0.060_617, 0.714_173])),
        (b"rTRC", curve()),
    ];
    let directory = 4 + 12 * (tags.len() + 2);
    let mut table = ((tags.len() + 2) as u32).to_be_bytes().to_vec();
    let mut data = Vec::new();
    for (tag, body) in &tags {
        let offset = (128 + directory + data.len()) as u32;
        let mut entry = |tag: &[u8; 4]| {
            table.extend_from_slice(tag);
            table.extend_from_slice(&offset.to_be_bytes());
            table.extend_from_slice(&(body.len() as u32).to_be_bytes());
        };
        entry(tag);
        if *tag == b"rTRC" {
            // The three channels share one curve.
            entry(b"gTRC");
            entry(b"bTRC");
        }
        data.extend_from_slice(body);
        data.resize(data.len().next_multiple_of(4), 0);
    }
    let mut profile = vec![0; 128];
    let size = (128 + table.len() + data.len()) as u32;
    profile[0..4].copy_from_slice(&size.to_be_bytes());
    profile[8..12].copy_from_slice(&[2, 0x10, 0, 0]);
    profile[12..24].copy_from_slice(b"mntrRGB XYZ ");
    for (slot, word) in profile[24..36].chunks_exact_mut(2).zip([2026u16, 1, 1, 0, 0, 0]) {
        slot.copy_from_slice(&word.to_be_bytes());
    }
    profile[36..40].copy_from_slice(b"acsp");
    // Illuminant D50 as the format fixes it.
    for (slot, word) in profile[68..80].chunks_exact_mut(4).zip([0x0000_f6d6u32, 0x0001_0000, 0x0000_d32d]) {
        slot.copy_from_slice(&word.to_be_bytes());
    }
    profile.extend_from_slice(&table);
    profile.extend_from_slice(&data);
    profile
}

const PROFILE_NAME: &str = "sRGB IEC61966-2-1";
const CURVE_POINTS: u16 = 1024;

fn curve() -> Vec<u8> {
    let mut out = b"curv\0\0\0\0".to_vec();
    out.extend_from_slice(&u32::from(CURVE_POINTS).to_be_bytes());
    for point in 0..CURVE_POINTS {
        let coded = f64::from(point) / f64::from(CURVE_POINTS - 1);
        let linear = if coded <= 0.04045 { coded / 12.92 } else { ((coded + 0.055) / 1.055).powf(2.4) };
        out.extend_from_slice(&((linear * 65535.0).round() as u16).to_be_bytes());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_profile_is_whole() {
        let profile = srgb();
        assert_eq!(u32::from_be_bytes(profile[..4].try_into().unwrap()) as usize, profile.len());
        for entry in profile[132..132 + 12 * 9].chunks_exact(12) {
            let offset = u32::from_be_bytes(entry[4..8].try_into().unwrap()) as usize;
            let length = u32::from_be_bytes(entry[8..12].try_into().unwrap()) as usize;
            assert!(offset.is_multiple_of(4) && offset + length <= profile.len());
        }
        let curve = curve();
        assert_eq!(&curve[12..14], [0, 0]);
        assert_eq!(&curve[curve.len() - 2..], [0xff, 0xff]);
    }
}
