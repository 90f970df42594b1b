//! `GET /api/v1/status-lists/{list}`: the signed status list (IETF Token Status List). A verifier fetches the whole list and never sends an index.

use crate::http::problem::Problem;
use crate::http::route::{Content, Parameter, Route};
use crate::http::state::Server;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::sync::Arc;

const MEDIA_TYPE: &str = "application/statuslist+cwt";

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "get",
        path: "/api/v1/status-lists/{list}",
        id: "giveStatusList",
        summary: "证照状态列表 The signed status list",
        action: None,
        parameters: vec![Parameter { place: "path", name: "list", description: "Number of the list, as the QR token says." }],
        request: vec![],
        answer: (200, Content::bytes(MEDIA_TYPE)),
        refusals: &[404, 429, 503],
        handler: get(handle),
    }
}

async fn handle(State(server): State<Arc<Server>>, Path(list): Path<String>) -> Result<Response, Problem> {
    let list = list.parse().map_err(|_| Problem::not_found())?;
    let published = server.services.publish_status_list(list).await?;
    let headers = [(header::CONTENT_TYPE, MEDIA_TYPE), (header::CACHE_CONTROL, "public, max-age=30")];
    Ok((headers, published.bytes.to_vec()).into_response())
}
