//! `GET /api/v1/catalogue/entries/{type}/versions`: the versions of an entry, newest first.

use crate::domain::authority::Action;
use crate::domain::page::Page;
use crate::http::api::catalogue::TYPE;
use crate::http::authenticate::Caller;
use crate::http::page_of::{AFTER, LIMIT, PageOf};
use crate::http::problem::Problem;
use crate::http::route::{Content, Route};
use crate::http::state::Server;
use crate::services::VersionHead;
use axum::Json;
use axum::extract::{Path, State};
use axum::routing::get;
use std::sync::Arc;

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "get",
        path: "/api/v1/catalogue/entries/{type}/versions",
        id: "listEntryVersions",
        summary: "目录条目的各个版本 List the versions of an entry",
        action: Some(Action::ReadCatalogue),
        parameters: vec![TYPE, LIMIT, AFTER],
        request: vec![],
        answer: (200, Content::json::<Page<VersionHead>>()),
        refusals: &[400, 401, 403, 404, 429, 503],
        handler: get(handle),
    }
}

async fn handle(
    State(server): State<Arc<Server>>,
    Caller(actor): Caller,
    Path(type_code): Path<String>,
    PageOf(page): PageOf,
) -> Result<Json<Page<VersionHead>>, Problem> {
    Ok(Json(server.services.list_entry_versions(&actor, &type_code, &page).await?))
}
