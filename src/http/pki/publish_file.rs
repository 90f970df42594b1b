//! `GET /pki/NAME.crl` and `GET /pki/NAME.cer`: revocation list and certificate of an authority of this installation.

use crate::http::problem::Problem;
use crate::http::route::{Content, Parameter, Route};
use crate::http::state::Server;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::sync::Arc;

const LIST: &str = "application/pkix-crl";
const CERTIFICATE: &str = "application/pkix-cert";

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "get",
        path: "/pki/{file}",
        id: "publishPkiFile",
        summary: "证书吊销列表与颁发机构证书 Revocation list (NAME.crl) or certificate (NAME.cer) of an authority",
        action: None,
        parameters: vec![Parameter { place: "path", name: "file", description: "Name of the authority with .crl or .cer." }],
        request: vec![],
        answer: (200, Content::bytes(LIST)),
        refusals: &[404, 429, 503],
        handler: get(handle),
    }
}

async fn handle(State(server): State<Arc<Server>>, Path(file): Path<String>) -> Result<Response, Problem> {
    match file.rsplit_once('.') {
        Some((name, "crl")) => {
            let list = server.services.publish_revocation_list(name).await?;
            Ok(([(header::CONTENT_TYPE, LIST), (header::CACHE_CONTROL, "public, max-age=60")], list.to_vec()).into_response())
        }
        Some((name, "cer")) => {
            let certificate = server.services.publish_authority(name)?;
            Ok(([(header::CONTENT_TYPE, CERTIFICATE), (header::CACHE_CONTROL, "public, max-age=86400")], certificate).into_response())
        }
        _ => Err(Problem::not_found()),
    }
}
