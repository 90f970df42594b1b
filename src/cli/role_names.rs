//! The names of roles on the command line.

use crate::domain::actor::Role;
use clap::builder::{PossibleValuesParser, TypedValueParser};

/// The roles that a person may have: a system is no person.
pub fn human_roles() -> impl TypedValueParser<Value = Role> {
    let words = Role::ALL.into_iter().filter(|role| *role != Role::System).map(Role::as_str);
    PossibleValuesParser::new(words).try_map(|word| Role::from_word(&word).ok_or("no such role"))
}

/// Takes the word of a role, and tells all of them in help and mistakes.
pub fn roles() -> impl TypedValueParser<Value = Role> {
    PossibleValuesParser::new(Role::ALL.map(Role::as_str)).try_map(|word| Role::from_word(&word).ok_or("no such role"))
}
