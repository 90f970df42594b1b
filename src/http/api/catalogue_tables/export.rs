//! `GET /api/v1/catalogue/exports`: exports what a search finds (目录导出).

use super::query;
use crate::domain::authority::Action;
use crate::http::authenticate::Caller;
use crate::http::pieces::Pieces;
use crate::http::problem::Problem;
use crate::http::route::{Content, Parameter, Route};
use crate::http::state::Server;
use crate::services::ExportFormat;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::sync::Arc;

const FORMAT: Parameter = Parameter { place: "query", name: "format", description: "`csv` (usual) or `json`." };

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "get",
        path: "/api/v1/catalogue/exports",
        id: "exportCatalogue",
        summary: "导出目录 Export entries as a table that an import reads again",
        action: Some(Action::ReadCatalogue),
        parameters: query::PARAMETERS.into_iter().chain([FORMAT]).collect(),
        request: vec![],
        answer: (200, Content::bytes("text/csv")),
        refusals: &[400, 401, 403, 422, 429, 503],
        handler: get(handle),
    }
}

async fn handle(
    State(server): State<Arc<Server>>,
    Caller(actor): Caller,
    Query(parameters): Query<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let word = parameters.iter().find(|(name, _)| name == "format").map_or("csv", |(_, word)| word.as_str());
    let format = ExportFormat::from_word(word).ok_or_else(|| Problem::bad_body("format is csv or json"))?;
    let query = query::query(parameters, &["format"])?;
    let pieces = server.services.export_catalogue(&actor, query, format).await?;
    let headers = [(header::CONTENT_TYPE, format.media_type()), (header::CONTENT_DISPOSITION, "attachment; filename=\"catalogue\"")];
    Ok((headers, Body::new(Pieces::new(pieces))).into_response())
}
