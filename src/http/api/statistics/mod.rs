//! Statistics over HTTP.

mod read_statistics;

use crate::http::route::Route;

/// Every operation here.
pub fn routes() -> Vec<Route> {
    vec![read_statistics::route()]
}
