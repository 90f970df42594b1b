//! `GET /api/v1/people`: lists the people whose accounts an organisation keeps.

use crate::domain::authority::Action;
use crate::domain::page::Page;
use crate::http::api::people::{ORGANISATION, OfOrganisation};
use crate::http::authenticate::Caller;
use crate::http::page_of::{AFTER, LIMIT, PageOf};
use crate::http::problem::Problem;
use crate::http::route::{Content, Route};
use crate::http::state::Server;
use crate::services::PersonView;
use axum::Json;
use axum::extract::{Query, State};
use axum::routing::get;
use std::sync::Arc;

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "get",
        path: "/api/v1/people",
        id: "listPeople",
        summary: "人员列表 List the people of an organisation",
        action: Some(Action::ReadPeople),
        parameters: vec![ORGANISATION, LIMIT, AFTER],
        request: vec![],
        answer: (200, Content::json::<Page<PersonView>>()),
        refusals: &[400, 401, 403, 429, 503],
        handler: get(handle),
    }
}

async fn handle(
    State(server): State<Arc<Server>>,
    Caller(actor): Caller,
    Query(of): Query<OfOrganisation>,
    PageOf(page): PageOf,
) -> Result<Json<Page<PersonView>>, Problem> {
    Ok(Json(server.services.list_people(&actor, &of.or_own(&actor), &page).await?))
}
