//! `POST /api/v1/applications`: applies for something (申请), as a draft or handed in at once.

use crate::domain::application::Proposal;
use crate::domain::authority::Action;
use crate::http::authenticate::Caller;
use crate::http::body;
use crate::http::problem::Problem;
use crate::http::route::{Content, Route};
use crate::http::state::Server;
use crate::services::ApplicationView;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::routing::post;
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "post",
        path: "/api/v1/applications",
        id: "apply",
        summary: "提交申请或存为草稿 Apply for something, or draft it",
        action: Some(Action::HandInApplication),
        parameters: vec![],
        request: vec![Content::json::<ApplicationBody>()],
        answer: (201, Content::json::<ApplicationView>()),
        refusals: &[400, 401, 403, 404, 409, 413, 415, 422, 429, 503],
        handler: post(handle),
    }
}

/// What is applied for.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplicationBody {
    /// Kind and content.
    proposal: Proposal,
    /// Hand it in at once? If not, it is kept as a draft.
    #[serde(default)]
    submit: bool,
}

async fn handle(
    State(server): State<Arc<Server>>,
    Caller(actor): Caller,
    request: Request,
) -> Result<(StatusCode, Json<ApplicationView>), Problem> {
    let ApplicationBody { proposal, submit } = body::read_json(request, server.settings.mint_bytes).await?;
    Ok((StatusCode::CREATED, Json(server.services.apply(&actor, proposal, submit).await?)))
}
