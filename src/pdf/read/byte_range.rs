//! What a signature dictionary covers: its /ByteRange and /Contents, judged byte by byte (checks V3 and V4).

use super::Location;
use super::document::Document;
use super::error::PdfError;
use super::lexer::is_space;
use super::object::{Dict, Object, Ref};

/// A signature dictionary whose byte range is exactly the file up to some end, without the hex string of its own /Contents.
#[derive(Clone, Debug)]
pub struct SignatureBytes<'a> {
    /// The dictionary.
    pub dict: Dict<'a>,
    /// The two covered pieces.
    pub covered: [&'a [u8]; 2],
    /// Are the hex digits lower case?
    pub lower_case: bool,
    /// Where the signed revision ends.
    pub end: usize,
}

/// Why a signature covers nothing that could be judged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ByteRangeError {
    /// The dictionary cannot be read.
    #[error("the signature dictionary cannot be read: {0}")]
    Pdf(#[from] PdfError),
    /// The dictionary is not a direct, uncompressed indirect object.
    #[error("the signature dictionary does not stand in the file as an object of its own")]
    NotPlain,
    /// /ByteRange is not `[0 a b c]` over the file but the gap.
    #[error("/ByteRange is not four integers over the whole revision but the gap")]
    Range,
    /// The gap is not exactly the hex string of /Contents.
    #[error("the gap of /ByteRange is not exactly the /Contents of its dictionary, one hex string in one case")]
    Gap,
    /// The covered bytes do not end with `%%EOF`.
    #[error("the covered bytes do not end with %%EOF and an end of line")]
    End,
}

impl SignatureBytes<'_> {
    /// The decoded /Contents, padding included.
    pub fn contents(&self) -> &[u8] {
        self.dict.get(b"Contents").as_text().unwrap_or_default()
    }
}

impl<'a> Document<'a> {
    /// Reads the signature dictionary `reference` and what it covers.
    pub fn signature_bytes(&self, reference: Ref) -> Result<SignatureBytes<'a>, ByteRangeError> {
        let Location::At(at, _) = self.location(reference.number) else { return Err(ByteRangeError::NotPlain) };
        let (object, object_end) = self.read_at(reference, at)?;
        let Object::Dict(dict) = object else { return Err(ByteRangeError::NotPlain) };
        let numbers: Option<Vec<usize>> = dict.get(b"ByteRange").as_array().and_then(|range| range.iter().map(Object::as_usize).collect());
        let Some(&[0, gap_start, gap_end, length]) = numbers.as_deref() else { return Err(ByteRangeError::Range) };
        let end = gap_end.checked_add(length).filter(|end| *end <= self.bytes().len()).ok_or(ByteRangeError::Range)?;
        let contents = dict.entry(b"Contents").ok_or(ByteRangeError::Gap)?;
        let gap = self.bytes().get(gap_start..gap_end).ok_or(ByteRangeError::Range)?;
        let digits = gap.strip_prefix(b"<").and_then(|gap| gap.strip_suffix(b">")).ok_or(ByteRangeError::Gap)?;
        // Without short cuts, so that the compiler can look at many digits at once.
        let lower = digits.iter().fold(false, |seen, b| seen | b.is_ascii_lowercase());
        let upper = digits.iter().fold(false, |seen, b| seen | b.is_ascii_uppercase());
        let only_digits = digits.iter().fold(true, |only, b| only & b.is_ascii_hexdigit());
        let plain = digits.len().is_multiple_of(2) && only_digits && !(lower && upper);
        let inside = at < gap_start && gap_end <= object_end && object_end <= end;
        if contents.span != (gap_start..gap_end) || !plain || !inside {
            return Err(ByteRangeError::Gap);
        }
        let (Some(before), Some(after)) = (self.bytes().get(..gap_start), self.bytes().get(gap_end..end)) else {
            return Err(ByteRangeError::Range);
        };
        if !ends_a_revision(after) {
            return Err(ByteRangeError::End);
        }
        Ok(SignatureBytes { lower_case: !upper, covered: [before, after], end, dict })
    }
}

/// Ends with `%%EOF` and at most two bytes of line end.
fn ends_a_revision(bytes: &[u8]) -> bool {
    let last = bytes.iter().rposition(|b| !is_space(*b)).map_or(0, |at| at + 1);
    let (body, tail) = bytes.split_at(last);
    body.ends_with(b"%%EOF") && tail.len() <= 2 && tail.iter().all(|b| matches!(b, b'\r' | b'\n'))
}
