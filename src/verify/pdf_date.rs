//! The claimed time of a signature (/M) as RFC 3339.

use time::format_description::well_known::Rfc3339;
use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};

/// Reads `D:YYYYMMDDHHmmSS` with `Z` or an offset `+HH'mm'`; `None` for anything else.
pub fn read_pdf_date(text: &[u8]) -> Option<OffsetDateTime> {
    let text = std::str::from_utf8(text).ok()?.strip_prefix("D:")?;
    let digits = |from: usize, to: usize| -> Option<u32> {
        let part = text.get(from..to)?;
        if part.bytes().all(|b| b.is_ascii_digit()) { part.parse().ok() } else { None }
    };
    let small = |from| digits(from, from + 2).and_then(|value| u8::try_from(value).ok());
    let month = Month::try_from(small(4)?).ok()?;
    let date = Date::from_calendar_date(i32::try_from(digits(0, 4)?).ok()?, month, small(6)?).ok()?;
    let clock = Time::from_hms(small(8)?, small(10)?, small(12)?).ok()?;
    let offset = match text.get(14..)? {
        "" | "Z" | "Z00'00'" | "Z00'00" => UtcOffset::UTC,
        zone => {
            let sign = match zone.as_bytes().first()? {
                b'+' => 1,
                b'-' => -1,
                _ => return None,
            };
            let (hours, minutes) = (i8::try_from(small(15)?).ok()?, i8::try_from(small(18).unwrap_or(0)).ok()?);
            UtcOffset::from_hms(sign * hours, sign * minutes, 0).ok()?
        }
    };
    Some(PrimitiveDateTime::new(date, clock).assume_offset(offset))
}

/// A moment as RFC 3339 text.
pub fn rfc3339(moment: OffsetDateTime) -> Option<String> {
    moment.format(&Rfc3339).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_utc_and_offsets_and_refuses_the_rest() {
        let text = |date: &str| read_pdf_date(date.as_bytes()).and_then(rfc3339);
        assert_eq!(text("D:20261122090807Z").as_deref(), Some("2026-11-22T09:08:07Z"));
        assert_eq!(text("D:20261122170807+08'00'").as_deref(), Some("2026-11-22T17:08:07+08:00"));
        assert_eq!(text("D:20261122170807-03'30").as_deref(), Some("2026-11-22T17:08:07-03:30"));
        assert_eq!(text("D:20261322170807Z"), None);
        assert_eq!(text("20261122170807Z"), None);
        assert_eq!(text("D:2026"), None);
    }
}
