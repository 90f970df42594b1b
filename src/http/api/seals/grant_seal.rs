//! `PUT /api/v1/seals/{seal}/grants`: says who may use a seal for which types (用印授权).

use crate::domain::authority::Action;
use crate::domain::seal_record::SealGrant;
use crate::http::api::seals::{SEAL, seal_id};
use crate::http::authenticate::Caller;
use crate::http::body;
use crate::http::problem::Problem;
use crate::http::route::{Content, Route};
use crate::http::state::Server;
use crate::services::SealView;
use axum::Json;
use axum::extract::{Path, Request, State};
use axum::routing::put;
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;

/// The whole list; it replaces the one before.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SealGrantsBody {
    /// Who may use the seal for what; at most 2000.
    grants: Vec<SealGrant>,
}

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "put",
        path: "/api/v1/seals/{seal}/grants",
        id: "grantSeal",
        summary: "设定谁可用此印章签发哪类证照 Say who may use a seal for which licence types",
        action: Some(Action::GrantSeal),
        parameters: vec![SEAL],
        request: vec![Content::json::<SealGrantsBody>()],
        answer: (200, Content::json::<SealView>()),
        refusals: &[400, 401, 403, 404, 409, 413, 415, 422, 429, 503],
        handler: put(handle),
    }
}

async fn handle(
    State(server): State<Arc<Server>>,
    Caller(actor): Caller,
    Path(seal): Path<String>,
    request: Request,
) -> Result<Json<SealView>, Problem> {
    let SealGrantsBody { grants } = body::read_json(request, server.settings.mint_bytes).await?;
    Ok(Json(server.services.grant_seal(&actor, seal_id(&seal)?, grants).await?))
}
