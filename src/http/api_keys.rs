//! API keys: who a request speaks for. Only digests of keys are kept.

use crate::domain::actor::{Actor, Role};
use crate::domain::digest::Digest;
use crate::domain::payload::Party;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Every key begins so, so that a leaked one is recognised by scanners.
pub const PREFIX: &str = "elk_";

/// One API key as it is stored: the digest, never the key.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiKeyRecord {
    /// Pseudonymous id of the caller; it stands in audit lines and logs.
    pub id: String,
    /// SHA-256 of the whole key. A key holds 256 random bits, so a plain digest cannot be searched back.
    pub digest: Digest,
    /// The department that it acts for.
    pub department: Party,
    /// What it may do.
    pub roles: Vec<Role>,
}

/// The keys that are accepted.
pub struct ApiKeys(HashMap<Digest, Actor>);

impl ApiKeys {
    /// Takes the records of a file.
    pub fn new(records: Vec<ApiKeyRecord>) -> Self {
        let actor = |record: ApiKeyRecord| Actor { id: record.id, department: record.department, roles: record.roles };
        Self(records.into_iter().map(|record| (record.digest, actor(record))).collect())
    }

    /// Who this key speaks for. The comparison is of digests, so its time says nothing about keys.
    pub fn find(&self, key: &str) -> Option<&Actor> {
        if !key.starts_with(PREFIX) {
            return None;
        }
        self.0.get(&Digest::of(key.as_bytes()))
    }
}
