//! The signature dictionary with an empty gap, of a seal or of a document time-stamp.

use crate::{pdf::write::token, seal::SealSpec};
use time::{OffsetDateTime, UtcOffset};

/// A signature dictionary whose variable places are known.
pub(super) struct SignatureDictionary {
    /// The body.
    pub body: Vec<u8>,
    /// Where the three variable numbers of /ByteRange start, [`RANGE_LENGTH`] bytes for them.
    pub range_at: usize,
    /// Where the gap starts, at `<`.
    pub gap_at: usize,
    /// Bytes from `<` to behind `>`.
    pub gap_length: usize,
}

/// Width of one number of /ByteRange: files up to 10 GB.
const RANGE_WIDTH: usize = 10;
/// Bytes for the three variable numbers.
const RANGE_LENGTH: usize = 3 * RANGE_WIDTH + 2;

/// The three variable numbers, padded to [`RANGE_LENGTH`].
pub(super) fn byte_range(gap_start: usize, gap_end: usize, rest: usize) -> String {
    format!("{gap_start:<RANGE_WIDTH$} {gap_end:<RANGE_WIDTH$} {rest:<RANGE_WIDTH$}")
}

impl SignatureDictionary {
    /// Of a seal, with room for `room` bytes of CMS.
    pub fn of_seal(spec: &SealSpec, room: usize) -> Self {
        let mut more = b"/M".to_vec();
        more.extend_from_slice(utc_date(spec.signing_time).as_bytes());
        for (key, value) in [(b"/Name".as_slice(), &spec.name), (b"/Reason", &spec.reason), (b"/Location", &spec.location)] {
            if let Some(value) = value {
                more.extend_from_slice(key);
                token::text_string(&mut more, value);
            }
        }
        if let Some(certify) = spec.certify {
            more.extend_from_slice(b"/Reference[<</Type/SigRef/TransformMethod/DocMDP/TransformParams<</Type/TransformParams/P ");
            token::unsigned(&mut more, certify.permission().into());
            more.extend_from_slice(b"/V/1.2>>>>]");
        }
        Self::new("/Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached", room, &more)
    }

    /// Of a document time-stamp, with room for a token of `room` bytes. No /M: the token tells the time.
    pub fn of_time_stamp(room: usize) -> Self {
        Self::new("/Type/DocTimeStamp/Filter/Adobe.PPKLite/SubFilter/ETSI.RFC3161", room, b"")
    }

    fn new(kind: &str, room: usize, more: &[u8]) -> Self {
        let gap_length = 2 * room + 2;
        let mut body = Vec::with_capacity(gap_length + 1024);
        body.extend_from_slice(b"<<");
        body.extend_from_slice(kind.as_bytes());
        body.extend_from_slice(b"/ByteRange[0 ");
        let range_at = body.len();
        body.resize(range_at + RANGE_LENGTH, b' ');
        body.extend_from_slice(b"]/Contents");
        let gap_at = body.len();
        body.push(b'<');
        body.resize(gap_at + gap_length.saturating_sub(1), b'0');
        body.push(b'>');
        body.extend_from_slice(more);
        body.extend_from_slice(b">>");
        Self { body, range_at, gap_at, gap_length }
    }
}

/// A date in UTC as PAdES writes it, `(D:YYYYMMDDHHmmSSZ)`.
pub(super) fn utc_date(moment: OffsetDateTime) -> String {
    let utc = moment.to_offset(UtcOffset::UTC);
    let (year, month, day) = (utc.year(), u8::from(utc.month()), utc.day());
    format!("(D:{year:04}{month:02}{day:02}{:02}{:02}{:02}Z)", utc.hour(), utc.minute(), utc.second())
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    #[test]
    fn the_claimed_time_is_in_utc() {
        assert_eq!(utc_date(datetime!(2026-11-22 08:05:09 +8)), "(D:20261122000509Z)");
    }
}
