//! Who acts: the login's person or system, its department and its roles. Never taken from a request body.

use crate::domain::payload::Party;
use serde::{Deserialize, Serialize};

/// Somebody who was authenticated; acts for one organisation at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Pseudonymous id, e.g. of the API key; safe in logs and audit lines.
    pub id: String,
    /// The organisation it acts for.
    pub department: Party,
    /// What it is there; [`crate::domain::authority`] says what it may do.
    pub roles: Vec<Role>,
}

impl Actor {
    /// Has it this role?
    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
}

/// What somebody is in an organisation (角色).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// 目录管理员: keeps the catalogue.
    CatalogueManager,
    /// 审核员: reviews what others apply for.
    Reviewer,
    /// 经办员: issues licences.
    Issuer,
    /// 审批员: approves, suspends, revokes.
    #[serde(alias = "revoker")]
    Approver,
    /// 印章保管员: keeps the seals.
    SealKeeper,
    /// 窗口人员: works at the counter.
    #[serde(alias = "reader")]
    Clerk,
    /// 审计员: reads and checks the audit log.
    Auditor,
    /// 系统管理员: organisations, people, systems, settings.
    Administrator,
    /// 接入系统: a program of another system.
    System,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::CatalogueManager,
        Self::Reviewer,
        Self::Issuer,
        Self::Approver,
        Self::SealKeeper,
        Self::Clerk,
        Self::Auditor,
        Self::Administrator,
        Self::System,
    ];

    /// Its word, as it is stored and written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CatalogueManager => "catalogue-manager",
            Self::Reviewer => "reviewer",
            Self::Issuer => "issuer",
            Self::Approver => "approver",
            Self::SealKeeper => "seal-keeper",
            Self::Clerk => "clerk",
            Self::Auditor => "auditor",
            Self::Administrator => "administrator",
            Self::System => "system",
        }
    }

    /// Reads [`Self::as_str`].
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }
}
