//! Seals (电子印章) over the API: one file a verb.

mod apply_for_renewal;
mod apply_for_seal;
mod change_seal;
mod grant_seal;
mod list_seals;
mod read_changes;
mod read_seal;
mod read_uses;

use crate::domain::seal_record::SealId;
use crate::http::problem::Problem;
use crate::http::route::{Parameter, Route};
use crate::services::Refusal;

/// The parameter of every route about one seal.
const SEAL: Parameter = Parameter { place: "path", name: "seal", description: "The id of a seal: 32 hex digits." };

/// Every operation on seals.
pub fn routes() -> Vec<Route> {
    vec![
        apply_for_seal::route(),
        apply_for_renewal::route(),
        list_seals::route(),
        read_seal::route(),
        change_seal::route(),
        read_changes::route(),
        grant_seal::route(),
        read_uses::route(),
    ]
}

/// What is no id names no seal.
fn seal_id(text: &str) -> Result<SealId, Problem> {
    SealId::from_hex(text).ok_or_else(|| Refusal::NoSuchSeal.into())
}
