//! `GET /api/v1/seals/{seal}/uses`: what was sealed with a seal (用印记录).

use crate::domain::authority::Action;
use crate::domain::page::Page;
use crate::http::api::seals::{SEAL, seal_id};
use crate::http::authenticate::Caller;
use crate::http::page_of::{AFTER, LIMIT, PageOf};
use crate::http::problem::Problem;
use crate::http::route::{Content, Route};
use crate::http::state::Server;
use crate::services::SealUseView;
use axum::Json;
use axum::extract::{Path, State};
use axum::routing::get;
use std::sync::Arc;

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "get",
        path: "/api/v1/seals/{seal}/uses",
        id: "readSealUses",
        summary: "查阅印章的用印记录，新的在前 Read what was sealed with a seal, newest first",
        action: Some(Action::ReadSeal),
        parameters: vec![SEAL, LIMIT, AFTER],
        request: vec![],
        answer: (200, Content::json::<Page<SealUseView>>()),
        refusals: &[400, 401, 403, 404, 429, 503],
        handler: get(handle),
    }
}

async fn handle(
    State(server): State<Arc<Server>>,
    Caller(actor): Caller,
    Path(seal): Path<String>,
    PageOf(page): PageOf,
) -> Result<Json<Page<SealUseView>>, Problem> {
    Ok(Json(server.services.seal_uses(&actor, seal_id(&seal)?, &page).await?))
}
