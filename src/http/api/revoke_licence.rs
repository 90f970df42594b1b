//! `POST /api/v1/licences/{identifier}/revocation`: revokes a licence (撤销、吊销).

use crate::domain::authority::Action;
use crate::http::api::licence_answer::LicenceAnswer;
use crate::http::api::read_licence::IDENTIFIER;
use crate::http::authenticate::Caller;
use crate::http::body;
use crate::http::problem::Problem;
use crate::http::route::{Content, Route};
use crate::http::state::Server;
use axum::Json;
use axum::extract::{Path, Request, State};
use axum::routing::post;
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;

/// Why.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RevocationBody {
    /// The reason, 2 to 500 characters; kept encrypted.
    reason: String,
}

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "post",
        path: "/api/v1/licences/{identifier}/revocation",
        id: "revokeLicence",
        summary: "撤销本部门的一份证照 Revoke a licence of your department",
        action: Some(Action::RevokeLicence),
        parameters: vec![IDENTIFIER],
        request: vec![Content::json::<RevocationBody>()],
        answer: (200, Content::json::<LicenceAnswer>()),
        refusals: &[400, 401, 403, 404, 409, 413, 415, 422, 429, 503],
        handler: post(handle),
    }
}

async fn handle(
    State(server): State<Arc<Server>>,
    Caller(actor): Caller,
    Path(identifier): Path<String>,
    request: Request,
) -> Result<Json<LicenceAnswer>, Problem> {
    let RevocationBody { reason } = body::read_json(request, server.settings.mint_bytes).await?;
    Ok(Json(server.services.revoke_licence(&actor, &identifier, &reason).await?.into()))
}
