//! The catalogue in tables and searches: found, exported, brought in.

mod export;
mod import;
mod list_imports;
mod query;
mod read_import;
mod read_import_document;
mod search;

use crate::http::route::Route;

/// The operations.
pub fn routes() -> Vec<Route> {
    vec![search::route(), export::route(), import::route(), list_imports::route(), read_import::route(), read_import_document::route()]
}
