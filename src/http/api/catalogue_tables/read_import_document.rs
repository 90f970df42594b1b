//! `GET /api/v1/catalogue/imports/{import_id}/{document}`: the report on every row, the changes, or the file as it was sent.

use super::read_import::IMPORT_ID;
use crate::domain::authority::Action;
use crate::domain::catalogue_import::ImportId;
use crate::http::authenticate::Caller;
use crate::http::problem::Problem;
use crate::http::route::{Content, Parameter, Route};
use crate::http::state::Server;
use crate::services::{ImportDocument, Refusal};
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::sync::Arc;

/// JSON values, one a line.
const LINES: &str = "application/x-ndjson";

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "get",
        path: "/api/v1/catalogue/imports/{import_id}/{document}",
        id: "readCatalogueImportDocument",
        summary: "下载导入报告、变更内容或原文件 Download the report on every row, the changes, or the file as it was sent",
        action: Some(Action::ReadEntryApplication),
        parameters: vec![
            IMPORT_ID,
            Parameter { place: "path", name: "document", description: "`report` and `changes`: JSON, one a line; `upload`: the file." },
        ],
        request: vec![],
        answer: (200, Content::bytes(LINES)),
        refusals: &[401, 403, 404, 429, 503],
        handler: get(handle),
    }
}

async fn handle(
    State(server): State<Arc<Server>>,
    Caller(actor): Caller,
    Path((id, document)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let id = ImportId::parse(&id).ok_or(Refusal::NotFound)?;
    let (document, media_type) = match document.as_str() {
        "report" => (ImportDocument::Report, LINES),
        "changes" => (ImportDocument::Changes, LINES),
        // Whatever it was sent as: a browser must only save it.
        "upload" => (ImportDocument::Upload, "application/octet-stream"),
        _ => return Err(Problem::not_found()),
    };
    let (_, bytes) = server.services.read_import_document(&actor, &id, document).await?;
    let headers = [(header::CONTENT_TYPE, media_type), (header::CONTENT_DISPOSITION, "attachment; filename=\"import\"")];
    Ok((headers, bytes).into_response())
}
