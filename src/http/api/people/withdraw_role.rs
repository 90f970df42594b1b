//! `DELETE /api/v1/people/{person}/roles/{organisation}/{role}`: takes a role back.

use crate::domain::authority::Action;
use crate::http::api::people::{PERSON, person_id, role};
use crate::http::authenticate::Caller;
use crate::http::problem::Problem;
use crate::http::route::{Content, Parameter, Route};
use crate::http::state::Server;
use axum::Json;
use axum::extract::{Path, State};
use axum::routing::delete;
use schemars::JsonSchema;
use serde::Serialize;
use std::sync::Arc;

const OF: Parameter = Parameter { place: "path", name: "organisation", description: "Code of the organisation." };
const ROLE: Parameter = Parameter { place: "path", name: "role", description: "The role's word." };

/// Which role was taken back.
#[derive(Serialize, JsonSchema)]
pub struct Withdrawn {
    /// Code of the organisation.
    organisation: String,
    /// The role's word.
    role: String,
}

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "delete",
        path: "/api/v1/people/{person}/roles/{organisation}/{role}",
        id: "withdrawRole",
        summary: "收回角色 Take a role back",
        action: Some(Action::GrantRoles),
        parameters: vec![PERSON, OF, ROLE],
        request: vec![],
        answer: (200, Content::json::<Withdrawn>()),
        refusals: &[401, 403, 404, 429, 503],
        handler: delete(handle),
    }
}

async fn handle(
    State(server): State<Arc<Server>>,
    Caller(actor): Caller,
    Path((person, organisation, word)): Path<(String, String, String)>,
) -> Result<Json<Withdrawn>, Problem> {
    server.services.withdraw_role(&actor, person_id(&person)?, &organisation, role(&word)?).await?;
    Ok(Json(Withdrawn { organisation, role: word }))
}
