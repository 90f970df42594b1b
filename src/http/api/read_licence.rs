//! `GET /api/v1/licences/{identifier}`: reads a licence (查阅).

use crate::domain::authority::Action;
use crate::http::api::licence_answer::LicenceAnswer;
use crate::http::authenticate::Caller;
use crate::http::problem::Problem;
use crate::http::route::{Content, Parameter, Route};
use crate::http::state::Server;
use axum::Json;
use axum::extract::{Path, State};
use axum::routing::get;
use std::sync::Arc;

/// The parameter of every route about one licence.
pub const IDENTIFIER: Parameter =
    Parameter { place: "path", name: "identifier", description: "证照标识 (GB/T 36904), the whole string." };

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "get",
        path: "/api/v1/licences/{identifier}",
        id: "readLicence",
        summary: "查阅本部门的一份证照 Read a licence of your department",
        action: Some(Action::ReadLicence),
        parameters: vec![IDENTIFIER],
        request: vec![],
        answer: (200, Content::json::<LicenceAnswer>()),
        refusals: &[401, 403, 404, 429, 503],
        handler: get(handle),
    }
}

async fn handle(
    State(server): State<Arc<Server>>,
    Caller(actor): Caller,
    Path(identifier): Path<String>,
) -> Result<Json<LicenceAnswer>, Problem> {
    Ok(Json(server.services.read_licence(&actor, &identifier).await?.into()))
}
