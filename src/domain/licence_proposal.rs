//! What is applied for when a licence is to be issued: a new one (新证), or an existing paper licence that is taken over (存量).

use crate::domain::face::{FaceInput, PhotoBytes};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Most bytes of a scan.
pub const MOST_SCAN_BYTES: usize = 8 << 20;

/// A new licence, as the department drafts it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LicenceProposal {
    /// 证照类型代码.
    #[serde(rename = "type")]
    pub type_code: String,
    /// 照面信息.
    pub face: FaceInput,
}

/// A paper licence that is to be in the register: number and dates stay those of the paper.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BacklogProposal {
    /// 证照类型代码.
    #[serde(rename = "type")]
    pub type_code: String,
    /// 照面信息 as on the paper; the number (证照编号) is required.
    pub face: FaceInput,
    /// The scan that the reviewer compares it with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scan: Option<Scan>,
}

/// A scan of the paper licence (扫描件). `Debug` shows its length only.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scan {
    /// `image/jpeg`, `image/png` or `application/pdf`.
    pub media_type: String,
    /// The file, base64 in JSON.
    #[schemars(with = "String")]
    pub bytes: PhotoBytes,
}

/// Why a scan is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScanProblem {
    /// Too many bytes.
    #[error("扫描件超过 8 MB。 The scan is longer than 8 MB.")]
    TooLong,
    /// Not what it says.
    #[error("扫描件须为 JPEG、PNG 或 PDF，且与所注类型一致。 A scan is JPEG, PNG or PDF, and what its type says.")]
    Kind,
}

impl Scan {
    /// Is it of a kind and length that is taken? It is never decoded here, only kept and shown to the reviewer.
    pub fn check(&self) -> Result<(), ScanProblem> {
        let begins: &[u8] = match self.media_type.as_str() {
            "image/jpeg" => b"\xff\xd8\xff",
            "image/png" => b"\x89PNG\r\n\x1a\n",
            "application/pdf" => b"%PDF-",
            _ => return Err(ScanProblem::Kind),
        };
        if !self.bytes.0.starts_with(begins) {
            return Err(ScanProblem::Kind);
        }
        if self.bytes.0.len() > MOST_SCAN_BYTES { Err(ScanProblem::TooLong) } else { Ok(()) }
    }
}

impl fmt::Debug for Scan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scan({} bytes)", self.bytes.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scan_is_what_it_says() {
        let scan = |media_type: &str, bytes: &[u8]| Scan { media_type: media_type.into(), bytes: PhotoBytes(bytes.to_vec()) }.check();
        assert_eq!(scan("application/pdf", b"%PDF-1.7 ..."), Ok(()));
        assert_eq!(scan("image/png", b"%PDF-1.7 ..."), Err(ScanProblem::Kind));
        assert_eq!(scan("text/html", b"<html>"), Err(ScanProblem::Kind));
        let mut long = b"%PDF-".to_vec();
        long.resize(MOST_SCAN_BYTES + 1, 0);
        assert_eq!(scan("application/pdf", &long), Err(ScanProblem::TooLong));
    }
}
