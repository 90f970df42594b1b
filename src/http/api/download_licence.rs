//! `GET /api/v1/licences/{identifier}/document`: downloads the sealed PDF (下载).

use crate::domain::authority::Action;
use crate::http::api::read_licence::IDENTIFIER;
use crate::http::authenticate::Caller;
use crate::http::problem::Problem;
use crate::http::route::{Content, Route};
use crate::http::state::Server;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::sync::Arc;

const PDF: &str = "application/pdf";

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "get",
        path: "/api/v1/licences/{identifier}/document",
        id: "downloadLicence",
        summary: "下载本部门一份证照的 PDF Download the document of a licence of your department",
        action: Some(Action::DownloadLicence),
        parameters: vec![IDENTIFIER],
        request: vec![],
        answer: (200, Content::bytes(PDF)),
        refusals: &[401, 403, 404, 429, 503],
        handler: get(handle),
    }
}

async fn handle(State(server): State<Arc<Server>>, Caller(actor): Caller, Path(identifier): Path<String>) -> Result<Response, Problem> {
    let download = server.services.download_licence(&actor, &identifier).await?;
    // Named by its id: a licence number may be personal, and a file name ends up in many logs.
    let disposition = format!("attachment; filename=\"{}.pdf\"", download.licence_id);
    let etag = format!("\"{}\"", download.file_digest);
    let headers = [(header::CONTENT_TYPE, PDF.to_owned()), (header::CONTENT_DISPOSITION, disposition), (header::ETAG, etag)];
    Ok((headers, download.bytes).into_response())
}
