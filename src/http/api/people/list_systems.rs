//! `GET /api/v1/systems`: lists the connected systems of an organisation.

use crate::domain::authority::Action;
use crate::domain::page::Page;
use crate::domain::system::System;
use crate::http::api::people::{ORGANISATION, OfOrganisation};
use crate::http::authenticate::Caller;
use crate::http::page_of::{AFTER, LIMIT, PageOf};
use crate::http::problem::Problem;
use crate::http::route::{Content, Route};
use crate::http::state::Server;
use axum::Json;
use axum::extract::{Query, State};
use axum::routing::get;
use std::sync::Arc;

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "get",
        path: "/api/v1/systems",
        id: "listSystems",
        summary: "接入系统列表 List the connected systems of an organisation",
        action: Some(Action::ReadSystems),
        parameters: vec![ORGANISATION, LIMIT, AFTER],
        request: vec![],
        answer: (200, Content::json::<Page<System>>()),
        refusals: &[400, 401, 403, 429, 503],
        handler: get(handle),
    }
}

async fn handle(
    State(server): State<Arc<Server>>,
    Caller(actor): Caller,
    Query(of): Query<OfOrganisation>,
    PageOf(page): PageOf,
) -> Result<Json<Page<System>>, Problem> {
    Ok(Json(server.services.list_systems(&actor, &of.or_own(&actor), &page).await?))
}
