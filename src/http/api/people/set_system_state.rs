//! `PUT /api/v1/systems/{system}/state`: cuts a system off, or connects it again.

use crate::domain::authority::Action;
use crate::domain::system::System;
use crate::http::api::people::MOST_BYTES;
use crate::http::api::people::set_person_state::StateBody;
use crate::http::authenticate::Caller;
use crate::http::body;
use crate::http::problem::Problem;
use crate::http::route::Parameter;
use crate::http::route::{Content, Route};
use crate::http::state::Server;
use axum::Json;
use axum::extract::{Path, Request, State};
use axum::routing::put;
use std::sync::Arc;

const SYSTEM: Parameter = Parameter { place: "path", name: "system", description: "Id of the system." };

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "put",
        path: "/api/v1/systems/{system}/state",
        id: "setSystemState",
        summary: "停用或恢复系统接入 Cut a system off, or connect it again",
        action: Some(Action::ManageSystems),
        parameters: vec![SYSTEM],
        request: vec![Content::json::<StateBody>()],
        answer: (200, Content::json::<System>()),
        refusals: &[400, 401, 403, 404, 413, 415, 429, 503],
        handler: put(handle),
    }
}

async fn handle(
    State(server): State<Arc<Server>>,
    Caller(actor): Caller,
    Path(system): Path<String>,
    request: Request,
) -> Result<Json<System>, Problem> {
    let StateBody { state } = body::read_json(request, MOST_BYTES).await?;
    Ok(Json(server.services.set_system_state(&actor, &system, state).await?))
}
