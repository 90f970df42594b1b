//! An export of audit lines (审计导出): JSON Lines with a head, lines and a signed foot, which an auditor checks without the database.

use serde::{Deserialize, Serialize};

/// Value of [`ExportHead::format`].
pub const EXPORT_FORMAT: &str = "elicence-audit-export/1";

/// The first line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportHead {
    /// Always [`EXPORT_FORMAT`].
    pub format: String,
    /// Position of the first exported line.
    pub from: i64,
    /// Chain value before it, hex; zeros before the first of all.
    pub before: String,
}

/// One audit line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportLine {
    /// From 1, without gaps.
    pub position: i64,
    /// Its id, hex.
    pub line_id: String,
    /// Milliseconds since 1970-01-01 UTC.
    pub at: i64,
    /// Canonical JSON of the event, as it was chained.
    pub line: String,
    /// Chain value after it, hex.
    pub chain: String,
}

/// The end of the whole chain when the export was made, signed earlier by the sequencer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportedChainHead {
    /// Position of the last chained line.
    pub position: i64,
    /// Its chain value, hex.
    pub chain: String,
    /// When it was signed, milliseconds since 1970-01-01 UTC.
    pub signed_at: i64,
    /// The signature, hex.
    pub signature: String,
}

/// The last line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportFoot {
    /// Position of the last exported line; one less than `from` when there is none.
    pub to: i64,
    /// Did every exported line fit the chain when it was exported?
    pub intact: bool,
    /// The end of the whole chain; absent before the first line was chained.
    pub head: Option<ExportedChainHead>,
    /// When it was exported, milliseconds since 1970-01-01 UTC.
    pub exported_at: i64,
    /// SHA-256 over every line before this one, each with its line feed, hex.
    pub digest: String,
    /// Signature over [`Self::to_be_signed`], hex.
    pub signature: String,
}

impl ExportFoot {
    /// The bytes that are signed.
    pub fn to_be_signed(&self) -> Vec<u8> {
        let head = self.head.as_ref().map(|head| format!("{} {}", head.position, head.chain)).unwrap_or_default();
        format!("{EXPORT_FORMAT}\n{}\n{}\n{}\n{head}\n{}\n", self.to, self.intact, self.digest, self.exported_at).into_bytes()
    }
}
