//! `GET /`: what this is, and a form to check a file that works without script.

use crate::http::pages::page::page;
use crate::http::state::Server;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use std::sync::Arc;

/// The start page.
pub async fn show(State(server): State<Arc<Server>>) -> Response {
    let megabytes = (server.settings.verify_bytes >> 20).to_string();
    let main = include_str!("assets/start.html").replace("{{limit}}", &megabytes);
    page(StatusCode::OK, "电子证照核验 Electronic licence verification", "", &main)
}
