//! `POST /pki/ocsp` and `GET /pki/ocsp/{request}`: the state of certificates (RFC 6960 appendix A).

use crate::http::body;
use crate::http::pki::{LONGEST_REQUEST, wrong_media_type};
use crate::http::problem::Problem;
use crate::http::route::{Content, Parameter, Route};
use crate::http::state::Server;
use axum::extract::{Path, Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::sync::Arc;

const REQUEST: &str = "application/ocsp-request";
const RESPONSE: &str = "application/ocsp-response";

/// Describes the operation with a body.
pub fn route_of_post() -> Route {
    Route {
        method: "post",
        path: "/pki/ocsp",
        id: "answerOcsp",
        summary: "证书状态查询 The state of certificates (OCSP)",
        action: None,
        parameters: vec![],
        request: vec![Content::bytes(REQUEST)],
        answer: (200, Content::bytes(RESPONSE)),
        refusals: &[404, 413, 415, 429, 503],
        handler: post(by_post),
    }
}

/// Describes the operation with the request in its address.
pub fn route_of_get() -> Route {
    Route {
        method: "get",
        path: "/pki/ocsp/{request}",
        id: "answerOcspByAddress",
        summary: "证书状态查询 The state of certificates (OCSP), asked by address",
        action: None,
        parameters: vec![Parameter { place: "path", name: "request", description: "The OCSPRequest in base64, percent-encoded." }],
        request: vec![],
        answer: (200, Content::bytes(RESPONSE)),
        refusals: &[400, 404, 429, 503],
        handler: get(by_get),
    }
}

async fn by_post(State(server): State<Arc<Server>>, request: Request) -> Result<Response, Problem> {
    if body::media_type(request.headers()) != Some(REQUEST) {
        return Err(wrong_media_type(REQUEST));
    }
    let asked = body::read(request, LONGEST_REQUEST).await?;
    answer(&server, &asked).await
}

async fn by_get(State(server): State<Arc<Server>>, Path(request): Path<String>) -> Result<Response, Problem> {
    let asked = STANDARD.decode(request).map_err(|_| Problem::bad_body("the last part of the address must be base64"))?;
    answer(&server, &asked).await
}

async fn answer(server: &Server, asked: &[u8]) -> Result<Response, Problem> {
    let answer = server.services.answer_ocsp(asked).await?;
    Ok(([(header::CONTENT_TYPE, RESPONSE), (header::CACHE_CONTROL, "no-store")], answer).into_response())
}
