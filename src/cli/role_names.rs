//! The names of roles on the command line.

use crate::domain::actor::Role;
use clap::builder::{PossibleValuesParser, TypedValueParser};

/// Takes the word of a role, and tells all of them in help and mistakes.
pub fn roles() -> impl TypedValueParser<Value = Role> {
    PossibleValuesParser::new(Role::ALL.map(Role::as_str)).try_map(|word| Role::from_word(&word).ok_or("no such role"))
}
