//! `GET /api/v1/catalogue/entries/{type}`: reads an entry (目录条目).

use crate::domain::authority::Action;
use crate::http::api::catalogue::TYPE;
use crate::http::authenticate::Caller;
use crate::http::problem::Problem;
use crate::http::route::{Content, Route};
use crate::http::state::Server;
use crate::services::EntryView;
use axum::Json;
use axum::extract::{Path, State};
use axum::routing::get;
use std::sync::Arc;

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "get",
        path: "/api/v1/catalogue/entries/{type}",
        id: "readEntry",
        summary: "查阅一个目录条目 Read an entry of the catalogue",
        action: Some(Action::ReadCatalogue),
        parameters: vec![TYPE],
        request: vec![],
        answer: (200, Content::json::<EntryView>()),
        refusals: &[401, 403, 404, 429, 503],
        handler: get(handle),
    }
}

async fn handle(
    State(server): State<Arc<Server>>,
    Caller(actor): Caller,
    Path(type_code): Path<String>,
) -> Result<Json<EntryView>, Problem> {
    Ok(Json(server.services.read_entry(&actor, &type_code).await?))
}
