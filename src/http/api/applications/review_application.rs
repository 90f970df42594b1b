//! `POST /api/v1/applications/{application}/review`: approves or rejects (审核); nobody decides about an application of his own.

use crate::domain::authority::Action;
use crate::http::api::applications::{APPLICATION, application_id};
use crate::http::authenticate::Caller;
use crate::http::body;
use crate::http::problem::Problem;
use crate::http::route::{Content, Route};
use crate::http::state::Server;
use crate::services::{ApplicationView, Decision};
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
        path: "/api/v1/applications/{application}/review",
        id: "reviewApplication",
        summary: "审核他人的申请 Review an application of somebody else",
        action: Some(Action::ReviewApplication),
        parameters: vec![APPLICATION],
        request: vec![Content::json::<ReviewBody>()],
        answer: (200, Content::json::<ApplicationView>()),
        refusals: &[400, 401, 403, 404, 409, 413, 415, 422, 429, 503],
        handler: post(handle),
    }
}

/// The decision.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewBody {
    /// Approve or reject.
    decision: Decision,
    /// 审核意见, 2 to 500 characters; needed to reject. Kept encrypted.
    #[serde(default)]
    opinion: Option<String>,
}

async fn handle(
    State(server): State<Arc<Server>>,
    Caller(actor): Caller,
    Path(application): Path<String>,
    request: Request,
) -> Result<Json<ApplicationView>, Problem> {
    let id = application_id(&application)?;
    let ReviewBody { decision, opinion } = body::read_json(request, server.settings.mint_bytes).await?;
    Ok(Json(server.services.review_application(&actor, id, decision, opinion.as_deref()).await?))
}
