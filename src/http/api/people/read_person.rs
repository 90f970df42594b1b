//! `GET /api/v1/people/{person}`: reads one person with all roles.

use crate::domain::authority::Action;
use crate::http::api::people::{PERSON, person_id};
use crate::http::authenticate::Caller;
use crate::http::problem::Problem;
use crate::http::route::{Content, Route};
use crate::http::state::Server;
use crate::services::PersonView;
use axum::Json;
use axum::extract::{Path, State};
use axum::routing::get;
use std::sync::Arc;

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "get",
        path: "/api/v1/people/{person}",
        id: "readPerson",
        summary: "查阅人员及其角色 Read a person with all roles",
        action: Some(Action::ReadPeople),
        parameters: vec![PERSON],
        request: vec![],
        answer: (200, Content::json::<PersonView>()),
        refusals: &[401, 403, 404, 429, 503],
        handler: get(handle),
    }
}

async fn handle(State(server): State<Arc<Server>>, Caller(actor): Caller, Path(person): Path<String>) -> Result<Json<PersonView>, Problem> {
    Ok(Json(server.services.read_person(&actor, person_id(&person)?).await?))
}
