//! Text strings (ISO 32000-2 clause 7.9.2.2) as Unicode, well enough to compare names: UTF-16BE, UTF-8, or bytes as Latin-1.

/// The text of a text string.
pub fn text_string(bytes: &[u8]) -> String {
    if let Some(utf16) = bytes.strip_prefix(b"\xfe\xff") {
        let units = utf16.chunks(2).map(|pair| pair.iter().fold(0_u16, |unit, byte| unit << 8 | u16::from(*byte)));
        return char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    }
    if let Some(utf8) = bytes.strip_prefix(b"\xef\xbb\xbf") {
        return String::from_utf8_lossy(utf8).into_owned();
    }
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_name_in_three_codings() {
        assert_eq!(text_string(b"\xfe\xff\x00a\x73\x8b"), "a王");
        assert_eq!(text_string("\u{feff}a王".as_bytes()), "a王");
        assert_eq!(text_string(b"a\xe9"), "aé");
    }
}
