//! `GET /api/v1/catalogue/search`: searches the catalogue (目录检索).

use super::query;
use crate::domain::authority::Action;
use crate::http::authenticate::Caller;
use crate::http::page_of::{AFTER, LIMIT, PageOf};
use crate::http::problem::Problem;
use crate::http::route::{Content, Route};
use crate::http::state::Server;
use crate::services::CatalogueMatches;
use axum::Json;
use axum::extract::{Query, State};
use axum::routing::get;
use std::sync::Arc;

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "get",
        path: "/api/v1/catalogue/search",
        id: "searchCatalogue",
        summary: "检索目录 Search the catalogue by words, pinyin and codes, narrowed by facets",
        action: Some(Action::ReadCatalogue),
        parameters: query::PARAMETERS.into_iter().chain([LIMIT, AFTER]).collect(),
        request: vec![],
        answer: (200, Content::json::<CatalogueMatches>()),
        refusals: &[400, 401, 403, 422, 429, 503],
        handler: get(handle),
    }
}

async fn handle(
    State(server): State<Arc<Server>>,
    Caller(actor): Caller,
    PageOf(page): PageOf,
    Query(parameters): Query<Vec<(String, String)>>,
) -> Result<Json<CatalogueMatches>, Problem> {
    let query = query::query(parameters, &["limit", "after"])?;
    Ok(Json(server.services.search_catalogue(&actor, query, &page).await?))
}
