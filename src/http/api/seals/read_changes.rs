//! `GET /api/v1/seals/{seal}/changes`: everything that was done to a seal.

use crate::domain::authority::Action;
use crate::http::api::seals::{SEAL, seal_id};
use crate::http::authenticate::Caller;
use crate::http::problem::Problem;
use crate::http::route::{Content, Route};
use crate::http::state::Server;
use crate::services::SealChangeView;
use axum::Json;
use axum::extract::{Path, State};
use axum::routing::get;
use std::sync::Arc;

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "get",
        path: "/api/v1/seals/{seal}/changes",
        id: "readSealChanges",
        summary: "查阅印章的变更记录 Read everything that was done to a seal",
        action: Some(Action::ReadSeal),
        parameters: vec![SEAL],
        request: vec![],
        answer: (200, Content::json::<Vec<SealChangeView>>()),
        refusals: &[401, 403, 404, 429, 503],
        handler: get(handle),
    }
}

async fn handle(
    State(server): State<Arc<Server>>,
    Caller(actor): Caller,
    Path(seal): Path<String>,
) -> Result<Json<Vec<SealChangeView>>, Problem> {
    Ok(Json(server.services.seal_changes(&actor, seal_id(&seal)?).await?))
}
