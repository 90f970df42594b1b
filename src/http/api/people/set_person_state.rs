//! `PUT /api/v1/people/{person}/state`: suspends a person, or lets the person work again.

use crate::domain::authority::Action;
use crate::domain::person::AccountState;
use crate::http::api::people::{MOST_BYTES, PERSON, person_id};
use crate::http::authenticate::Caller;
use crate::http::body;
use crate::http::problem::Problem;
use crate::http::route::{Content, Route};
use crate::http::state::Server;
use crate::services::PersonView;
use axum::Json;
use axum::extract::{Path, Request, State};
use axum::routing::put;
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;

/// The state that it shall have.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StateBody {
    /// State.
    pub state: AccountState,
}

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "put",
        path: "/api/v1/people/{person}/state",
        id: "setPersonState",
        summary: "停用或恢复人员 Suspend a person, or let the person work again",
        action: Some(Action::ManagePeople),
        parameters: vec![PERSON],
        request: vec![Content::json::<StateBody>()],
        answer: (200, Content::json::<PersonView>()),
        refusals: &[400, 401, 403, 404, 413, 415, 429, 503],
        handler: put(handle),
    }
}

async fn handle(
    State(server): State<Arc<Server>>,
    Caller(actor): Caller,
    Path(person): Path<String>,
    request: Request,
) -> Result<Json<PersonView>, Problem> {
    let StateBody { state } = body::read_json(request, MOST_BYTES).await?;
    Ok(Json(server.services.set_person_state(&actor, person_id(&person)?, state).await?))
}
