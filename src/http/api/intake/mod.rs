//! The routes of intake: decisions of approval systems, and what became of approved applications.

mod read_issued;
mod take_decision;

use crate::http::route::Route;

/// Every operation of them.
pub fn routes() -> Vec<Route> {
    vec![take_decision::route(), read_issued::route()]
}
