//! `POST /api/v1/organisations`: adds an organisation below another one.

use crate::domain::authority::Action;
use crate::domain::organisation::{Division, Organisation, OrganisationState};
use crate::http::api::people::MOST_BYTES;
use crate::http::authenticate::Caller;
use crate::http::body;
use crate::http::problem::Problem;
use crate::http::route::{Content, Route};
use crate::http::state::Server;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::routing::post;
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;

/// What to add.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OrganisationBody {
    /// 统一社会信用代码, 18 characters.
    code: String,
    /// Name.
    name: String,
    /// 行政区划代码, 6 digits; within that of the parent.
    division: Division,
    /// Code of the organisation above it.
    parent: String,
}

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "post",
        path: "/api/v1/organisations",
        id: "addOrganisation",
        summary: "新增下级机构 Add an organisation below your own",
        action: Some(Action::ManageOrganisations),
        parameters: vec![],
        request: vec![Content::json::<OrganisationBody>()],
        answer: (201, Content::json::<Organisation>()),
        refusals: &[400, 401, 403, 409, 413, 415, 422, 429, 503],
        handler: post(handle),
    }
}

async fn handle(
    State(server): State<Arc<Server>>,
    Caller(actor): Caller,
    request: Request,
) -> Result<(StatusCode, Json<Organisation>), Problem> {
    let OrganisationBody { code, name, division, parent } = body::read_json(request, MOST_BYTES).await?;
    let organisation = Organisation { code, name, division, parent: Some(parent), state: OrganisationState::Active };
    Ok((StatusCode::CREATED, Json(server.services.add_organisation(&actor, organisation).await?)))
}
