//! A batch of catalogue entries (目录批量导入): checked row by row, handed in as one application, put in force by its approval.

use crate::domain::{digest::Digest, directory_entry::words, row_report::RowCounts};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Its id: 32 lower-case hex digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
pub struct ImportId(String);

impl ImportId {
    /// From 16 random bytes.
    pub fn new(random: [u8; 16]) -> Self {
        Self(hex::encode(random))
    }

    /// Reads 32 hex digits.
    pub fn parse(text: &str) -> Option<Self> {
        let plain = text.len() == 32 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        plain.then(|| Self(text.to_owned()))
    }

    /// The 16 bytes.
    pub fn bytes(&self) -> Vec<u8> {
        hex::decode(&self.0).unwrap_or_default()
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ImportId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for ImportId {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("an import id is 32 hex digits")
    }
}

impl From<ImportId> for String {
    fn from(id: ImportId) -> Self {
        id.0
    }
}

/// What happens to the good rows when others are wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ImportMode {
    /// One wrong row refuses the whole file (整批).
    #[default]
    All,
    /// Good rows go on without the wrong ones (逐行).
    Rows,
}

/// How far a batch has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ImportState {
    /// A dry run: checked, and nothing more (试运行).
    Checked,
    /// Refused because of wrong rows (已拒绝).
    Refused,
    /// Handed in for review (待审核); its application says whether it was rejected.
    Submitted,
    /// Approved and in force (已生效).
    InForce,
}

/// What the reviewer approves: exactly the changes with that digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportProposal {
    /// The batch.
    pub import_id: ImportId,
    /// SHA-256 of the changes as they were worked out.
    pub plan_digest: Digest,
    /// All or nothing, or row by row.
    pub mode: ImportMode,
    /// How many rows of each outcome.
    pub counts: RowCounts,
}

words! {
    ImportMode { All = "all", Rows = "rows" }
    ImportState { Checked = "checked", Refused = "refused", Submitted = "submitted", InForce = "in-force" }
}
