//! The audit log over HTTP: search, check, export.

mod export_audit;
mod search_audit;
mod verify_audit;

use crate::http::route::Route;

/// Every operation here.
pub fn routes() -> Vec<Route> {
    vec![search_audit::route(), verify_audit::route(), export_audit::route()]
}
