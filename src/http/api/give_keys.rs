//! `GET /api/v1/keys`: the public keys of QR tokens.

use crate::domain::key_set::KeySet;
use crate::http::route::{Content, Route};
use crate::http::state::Server;
use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::sync::Arc;

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "get",
        path: "/api/v1/keys",
        id: "giveKeys",
        summary: "二维码公钥集 Public keys of QR tokens",
        action: None,
        parameters: vec![],
        request: vec![],
        answer: (200, Content::json::<KeySet>()),
        refusals: &[429, 503],
        handler: get(handle),
    }
}

async fn handle(State(server): State<Arc<Server>>) -> Response {
    ([(header::CACHE_CONTROL, "public, max-age=300")], Json(server.services.qr_keys())).into_response()
}
