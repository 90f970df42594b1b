//! A connected system (接入系统): a program of an organisation that calls here with its own key.

use crate::domain::{actor::Role, person::AccountState};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A connected system, as others see it: never with its key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct System {
    /// Pseudonymous id: 1 to 64 of ASCII letters, digits, `-`, `_`, `.`; it stands in audit lines and logs.
    pub id: String,
    /// Code of the organisation that it acts for.
    pub organisation: String,
    /// What it is called. No person's name.
    pub name: String,
    /// What it is there.
    #[schemars(with = "Vec<String>")]
    pub roles: Vec<Role>,
    /// May it act?
    pub state: AccountState,
}

/// Is this an id that may stand in logs and audit lines? `person-` and `local` begin ids of others.
pub fn is_system_id(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    (1..=64).contains(&text.len()) && text.bytes().all(allowed) && !text.starts_with("person-") && !text.starts_with("local")
}
