//! `GET /api/v1/catalogue/entries/{type}/grants`: who is authorised for an entry (目录授权).

use crate::domain::authority::Action;
use crate::domain::entry_grant::EntryGrant;
use crate::domain::page::Page;
use crate::http::api::catalogue::TYPE;
use crate::http::authenticate::Caller;
use crate::http::page_of::{AFTER, LIMIT, PageOf};
use crate::http::problem::Problem;
use crate::http::route::{Content, Route};
use crate::http::state::Server;
use axum::Json;
use axum::extract::{Path, State};
use axum::routing::get;
use std::sync::Arc;

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "get",
        path: "/api/v1/catalogue/entries/{type}/grants",
        id: "listEntryGrants",
        summary: "目录条目的授权列表 List who is authorised for an entry",
        action: Some(Action::GrantEntry),
        parameters: vec![TYPE, LIMIT, AFTER],
        request: vec![],
        answer: (200, Content::json::<Page<EntryGrant>>()),
        refusals: &[400, 401, 403, 404, 429, 503],
        handler: get(handle),
    }
}

async fn handle(
    State(server): State<Arc<Server>>,
    Caller(actor): Caller,
    Path(type_code): Path<String>,
    PageOf(page): PageOf,
) -> Result<Json<Page<EntryGrant>>, Problem> {
    Ok(Json(server.services.list_entry_grants(&actor, &type_code, &page).await?))
}
