//! `POST /api/v1/seals`: applies for a new seal of the caller's organisation (申请印章).

use crate::domain::authority::Action;
use crate::http::authenticate::Caller;
use crate::http::body;
use crate::http::problem::Problem;
use crate::http::route::{Content, Route};
use crate::http::state::Server;
use crate::services::{ApplicationView, SealRequest};
use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::routing::post;
use std::sync::Arc;

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "post",
        path: "/api/v1/seals",
        id: "applyForSeal",
        summary: "申请新印章，由他人审批 Apply for a new seal; another person reviews the application",
        action: Some(Action::ApplyForSeal),
        parameters: vec![],
        request: vec![Content::json::<SealRequest>()],
        answer: (201, Content::json::<ApplicationView>()),
        refusals: &[400, 401, 403, 413, 415, 422, 429, 503],
        handler: post(handle),
    }
}

async fn handle(
    State(server): State<Arc<Server>>,
    Caller(actor): Caller,
    request: Request,
) -> Result<(StatusCode, Json<ApplicationView>), Problem> {
    let request: SealRequest = body::read_json(request, server.settings.mint_bytes).await?;
    Ok((StatusCode::CREATED, Json(server.services.apply_for_seal(&actor, request).await?)))
}
