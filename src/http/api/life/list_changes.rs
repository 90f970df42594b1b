//! `GET /api/v1/licences/{identifier}/changes`: what happened to a licence (变更记录).

use crate::domain::authority::Action;
use crate::domain::page::Page;
use crate::http::api::read_licence::IDENTIFIER;
use crate::http::authenticate::Caller;
use crate::http::page_of::{AFTER, LIMIT, PageOf};
use crate::http::problem::Problem;
use crate::http::route::{Content, Route};
use crate::http::state::Server;
use crate::services::ChangeView;
use axum::Json;
use axum::extract::{Path, State};
use axum::routing::get;
use std::sync::Arc;

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "get",
        path: "/api/v1/licences/{identifier}/changes",
        id: "listChanges",
        summary: "查看一份证照的变更记录 List what happened to a licence",
        action: Some(Action::ReadLicence),
        parameters: vec![IDENTIFIER, LIMIT, AFTER],
        request: vec![],
        answer: (200, Content::json::<Page<ChangeView>>()),
        refusals: &[400, 401, 403, 404, 429, 503],
        handler: get(handle),
    }
}

async fn handle(
    State(server): State<Arc<Server>>,
    Caller(actor): Caller,
    Path(identifier): Path<String>,
    PageOf(page): PageOf,
) -> Result<Json<Page<ChangeView>>, Problem> {
    Ok(Json(server.services.list_changes(&actor, &identifier, &page).await?))
}
