//! The text forms of a token: an address with digits behind `#` for QR codes, and `LC1:` with base45 for other carriers.

use crate::code::claims::{Claims, FIRST_DAY_IN_FORCE};
use crate::code::cose::SIGNATURE;
use crate::code::symbol::version_for;
use crate::code::token::TokenToSign;
use crate::code::{CodeError, MAX_TEXT, MAX_TOKEN, digits};
use crate::domain::key_set::TokenAlgorithm;
use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

/// Most bytes that one deflated byte may become.
const MAX_RATIO: usize = 20;

/// The text in the symbol: `<public_url>/q#1` and digits, or `#2` where deflating first makes a smaller symbol.
pub fn qr_text(public_url: &str, cose: &[u8]) -> String {
    let base = public_url.trim_end_matches('/');
    let plain = format!("{base}/q#1{}", digits::encode(cose));
    let Some(deflated) = deflate(cose).filter(|short| short.len() < cose.len() && short.len() * MAX_RATIO >= cose.len()) else {
        return plain;
    };
    let packed = format!("{base}/q#2{}", digits::encode(&deflated));
    // A few digits fewer in a symbol of the same size are not worth a decoder step.
    match (version_for(&packed), version_for(&plain)) {
        (Ok(small), Ok(large)) if small < large => packed,
        (Ok(_), Err(_)) => packed,
        _ => plain,
    }
}

/// `LC1:` and base45 (RFC 9285). Never put it into an address: base45 holds `%`, `+` and space.
pub fn lc1_text(cose: &[u8]) -> String {
    format!("LC1:{}", base45::encode(cose))
}

/// The bytes in a text form; the host of an address is ignored.
pub fn cose_from_text(text: &str) -> Result<Vec<u8>, CodeError> {
    if text.len() > MAX_TEXT {
        return Err(CodeError::TooLong);
    }
    let text = text.trim();
    let cose = if let Some(encoded) = text.strip_prefix("LC1:") {
        base45::decode(encoded).map_err(|_| CodeError::Unreadable("a character is wrong"))?
    } else {
        let (address, fragment) = text.split_once('#').ok_or(CodeError::NotACode)?;
        let host = address.strip_suffix("/q").and_then(|a| a.strip_prefix("https://").or_else(|| a.strip_prefix("http://")));
        if host.is_none_or(str::is_empty) {
            return Err(CodeError::NotACode);
        }
        match fragment.split_at_checked(1) {
            Some(("1", all)) => digits::decode(all)?,
            Some(("2", all)) => inflate(&digits::decode(all)?)?,
            _ => return Err(CodeError::NotACode),
        }
    };
    if cose.is_empty() {
        return Err(CodeError::NotACode);
    }
    if cose.len() > MAX_TOKEN { Err(CodeError::TooLong) } else { Ok(cose) }
}

/// `claims` as they fit into the largest symbol: drops the further face fields (10; all but the first day in force, without
/// which an offline reader would call a licence in force too early), then the holder (4). Call it before signing.
pub fn fit_claims(mut claims: Claims, public_url: &str) -> Result<Claims, CodeError> {
    let fits = |claims: &Claims| {
        let length = TokenToSign::new(claims, TokenAlgorithm::Ed25519, [0; 4]).finish(&[0; SIGNATURE])?.len();
        let text = format!("{}/q#1{}", public_url.trim_end_matches('/'), "0".repeat(digits::digits_len(length)));
        Ok::<bool, CodeError>(version_for(&text).is_ok())
    };
    if !fits(&claims)? {
        claims.more.retain(|key, _| *key == FIRST_DAY_IN_FORCE);
    }
    if !fits(&claims)? {
        claims.holder = None;
    }
    if fits(&claims)? { Ok(claims) } else { Err(CodeError::DoesNotFit) }
}

/// Raw DEFLATE (RFC 1951); `None` when it would be longer than the input.
fn deflate(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(bytes.len());
    let status = Compress::new(Compression::best(), false).compress_vec(bytes, &mut out, FlushCompress::Finish).ok()?;
    (status == Status::StreamEnd).then_some(out)
}

/// The reverse, with the output capped at [`MAX_TOKEN`] and at [`MAX_RATIO`] times the input.
fn inflate(bytes: &[u8]) -> Result<Vec<u8>, CodeError> {
    let most = MAX_TOKEN.min(bytes.len().saturating_mul(MAX_RATIO));
    let mut out = Vec::with_capacity(most);
    let mut decompress = Decompress::new(false);
    let status =
        decompress.decompress_vec(bytes, &mut out, FlushDecompress::Finish).map_err(|_| CodeError::Unreadable("it does not inflate"))?;
    // The vector is never grown, so a longer output ends without StreamEnd.
    match status {
        Status::StreamEnd if decompress.total_in() == bytes.len() as u64 => Ok(out),
        Status::StreamEnd => Err(CodeError::Unreadable("trailing bytes")),
        Status::Ok | Status::BufError if out.len() >= most => Err(CodeError::TooLong),
        Status::Ok | Status::BufError => Err(CodeError::Unreadable("cut short")),
    }
}

#[cfg(test)]
mod tests;
