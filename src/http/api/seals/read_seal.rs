//! `GET /api/v1/seals/{seal}`: one seal.

use crate::domain::authority::Action;
use crate::http::api::seals::{SEAL, seal_id};
use crate::http::authenticate::Caller;
use crate::http::problem::Problem;
use crate::http::route::{Content, Route};
use crate::http::state::Server;
use crate::services::SealView;
use axum::Json;
use axum::extract::{Path, State};
use axum::routing::get;
use std::sync::Arc;

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "get",
        path: "/api/v1/seals/{seal}",
        id: "readSeal",
        summary: "查阅本机构的一枚印章 Read a seal of your organisation",
        action: Some(Action::ReadSeal),
        parameters: vec![SEAL],
        request: vec![],
        answer: (200, Content::json::<SealView>()),
        refusals: &[401, 403, 404, 429, 503],
        handler: get(handle),
    }
}

async fn handle(State(server): State<Arc<Server>>, Caller(actor): Caller, Path(seal): Path<String>) -> Result<Json<SealView>, Problem> {
    Ok(Json(server.services.read_seal(&actor, seal_id(&seal)?).await?))
}
