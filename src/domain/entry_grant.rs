//! What a department or a connected system may do with one entry of the catalogue (目录授权).

use crate::domain::{codes::Uscc, directory_entry::words};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One grant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EntryGrant {
    /// Organisation code of a department, or id of a system.
    pub grantee: String,
    /// Which of the two.
    pub kind: GranteeKind,
    /// May the department apply for changes (维护)?
    #[serde(default)]
    pub maintain: bool,
    /// May the department mint licences of the type (签发)?
    #[serde(default)]
    pub mint: bool,
    /// May it read the entry and what stands behind it (读)?
    #[serde(default)]
    pub read: bool,
    /// May the system push data and decisions of the type (写)?
    #[serde(default)]
    pub write: bool,
}

/// Who is authorised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum GranteeKind {
    /// A department (部门).
    Department,
    /// A connected system (接入系统).
    System,
}

words! {
    GranteeKind { Department = "department", System = "system" }
}

/// Why a grant makes no sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GrantProblem {
    /// A department is named by its unified social credit code, a system by 1 to 64 letters, digits, `.`, `_` and `-`.
    #[error("部门须以统一社会信用代码、系统须以其编号表示 name a department by its unified social credit code, a system by its id")]
    Grantee,
    /// A department cannot write, a system cannot maintain or mint.
    #[error("部门可授予维护、签发、读，系统可授予读、写 a department may maintain, mint and read; a system may read and write")]
    Rights,
}

impl EntryGrant {
    /// Is it a grant that can be?
    pub fn check(&self) -> Result<(), GrantProblem> {
        let (grantee, rights) = match self.kind {
            GranteeKind::Department => (Uscc::parse(&self.grantee).is_ok_and(|code| code.as_str() == self.grantee), !self.write),
            GranteeKind::System => {
                let symbol = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-' | b':');
                ((1..=64).contains(&self.grantee.len()) && self.grantee.bytes().all(symbol), !self.maintain && !self.mint)
            }
        };
        match (grantee, rights) {
            (false, _) => Err(GrantProblem::Grantee),
            (true, false) => Err(GrantProblem::Rights),
            (true, true) => Ok(()),
        }
    }

    /// Does it allow nothing at all? Then it is taken away.
    pub fn is_empty(&self) -> bool {
        !(self.maintain || self.mint || self.read || self.write)
    }
}
