//! `GET /api/v1/applications/{application}/licence`: what became of an approved application for a licence.

use crate::domain::application::ApplicationId;
use crate::domain::authority::Action;
use crate::http::authenticate::Caller;
use crate::http::problem::Problem;
use crate::http::route::{Content, Parameter, Route};
use crate::http::state::Server;
use crate::services::IssuedLicence;
use axum::Json;
use axum::extract::{Path, State};
use axum::routing::get;
use std::sync::Arc;

const APPLICATION: Parameter = Parameter { place: "path", name: "application", description: "Id of the application: 32 hex digits." };

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "get",
        path: "/api/v1/applications/{application}/licence",
        id: "readIssuedLicence",
        summary: "查看申请签发的证照 See the licence that an approved application led to",
        action: Some(Action::ReadLicenceApplication),
        parameters: vec![APPLICATION],
        request: vec![],
        answer: (200, Content::json::<IssuedLicence>()),
        refusals: &[401, 403, 404, 429, 503],
        handler: get(handle),
    }
}

async fn handle(
    State(server): State<Arc<Server>>,
    Caller(actor): Caller,
    Path(application): Path<String>,
) -> Result<Json<IssuedLicence>, Problem> {
    let id = ApplicationId::from_hex(&application).ok_or_else(Problem::not_found)?;
    Ok(Json(server.services.issued_licence(&actor, id).await?))
}
