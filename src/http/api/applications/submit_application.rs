//! `POST /api/v1/applications/{application}/submission`: hands a draft in (上报).

use crate::domain::authority::Action;
use crate::http::api::applications::{APPLICATION, application_id};
use crate::http::authenticate::Caller;
use crate::http::problem::Problem;
use crate::http::route::{Content, Route};
use crate::http::state::Server;
use crate::services::ApplicationView;
use axum::Json;
use axum::extract::{Path, State};
use axum::routing::post;
use std::sync::Arc;

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "post",
        path: "/api/v1/applications/{application}/submission",
        id: "submitApplication",
        summary: "上报本人的草稿 Hand a draft of your own in",
        action: Some(Action::HandInApplication),
        parameters: vec![APPLICATION],
        request: vec![],
        answer: (200, Content::json::<ApplicationView>()),
        refusals: &[401, 403, 404, 409, 422, 429, 503],
        handler: post(handle),
    }
}

async fn handle(
    State(server): State<Arc<Server>>,
    Caller(actor): Caller,
    Path(application): Path<String>,
) -> Result<Json<ApplicationView>, Problem> {
    Ok(Json(server.services.submit_application(&actor, application_id(&application)?).await?))
}
