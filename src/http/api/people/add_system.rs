//! `POST /api/v1/systems`: connects a system; its key is in the answer, this once.

use crate::domain::actor::Role;
use crate::domain::authority::Action;
use crate::domain::person::AccountState;
use crate::domain::system::System;
use crate::http::api::people::MOST_BYTES;
use crate::http::authenticate::Caller;
use crate::http::body;
use crate::http::problem::Problem;
use crate::http::route::{Content, Route};
use crate::http::state::Server;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What to connect.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SystemBody {
    /// Pseudonymous id: 1 to 64 of ASCII letters, digits, `-`, `_`, `.`; it stands in audit lines.
    id: String,
    /// Code of the organisation that it acts for; absent: the caller's own.
    organisation: Option<String>,
    /// What it is called. No person's name.
    name: String,
    /// What it is there.
    #[schemars(with = "Vec<String>")]
    roles: Vec<Role>,
}

/// A system with its key.
#[derive(Serialize, JsonSchema)]
pub struct ConnectedSystem {
    /// The system.
    #[serde(flatten)]
    system: System,
    /// Its API key. Nobody can show it again.
    key: String,
}

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "post",
        path: "/api/v1/systems",
        id: "addSystem",
        summary: "接入系统，密钥仅显示一次 Connect a system; its key is shown this once",
        action: Some(Action::ManageSystems),
        parameters: vec![],
        request: vec![Content::json::<SystemBody>()],
        answer: (201, Content::json::<ConnectedSystem>()),
        refusals: &[400, 401, 403, 409, 413, 415, 422, 429, 503],
        handler: post(handle),
    }
}

async fn handle(State(server): State<Arc<Server>>, Caller(actor): Caller, request: Request) -> Result<Response, Problem> {
    let SystemBody { id, organisation, name, roles } = body::read_json(request, MOST_BYTES).await?;
    let organisation = organisation.unwrap_or_else(|| actor.department.code.clone());
    let system = System { id, organisation, name, roles, state: AccountState::Active };
    let added = server.services.add_system(&actor, system).await?;
    let answer = ConnectedSystem { system: added.system, key: added.key.expose().clone() };
    Ok((StatusCode::CREATED, [(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response())
}
