//! Reading UTCTime and GeneralizedTime (X.690 clause 11.7, RFC 5280 section 4.1.2.5, RFC 3161 section 2.4.2): always UTC, ending in Z.

use crate::cms::der_read::{DerError, Tlv, tag};
use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time};

const WRONG: DerError = DerError("a malformed time");

/// A `Time`: UTCTime of the years 1950 to 2049, or GeneralizedTime without a fraction.
pub fn read_time(tlv: &Tlv<'_>) -> Result<OffsetDateTime, DerError> {
    match tlv.tag {
        tag::UTC_TIME => {
            let (years, rest) = tlv.value.split_at_checked(2).ok_or(WRONG)?;
            let year = digits(years)?;
            moment(if year < 50 { 2000 + year } else { 1900 + year }, rest)
        }
        tag::GENERALIZED_TIME => {
            let (years, rest) = tlv.value.split_at_checked(4).ok_or(WRONG)?;
            moment(digits(years)?, rest)
        }
        _ => Err(DerError("a value of another type")),
    }
}

/// A GeneralizedTime that may have a fraction of a second, up to nine digits: genTime of a time-stamp.
pub fn read_precise_time(tlv: &Tlv<'_>) -> Result<OffsetDateTime, DerError> {
    if tlv.tag != tag::GENERALIZED_TIME {
        return Err(DerError("a value of another type"));
    }
    let text = tlv.value.strip_suffix(b"Z").ok_or(WRONG)?;
    let (seconds, fraction) = match text.iter().position(|byte| *byte == b'.') {
        Some(point) => (text.get(..point).ok_or(WRONG)?, text.get(point + 1..).ok_or(WRONG)?),
        None => (text, &b"0"[..]),
    };
    if !(1..=9).contains(&fraction.len()) {
        return Err(WRONG);
    }
    let missing = 9 - u32::try_from(fraction.len()).map_err(|_| WRONG)?;
    let nanosecond = digits(fraction)? * 10_u32.pow(missing);
    let (years, rest) = seconds.split_at_checked(4).ok_or(WRONG)?;
    moment(digits(years)?, &[rest, b"Z"].concat())?.replace_nanosecond(nanosecond).map_err(|_| WRONG)
}

/// `MMDDhhmmssZ` of a year.
fn moment(year: u32, rest: &[u8]) -> Result<OffsetDateTime, DerError> {
    let pair = |at: usize| digits(rest.get(at..at + 2).ok_or(WRONG)?).and_then(|value| u8::try_from(value).map_err(|_| WRONG));
    if rest.len() != 11 || rest.last() != Some(&b'Z') {
        return Err(WRONG);
    }
    let month = Month::try_from(pair(0)?).map_err(|_| WRONG)?;
    let date = Date::from_calendar_date(i32::try_from(year).map_err(|_| WRONG)?, month, pair(2)?).map_err(|_| WRONG)?;
    let time = Time::from_hms(pair(4)?, pair(6)?, pair(8)?).map_err(|_| WRONG)?;
    Ok(PrimitiveDateTime::new(date, time).assume_utc())
}

/// A decimal number of at most nine digits.
fn digits(text: &[u8]) -> Result<u32, DerError> {
    let fold = |sum: u32, byte: &u8| byte.is_ascii_digit().then(|| sum * 10 + u32::from(byte - b'0'));
    if text.is_empty() || text.len() > 9 { Err(WRONG) } else { text.iter().try_fold(0, fold).ok_or(WRONG) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    fn tlv(tag: u8, value: &[u8]) -> Tlv<'_> {
        Tlv { tag, value, whole: value }
    }

    #[test]
    fn both_forms_and_both_centuries() {
        assert_eq!(read_time(&tlv(tag::UTC_TIME, b"491231235959Z")), Ok(datetime!(2049-12-31 23:59:59 UTC)));
        assert_eq!(read_time(&tlv(tag::UTC_TIME, b"500101000000Z")), Ok(datetime!(1950-01-01 0:00 UTC)));
        assert_eq!(read_time(&tlv(tag::GENERALIZED_TIME, b"20500101000000Z")), Ok(datetime!(2050-01-01 0:00 UTC)));
        assert_eq!(read_precise_time(&tlv(tag::GENERALIZED_TIME, b"20261122100001.25Z")), Ok(datetime!(2026-11-22 10:00:01.25 UTC)));
        assert_eq!(read_precise_time(&tlv(tag::GENERALIZED_TIME, b"20261122100001Z")), Ok(datetime!(2026-11-22 10:00:01 UTC)));
    }

    #[test]
    fn other_spellings_are_refused() {
        for (kind, text) in [
            (tag::UTC_TIME, &b"2611221000Z"[..]),
            (tag::UTC_TIME, b"261122100001+0000"),
            (tag::UTC_TIME, b"261322100001Z"),
            (tag::UTC_TIME, b"26 122100001Z"),
            (tag::GENERALIZED_TIME, b"20261122100001.5Z"),
            (tag::GENERALIZED_TIME, b"20261122100060Z"),
            (tag::GENERALIZED_TIME, b"20261122100001"),
            (tag::OCTET_STRING, b"20261122100001Z"),
        ] {
            assert!(read_time(&tlv(kind, text)).is_err(), "{}", String::from_utf8_lossy(text));
        }
        for text in [&b"20261122100001.Z"[..], b"20261122100001.1234567890Z", b"20261122100001.1", b"2026.1Z", b"Z", b""] {
            assert!(read_precise_time(&tlv(tag::GENERALIZED_TIME, text)).is_err(), "{}", String::from_utf8_lossy(text));
        }
        assert!(read_precise_time(&tlv(tag::UTC_TIME, b"261122100001Z")).is_err());
    }
}
