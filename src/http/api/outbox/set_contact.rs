//! `PUT /api/v1/contacts`: says how a holder is told of licences (联系方式).

use crate::domain::authority::Action;
use crate::http::api::outbox::{DONE, DoneAnswer, MOST_BYTES};
use crate::http::authenticate::Caller;
use crate::http::body;
use crate::http::problem::Problem;
use crate::http::route::{Content, Route};
use crate::http::state::Server;
use crate::services::HolderContact;
use axum::Json;
use axum::extract::{Request, State};
use axum::routing::put;
use std::sync::Arc;

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "put",
        path: "/api/v1/contacts",
        id: "setContact",
        summary: "登记或删除持证主体的提醒方式 Set or remove how your organisation tells a holder of its licences",
        action: Some(Action::ManageContacts),
        parameters: vec![],
        request: vec![Content::json::<HolderContact>()],
        answer: (200, Content::json::<DoneAnswer>()),
        refusals: &[400, 401, 403, 413, 415, 422, 429, 503],
        handler: put(handle),
    }
}

async fn handle(State(server): State<Arc<Server>>, Caller(actor): Caller, request: Request) -> Result<Json<DoneAnswer>, Problem> {
    let contact: HolderContact = body::read_json(request, MOST_BYTES).await?;
    server.services.set_contact(&actor, contact).await?;
    Ok(Json(DONE))
}
