//! `POST /pki/tsa`: the built-in time-stamp authority (RFC 3161 section 3.4).

use crate::http::body;
use crate::http::pki::{LONGEST_REQUEST, wrong_media_type};
use crate::http::problem::Problem;
use crate::http::route::{Content, Route};
use crate::http::state::Server;
use axum::extract::{Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use std::sync::Arc;

const QUERY: &str = "application/timestamp-query";
const REPLY: &str = "application/timestamp-reply";

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "post",
        path: "/pki/tsa",
        id: "issueTimeStamp",
        summary: "时间戳 A time-stamp over a digest (RFC 3161)",
        action: None,
        parameters: vec![],
        request: vec![Content::bytes(QUERY)],
        answer: (200, Content::bytes(REPLY)),
        refusals: &[404, 413, 415, 429, 503],
        handler: post(handle),
    }
}

async fn handle(State(server): State<Arc<Server>>, request: Request) -> Result<Response, Problem> {
    if body::media_type(request.headers()) != Some(QUERY) {
        return Err(wrong_media_type(QUERY));
    }
    let asked = body::read(request, LONGEST_REQUEST).await?;
    let answer = server.services.issue_time_stamp(&asked).await?;
    Ok(([(header::CONTENT_TYPE, REPLY), (header::CACHE_CONTROL, "no-store")], answer).into_response())
}
