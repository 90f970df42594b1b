//! `GET /api/v1/session`: who is logged in, and what that login may do.

use crate::domain::actor::Role;
use crate::domain::authority::Action;
use crate::domain::authority::Reach;
use crate::http::authenticate::Caller;
use crate::http::problem::Problem;
use crate::http::route::{Content, Route};
use crate::http::state::Server;
use axum::Json;
use axum::extract::State;
use axum::routing::get;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A login.
#[derive(Serialize, JsonSchema)]
pub struct Session {
    /// Pseudonymous id, as audit lines name it.
    id: String,
    /// Code of the organisation that it acts for.
    organisation: String,
    /// Name of that organisation.
    organisation_name: String,
    /// What it is there.
    #[schemars(with = "Vec<String>")]
    roles: Vec<Role>,
    /// What it may do, and to whose things: `own`, `below` (own and below) or `all`.
    #[schemars(with = "BTreeMap<String, String>")]
    actions: BTreeMap<&'static str, Reach>,
}

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "get",
        path: "/api/v1/session",
        id: "readSession",
        summary: "查看当前登录身份和权限 See who is logged in, and what that login may do",
        action: Some(Action::ReadSession),
        parameters: vec![],
        request: vec![],
        answer: (200, Content::json::<Session>()),
        refusals: &[401, 403, 429, 503],
        handler: get(handle),
    }
}

async fn handle(State(server): State<Arc<Server>>, Caller(actor): Caller) -> Result<Json<Session>, Problem> {
    let actions = server.services.actions_of(&actor).await?;
    Ok(Json(Session {
        id: actor.id,
        organisation: actor.department.code,
        organisation_name: actor.department.name,
        roles: actor.roles,
        actions: actions.into_iter().map(|(action, reach)| (action.word(), reach)).collect(),
    }))
}
