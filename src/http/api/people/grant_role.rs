//! `POST /api/v1/people/{person}/roles`: gives a person a role in an organisation, for a time.

use crate::domain::authority::Action;
use crate::domain::person::RoleGrant;
use crate::http::api::people::{MOST_BYTES, PERSON, person_id};
use crate::http::authenticate::Caller;
use crate::http::body;
use crate::http::problem::Problem;
use crate::http::route::{Content, Route};
use crate::http::state::Server;
use axum::Json;
use axum::extract::{Path, Request, State};
use axum::routing::post;
use std::sync::Arc;

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "post",
        path: "/api/v1/people/{person}/roles",
        id: "grantRole",
        summary: "授予角色 Give a person a role in an organisation",
        action: Some(Action::GrantRoles),
        parameters: vec![PERSON],
        request: vec![Content::json::<RoleGrant>()],
        answer: (200, Content::json::<RoleGrant>()),
        refusals: &[400, 401, 403, 404, 413, 415, 422, 429, 503],
        handler: post(handle),
    }
}

async fn handle(
    State(server): State<Arc<Server>>,
    Caller(actor): Caller,
    Path(person): Path<String>,
    request: Request,
) -> Result<Json<RoleGrant>, Problem> {
    let grant: RoleGrant = body::read_json(request, MOST_BYTES).await?;
    server.services.grant_role(&actor, person_id(&person)?, &grant).await?;
    Ok(Json(grant))
}
