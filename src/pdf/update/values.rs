//! Values that the seal writes: text strings, dates, reals.

use time::{OffsetDateTime, UtcOffset};

/// A text string: printable ASCII as a literal string, all else as UTF-16BE with its byte order mark (ISO 32000-2 clause 7.9.2.2).
pub fn text_string(text: &str) -> String {
    if text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        let mut out = String::with_capacity(text.len() + 2);
        out.push('(');
        for character in text.chars() {
            if matches!(character, '(' | ')' | '\\') {
                out.push('\\');
            }
            out.push(character);
        }
        out.push(')');
        return out;
    }
    let units = text.encode_utf16().flat_map(u16::to_be_bytes);
    format!("<feff{}>", hex::encode(units.collect::<Vec<u8>>()))
}

/// A date in UTC, `(D:YYYYMMDDHHmmSSZ)`.
pub fn date(moment: OffsetDateTime) -> String {
    let utc = moment.to_offset(UtcOffset::UTC);
    format!("(D:{:04}{:02}{:02}{:02}{:02}{:02}Z)", utc.year(), u8::from(utc.month()), utc.day(), utc.hour(), utc.minute(), utc.second())
}

/// A real with at most three decimals, which is a tenth of a micrometre on paper.
pub fn real(value: f64) -> String {
    let text = format!("{value:.3}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if matches!(text, "-0" | "") { "0".into() } else { text.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn values_are_written_as_the_standard_says() {
        assert_eq!(text_string("a(b)\\"), "(a\\(b\\)\\\\)");
        assert_eq!(text_string("章𠮷"), "<feff7ae0d842dfb7>");
        assert_eq!(date(datetime!(2026-11-22 08:05:09 +8)), "(D:20261122000509Z)");
        assert_eq!(real(0.0), "0");
        assert_eq!(real(-0.0001), "0");
        assert_eq!(real(100.0), "100");
        assert_eq!(real(12.3456), "12.346");
    }
}
