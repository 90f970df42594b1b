//! `POST /api/v1/applications/{application}/withdrawal`: takes an application back (撤回).

use crate::domain::authority::Action;
use crate::http::api::applications::{APPLICATION, application_id};
use crate::http::authenticate::Caller;
use crate::http::body;
use crate::http::problem::Problem;
use crate::http::route::{Content, Route};
use crate::http::state::Server;
use crate::services::ApplicationView;
use axum::Json;
use axum::extract::{Path, Request, State};
use axum::routing::post;
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "post",
        path: "/api/v1/applications/{application}/withdrawal",
        id: "withdrawApplication",
        summary: "撤回本部门的申请 Take an application of your department back",
        action: Some(Action::HandInApplication),
        parameters: vec![APPLICATION],
        request: vec![Content::json::<WithdrawalBody>()],
        answer: (200, Content::json::<ApplicationView>()),
        refusals: &[400, 401, 403, 404, 409, 413, 415, 422, 429, 503],
        handler: post(handle),
    }
}

/// Why.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WithdrawalBody {
    /// The reason, 2 to 500 characters; kept encrypted.
    reason: String,
}

async fn handle(
    State(server): State<Arc<Server>>,
    Caller(actor): Caller,
    Path(application): Path<String>,
    request: Request,
) -> Result<Json<ApplicationView>, Problem> {
    let id = application_id(&application)?;
    let WithdrawalBody { reason } = body::read_json(request, server.settings.mint_bytes).await?;
    Ok(Json(server.services.withdraw_application(&actor, id, &reason).await?))
}
