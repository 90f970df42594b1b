//! The JSON API: one file a verb, and the list of all of them.

mod applications;
pub mod ask_register;
mod audit;
mod catalogue;
mod catalogue_tables;
mod download_licence;
mod give_keys;
mod give_status_list;
mod intake;
mod licence_answer;
mod life;
mod mint_licence;
mod outbox;
pub mod people;
mod read_licence;
mod read_metadata;
mod seals;
mod statistics;
mod verify_code;
mod verify_document;

use crate::http::route::Route;

/// Every operation of the API; the router and the OpenAPI document come from this list.
pub fn routes() -> Vec<Route> {
    let mut routes = vec![
        mint_licence::route(),
        read_licence::route(),
        read_metadata::route(),
        download_licence::route(),
        verify_document::route(),
        verify_code::route(),
        ask_register::route(),
        give_status_list::route(),
        give_keys::route(),
    ];
    routes.extend(applications::routes());
    routes.extend(audit::routes());
    routes.extend(catalogue::routes());
    routes.extend(statistics::routes());
    routes.extend(people::routes());
    routes.extend(life::routes());
    routes.extend(outbox::routes());
    routes.extend(intake::routes());
    routes.extend(seals::routes());
    routes.extend(catalogue_tables::routes());
    routes
}
