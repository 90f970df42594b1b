//! Unpacking streams: Flate and the PNG predictors, never beyond the limits.

use super::error::PdfError;
use super::limits::Limits;
use super::object::{Dict, Object};
use flate2::{Decompress, FlushDecompress, Status};
use std::borrow::Cow;

/// The bytes of a stream, unpacked: no filter or `FlateDecode` alone. Every entry that matters must be direct.
pub fn unpack<'d>(dict: &Dict<'_>, data: &'d [u8], most: usize, limits: &Limits) -> Result<Cow<'d, [u8]>, PdfError> {
    let filter = match dict.get(b"Filter") {
        Object::Array(filters) if filters.len() <= 1 => filters.first().unwrap_or(&Object::Null),
        other => other,
    };
    let parameters = match dict.get(b"DecodeParms") {
        Object::Array(parameters) if parameters.len() <= 1 => parameters.first().unwrap_or(&Object::Null),
        other => other,
    };
    if filter.is_null() {
        return if data.len() > most { Err(PdfError::TooMuch("unpacked bytes")) } else { Ok(Cow::Borrowed(data)) };
    }
    if filter.as_name() != Some(b"FlateDecode") {
        return Err(PdfError::Filter("the filter is not FlateDecode"));
    }
    let bytes = inflate(data, most, limits.ratio)?;
    match parameters {
        Object::Null => Ok(Cow::Owned(bytes)),
        Object::Dict(parameters) => undo_predictor(bytes, parameters).map(Cow::Owned),
        _ => Err(PdfError::Filter("its parameters are not a dictionary")),
    }
}

/// Inflates one zlib stream (RFC 1950), to at most `most` bytes and `ratio` times its length.
pub fn inflate(data: &[u8], most: usize, ratio: usize) -> Result<Vec<u8>, PdfError> {
    let cap = most.min(data.len().saturating_mul(ratio).saturating_add(4096));
    let mut inflater = Decompress::new(true);
    let mut out = Vec::with_capacity(cap.min(data.len().saturating_mul(4).saturating_add(256)));
    loop {
        let consumed = usize::try_from(inflater.total_in()).unwrap_or(usize::MAX);
        let rest = data.get(consumed..).unwrap_or_default();
        let before = (consumed, out.len());
        let status =
            inflater.decompress_vec(rest, &mut out, FlushDecompress::Finish).map_err(|_| PdfError::Filter("the Flate data are broken"))?;
        if out.len() > cap {
            return Err(PdfError::TooMuch("unpacked bytes"));
        }
        if status == Status::StreamEnd {
            return Ok(out);
        }
        let stuck = before == (usize::try_from(inflater.total_in()).unwrap_or(usize::MAX), out.len());
        if stuck && out.len() < out.capacity() {
            return Err(PdfError::Filter("the Flate data end too early"));
        }
        let room = cap.saturating_sub(out.len());
        if room == 0 {
            return Err(PdfError::TooMuch("unpacked bytes"));
        }
        out.reserve(room.min(out.len().max(4096)));
    }
}

fn undo_predictor(bytes: Vec<u8>, parameters: &Dict<'_>) -> Result<Vec<u8>, PdfError> {
    let number = |key: &[u8], default| match parameters.get(key) {
        Object::Null => Some(default),
        value => value.as_usize(),
    };
    let wrong = PdfError::Filter("its predictor is not one of PNG with whole bytes");
    let (Some(predictor), Some(columns)) = (number(b"Predictor", 1), number(b"Columns", 1)) else { return Err(wrong) };
    let (Some(colours), Some(bits)) = (number(b"Colors", 1), number(b"BitsPerComponent", 8)) else { return Err(wrong) };
    match predictor {
        1 => return Ok(bytes),
        10..=15 => {}
        _ => return Err(wrong),
    }
    if !(1..=4).contains(&colours) || bits != 8 || !(1..=1 << 20).contains(&columns) {
        return Err(wrong);
    }
    let width = columns * colours;
    if !bytes.len().is_multiple_of(width + 1) {
        return Err(PdfError::Filter("its rows are not whole"));
    }
    let mut out: Vec<u8> = Vec::with_capacity(bytes.len());
    let mut above = vec![0_u8; width];
    for row in bytes.chunks_exact(width + 1) {
        let Some((kind, row)) = row.split_first() else { break };
        let mut line = row.to_vec();
        for at in 0..width {
            let left = at.checked_sub(colours).map_or(0, |i| line[i]);
            let corner = at.checked_sub(colours).map_or(0, |i| above[i]);
            let add = match kind {
                0 => 0,
                1 => left,
                2 => above[at],
                3 => ((u16::from(left) + u16::from(above[at])) / 2) as u8,
                4 => paeth(left, above[at], corner),
                _ => return Err(PdfError::Filter("an unknown PNG predictor")),
            };
            line[at] = line[at].wrapping_add(add);
        }
        out.extend_from_slice(&line);
        above = line;
    }
    Ok(out)
}

/// The Paeth predictor of the PNG specification, clause 9.4.
fn paeth(left: u8, above: u8, corner: u8) -> u8 {
    let (a, b, c) = (i16::from(left), i16::from(above), i16::from(corner));
    let estimate = a + b - c;
    let (to_a, to_b, to_c) = ((estimate - a).abs(), (estimate - b).abs(), (estimate - c).abs());
    if to_a <= to_b && to_a <= to_c {
        left
    } else if to_b <= to_c {
        above
    } else {
        corner
    }
}
