//! The routes of a licence's life: transitions, new versions, the log of changes, finding, information verification.

mod change_licence;
mod change_state;
mod find_licences;
mod list_changes;
mod verify_information;

use crate::http::route::Route;

/// Every operation of them.
pub fn routes() -> Vec<Route> {
    let mut routes = change_state::routes();
    routes.extend(change_licence::routes());
    routes.extend([list_changes::route(), find_licences::route(), verify_information::route()]);
    routes
}
