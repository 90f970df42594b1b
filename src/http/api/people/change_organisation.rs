//! `PUT /api/v1/organisations/{code}`: renames, closes or opens an organisation.

use crate::domain::authority::Action;
use crate::domain::organisation::{Organisation, OrganisationState};
use crate::http::api::people::MOST_BYTES;
use crate::http::api::people::read_organisation::CODE;
use crate::http::authenticate::Caller;
use crate::http::body;
use crate::http::problem::Problem;
use crate::http::route::{Content, Route};
use crate::http::state::Server;
use axum::Json;
use axum::extract::{Path, Request, State};
use axum::routing::put;
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;

/// What it shall be.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeBody {
    /// Name.
    name: String,
    /// State.
    state: OrganisationState,
}

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "put",
        path: "/api/v1/organisations/{code}",
        id: "changeOrganisation",
        summary: "变更、停用或恢复机构 Rename, close or open an organisation",
        action: Some(Action::ManageOrganisations),
        parameters: vec![CODE],
        request: vec![Content::json::<ChangeBody>()],
        answer: (200, Content::json::<Organisation>()),
        refusals: &[400, 401, 403, 404, 413, 415, 422, 429, 503],
        handler: put(handle),
    }
}

async fn handle(
    State(server): State<Arc<Server>>,
    Caller(actor): Caller,
    Path(code): Path<String>,
    request: Request,
) -> Result<Json<Organisation>, Problem> {
    let ChangeBody { name, state } = body::read_json(request, MOST_BYTES).await?;
    Ok(Json(server.services.change_organisation(&actor, &code, &name, state).await?))
}
