//! `GET /api/v1/seals`: the seals of the caller's organisation.

use crate::domain::authority::Action;
use crate::domain::page::Page;
use crate::http::authenticate::Caller;
use crate::http::page_of::{AFTER, LIMIT, PageOf};
use crate::http::problem::Problem;
use crate::http::route::{Content, Route};
use crate::http::state::Server;
use crate::services::SealView;
use axum::Json;
use axum::extract::State;
use axum::routing::get;
use std::sync::Arc;

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "get",
        path: "/api/v1/seals",
        id: "listSeals",
        summary: "列出本机构的电子印章 List the electronic seals of your organisation",
        action: Some(Action::ReadSeal),
        parameters: vec![LIMIT, AFTER],
        request: vec![],
        answer: (200, Content::json::<Page<SealView>>()),
        refusals: &[400, 401, 403, 429, 503],
        handler: get(handle),
    }
}

async fn handle(State(server): State<Arc<Server>>, Caller(actor): Caller, PageOf(page): PageOf) -> Result<Json<Page<SealView>>, Problem> {
    Ok(Json(server.services.list_seals(&actor, &page).await?))
}
