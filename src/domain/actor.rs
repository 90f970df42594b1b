//! Who acts: the login's person or system, its department and its roles. Never taken from a request body.

use crate::domain::payload::Party;
use serde::{Deserialize, Serialize};

/// Somebody who was authenticated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Pseudonymous id, e.g. of the API key; safe in logs and audit lines.
    pub id: String,
    /// The department it acts for.
    pub department: Party,
    /// What it may do there.
    pub roles: Vec<Role>,
}

impl Actor {
    /// Has it this role?
    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
}

/// What an actor may do (角色).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Mints licences (签发).
    Issuer,
    /// Reads licences of its department (查阅).
    Reader,
    /// Revokes licences of its department (吊销).
    Revoker,
    /// Reads the audit log (审计).
    Auditor,
    /// Administers keys and settings (管理).
    Administrator,
}
