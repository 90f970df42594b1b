//! `GET /api/v1/organisations/{code}`: reads one organisation.

use crate::domain::authority::Action;
use crate::domain::organisation::Organisation;
use crate::http::authenticate::Caller;
use crate::http::problem::Problem;
use crate::http::route::Parameter;
use crate::http::route::{Content, Route};
use crate::http::state::Server;
use axum::Json;
use axum::extract::{Path, State};
use axum::routing::get;
use std::sync::Arc;

/// The parameter of every route about one organisation.
pub const CODE: Parameter = Parameter { place: "path", name: "code", description: "统一社会信用代码, 18 characters." };

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "get",
        path: "/api/v1/organisations/{code}",
        id: "readOrganisation",
        summary: "查阅机构 Read an organisation",
        action: Some(Action::ReadOrganisations),
        parameters: vec![CODE],
        request: vec![],
        answer: (200, Content::json::<Organisation>()),
        refusals: &[401, 403, 404, 429, 503],
        handler: get(handle),
    }
}

async fn handle(State(server): State<Arc<Server>>, Caller(actor): Caller, Path(code): Path<String>) -> Result<Json<Organisation>, Problem> {
    Ok(Json(server.services.read_organisation(&actor, &code).await?))
}
