//! `GET /api/v1/catalogue/imports`: lists batches of entries, newest first.

use crate::domain::authority::Action;
use crate::domain::page::Page;
use crate::http::authenticate::Caller;
use crate::http::page_of::{AFTER, LIMIT, PageOf};
use crate::http::problem::Problem;
use crate::http::route::{Content, Route};
use crate::http::state::Server;
use crate::services::ImportView;
use axum::Json;
use axum::extract::State;
use axum::routing::get;
use std::sync::Arc;

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "get",
        path: "/api/v1/catalogue/imports",
        id: "listCatalogueImports",
        summary: "目录导入批次列表 List batches of catalogue entries",
        action: Some(Action::ReadEntryApplication),
        parameters: vec![LIMIT, AFTER],
        request: vec![],
        answer: (200, Content::json::<Page<ImportView>>()),
        refusals: &[400, 401, 403, 429, 503],
        handler: get(handle),
    }
}

async fn handle(State(server): State<Arc<Server>>, Caller(actor): Caller, PageOf(page): PageOf) -> Result<Json<Page<ImportView>>, Problem> {
    Ok(Json(server.services.list_imports(&actor, &page).await?))
}
