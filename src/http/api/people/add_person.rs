//! `POST /api/v1/people`: adds a person to the accounts of an organisation.

use crate::domain::authority::Action;
use crate::domain::person::PersonFacts;
use crate::http::api::people::MOST_BYTES;
use crate::http::authenticate::Caller;
use crate::http::body;
use crate::http::problem::Problem;
use crate::http::route::{Content, Route};
use crate::http::state::Server;
use crate::services::PersonView;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::routing::post;
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;

/// Whom to add.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonBody {
    /// Code of the organisation that keeps the account; absent: the caller's own.
    organisation: Option<String>,
    /// What is known of the person; kept encrypted.
    person: PersonFacts,
}

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "post",
        path: "/api/v1/people",
        id: "addPerson",
        summary: "新增人员 Add a person",
        action: Some(Action::ManagePeople),
        parameters: vec![],
        request: vec![Content::json::<PersonBody>()],
        answer: (201, Content::json::<PersonView>()),
        refusals: &[400, 401, 403, 409, 413, 415, 422, 429, 503],
        handler: post(handle),
    }
}

async fn handle(
    State(server): State<Arc<Server>>,
    Caller(actor): Caller,
    request: Request,
) -> Result<(StatusCode, Json<PersonView>), Problem> {
    let PersonBody { organisation, person } = body::read_json(request, MOST_BYTES).await?;
    let organisation = organisation.unwrap_or_else(|| actor.department.code.clone());
    Ok((StatusCode::CREATED, Json(server.services.add_person(&actor, &organisation, person).await?)))
}
