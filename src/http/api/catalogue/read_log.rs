//! `GET /api/v1/catalogue/log`: who changed what, when, and what stood before and after (目录日志).

use crate::domain::authority::Action;
use crate::domain::page::Page;
use crate::http::authenticate::Caller;
use crate::http::page_of::{AFTER, LIMIT, PageOf};
use crate::http::problem::Problem;
use crate::http::route::{Content, Parameter, Route};
use crate::http::state::Server;
use crate::services::LogLine;
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::routing::get;
use serde::Deserialize;
use std::sync::Arc;

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "get",
        path: "/api/v1/catalogue/log",
        id: "readCatalogueLog",
        summary: "目录日志 Read the log of the catalogue",
        action: Some(Action::ReadCatalogueLog),
        parameters: vec![TYPE, LIMIT, AFTER],
        request: vec![],
        answer: (200, Content::json::<Page<LogLine>>()),
        refusals: &[400, 401, 403, 429, 503],
        handler: get(handle),
    }
}

const TYPE: Parameter = Parameter { place: "query", name: "type", description: "证照类型代码; absent: the whole catalogue." };

#[derive(Deserialize)]
struct Asked {
    #[serde(rename = "type")]
    type_code: Option<String>,
}

async fn handle(
    State(server): State<Arc<Server>>,
    Caller(actor): Caller,
    PageOf(page): PageOf,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Page<LogLine>>, Problem> {
    let Query(Asked { type_code }) = asked.map_err(|error| Problem::bad_body(error.body_text()))?;
    Ok(Json(server.services.read_catalogue_log(&actor, type_code.as_deref(), &page).await?))
}
