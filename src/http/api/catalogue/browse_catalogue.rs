//! `GET /api/v1/catalogue/classes`: the classes of the catalogue with their counts (分类浏览).

use crate::domain::authority::Action;
use crate::http::authenticate::Caller;
use crate::http::problem::Problem;
use crate::http::route::{Content, Route};
use crate::http::state::Server;
use crate::services::ClassCount;
use axum::Json;
use axum::extract::State;
use axum::routing::get;
use std::sync::Arc;

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "get",
        path: "/api/v1/catalogue/classes",
        id: "browseCatalogue",
        summary: "按自然人、法人及主题、行业分类浏览 Browse the classes of the catalogue",
        action: Some(Action::ReadCatalogue),
        parameters: vec![],
        request: vec![],
        answer: (200, Content::json::<Vec<ClassCount>>()),
        refusals: &[401, 403, 429, 503],
        handler: get(handle),
    }
}

async fn handle(State(server): State<Arc<Server>>, Caller(actor): Caller) -> Result<Json<Vec<ClassCount>>, Problem> {
    Ok(Json(server.services.browse_catalogue(&actor).await?))
}
