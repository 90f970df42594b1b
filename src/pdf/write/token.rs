//! The small pieces of PDF syntax (ISO 32000-1, 7.3), appended to a byte buffer.

use time::OffsetDateTime;

/// A number with at most three decimals, without trailing zeros. Three decimals of a point are a third of a micrometre.
pub fn number(out: &mut Vec<u8>, value: f64) {
    let thousandths = (value * 1000.0).round() as i64;
    if thousandths < 0 {
        out.push(b'-');
    }
    let magnitude = thousandths.unsigned_abs();
    unsigned(out, magnitude / 1000);
    let mut rest = magnitude % 1000;
    if rest != 0 {
        out.push(b'.');
        let mut place = 100;
        while rest != 0 {
            out.push(b'0' + (rest / place) as u8);
            rest %= place;
            place /= 10;
        }
    }
}

/// Numbers with a space after each.
pub fn numbers(out: &mut Vec<u8>, values: &[f64]) {
    for &value in values {
        number(out, value);
        out.push(b' ');
    }
}

/// A non-negative integer.
pub fn unsigned(out: &mut Vec<u8>, mut value: u64) {
    let mut digits = [0u8; 20];
    let mut count = 0;
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (value % 10) as u8;
        value /= 10;
        count += 1;
        if value == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[20 - count..]);
}

/// An indirect reference, `12 0 R`.
pub fn reference(out: &mut Vec<u8>, object: u32) {
    unsigned(out, u64::from(object));
    out.extend_from_slice(b" 0 R");
}

/// References with a space after each.
pub fn references(out: &mut Vec<u8>, objects: impl IntoIterator<Item = u32>) {
    for object in objects {
        reference(out, object);
        out.push(b' ');
    }
}

/// A name with its solidus; bytes outside the regular printable range are written `#xx`.
pub fn name(out: &mut Vec<u8>, name: &str) {
    name_bytes(out, name.as_bytes());
}

/// A name of any bytes.
pub fn name_bytes(out: &mut Vec<u8>, name: &[u8]) {
    out.push(b'/');
    for &byte in name {
        if byte.is_ascii_alphanumeric() || b"_-+.:".contains(&byte) {
            out.push(byte);
        } else {
            out.push(b'#');
            hex_digits(out, &[byte]);
        }
    }
}

/// A text string (7.9.2.2): a literal where all is printable ASCII, else UTF-16BE with byte order mark in hex.
pub fn text_string(out: &mut Vec<u8>, text: &str) {
    if text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        out.push(b'(');
        for byte in text.bytes() {
            if matches!(byte, b'(' | b')' | b'\\') {
                out.push(b'\\');
            }
            out.push(byte);
        }
        out.push(b')');
    } else {
        out.extend_from_slice(b"<feff");
        for unit in text.encode_utf16() {
            hex_digits(out, &unit.to_be_bytes());
        }
        out.push(b'>');
    }
}

/// A byte string in hex, `<00ff>`.
pub fn hex_string(out: &mut Vec<u8>, bytes: &[u8]) {
    out.push(b'<');
    hex_digits(out, bytes);
    out.push(b'>');
}

/// Lower-case hex digits without delimiters.
pub fn hex_digits(out: &mut Vec<u8>, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    for &byte in bytes {
        out.extend_from_slice(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    }
}

/// A date (7.9.4), `(D:20261122095500+08'00')`, in the offset that `moment` carries.
pub fn date(out: &mut Vec<u8>, moment: OffsetDateTime) {
    let (hours, minutes, _) = moment.offset().as_hms();
    let sign = if moment.offset().is_negative() { '-' } else { '+' };
    out.extend_from_slice(
        format!(
            "(D:{:04}{:02}{:02}{:02}{:02}{:02}{sign}{:02}'{:02}')",
            moment.year(),
            u8::from(moment.month()),
            moment.day(),
            moment.hour(),
            moment.minute(),
            moment.second(),
            hours.unsigned_abs(),
            minutes.unsigned_abs(),
        )
        .as_bytes(),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(write: impl Fn(&mut Vec<u8>)) -> String {
        let mut out = Vec::new();
        write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn numbers_are_short_and_never_in_exponent_form() {
        for (value, expected) in [
            (0.0, "0"),
            (-0.0004, "0"),
            (12.5, "12.5"),
            (-3.0, "-3"),
            (0.001, "0.001"),
            (841.89, "841.89"),
            (1e6, "1000000"),
            (7.05, "7.05"),
        ] {
            assert_eq!(written(|out| number(out, value)), expected);
        }
    }

    #[test]
    fn text_strings_escape_or_turn_to_utf16() {
        assert_eq!(written(|out| text_string(out, "a(b)\\")), "(a\\(b\\)\\\\)");
        assert_eq!(written(|out| text_string(out, "王𠮷")), "<feff738bd842dfb7>");
    }

    #[test]
    fn names_escape_what_is_not_regular() {
        assert_eq!(written(|out| name(out, "application/json")), "/application#2fjson");
    }

    #[test]
    fn dates_carry_their_offset() {
        let moment = time::macros::datetime!(2026-11-22 08:05:09 +08:00);
        assert_eq!(written(|out| date(out, moment)), "(D:20261122080509+08'00')");
    }
}
