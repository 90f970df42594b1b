//! `GET /api/v1/applications/{application}`: reads an application (查阅申请).

use crate::domain::authority::Action;
use crate::http::api::applications::{APPLICATION, application_id};
use crate::http::authenticate::Caller;
use crate::http::problem::Problem;
use crate::http::route::{Content, Route};
use crate::http::state::Server;
use crate::services::ApplicationView;
use axum::Json;
use axum::extract::{Path, State};
use axum::routing::get;
use std::sync::Arc;

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "get",
        path: "/api/v1/applications/{application}",
        id: "readApplication",
        summary: "查阅一份申请 Read an application",
        action: Some(Action::ReadApplication),
        parameters: vec![APPLICATION],
        request: vec![],
        answer: (200, Content::json::<ApplicationView>()),
        refusals: &[401, 403, 404, 429, 503],
        handler: get(handle),
    }
}

async fn handle(
    State(server): State<Arc<Server>>,
    Caller(actor): Caller,
    Path(application): Path<String>,
) -> Result<Json<ApplicationView>, Problem> {
    Ok(Json(server.services.read_application(&actor, application_id(&application)?).await?))
}
