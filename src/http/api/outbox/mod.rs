//! Subscriptions, deliveries and contacts over HTTP.

mod list_deliveries;
mod list_subscriptions;
mod make_subscription;
mod remove_subscription;
mod renew_secret;
mod retry_delivery;
mod set_contact;

use crate::http::route::{Parameter, Route};
use schemars::JsonSchema;
use serde::Serialize;

/// The organisation that is asked about.
const ORGANISATION: Parameter =
    Parameter { place: "query", name: "organisation", description: "Unified social credit code; your own organisation when absent." };
/// A subscription in the path.
const SUBSCRIPTION: Parameter = Parameter { place: "path", name: "subscription", description: "Id of the subscription, 32 hex digits." };
/// Longest body, bytes.
const MOST_BYTES: usize = 64 << 10;

/// It was done.
#[derive(Serialize, JsonSchema)]
pub struct DoneAnswer {
    /// Always `true`.
    done: bool,
}

/// The answer to what was done and leaves nothing to show.
const DONE: DoneAnswer = DoneAnswer { done: true };

/// Every operation here.
pub fn routes() -> Vec<Route> {
    vec![
        make_subscription::route(),
        list_subscriptions::route(),
        renew_secret::route(),
        remove_subscription::route(),
        list_deliveries::route(),
        retry_delivery::route(),
        set_contact::route(),
    ]
}
