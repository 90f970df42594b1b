//! `GET /api/v1/organisations`: lists organisations by code.

use crate::domain::authority::Action;
use crate::domain::organisation::Organisation;
use crate::domain::page::Page;
use crate::http::authenticate::Caller;
use crate::http::page_of::{AFTER, LIMIT, PageOf};
use crate::http::problem::Problem;
use crate::http::route::Parameter;
use crate::http::route::{Content, Route};
use crate::http::state::Server;
use axum::Json;
use axum::extract::{Query, State};
use axum::routing::get;
use serde::Deserialize;
use std::sync::Arc;

const PARENT: Parameter =
    Parameter { place: "query", name: "parent", description: "Only those directly below the organisation of this code." };

#[derive(Deserialize)]
struct Asked {
    parent: Option<String>,
}

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "get",
        path: "/api/v1/organisations",
        id: "listOrganisations",
        summary: "机构列表 List organisations",
        action: Some(Action::ReadOrganisations),
        parameters: vec![PARENT, LIMIT, AFTER],
        request: vec![],
        answer: (200, Content::json::<Page<Organisation>>()),
        refusals: &[400, 401, 403, 429, 503],
        handler: get(handle),
    }
}

async fn handle(
    State(server): State<Arc<Server>>,
    Caller(actor): Caller,
    Query(Asked { parent }): Query<Asked>,
    PageOf(page): PageOf,
) -> Result<Json<Page<Organisation>>, Problem> {
    Ok(Json(server.services.list_organisations(&actor, parent.as_deref(), &page).await?))
}
