//! `GET /api/v1/catalogue/entries/{type}/differences`: two versions of an entry side by side (版本对比).

use crate::domain::authority::Action;
use crate::http::api::catalogue::TYPE;
use crate::http::authenticate::Caller;
use crate::http::problem::Problem;
use crate::http::route::{Content, Parameter, Route};
use crate::http::state::Server;
use crate::services::Comparison;
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::routing::get;
use serde::Deserialize;
use std::sync::Arc;

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "get",
        path: "/api/v1/catalogue/entries/{type}/differences",
        id: "compareEntryVersions",
        summary: "对比目录条目的两个版本 Compare two versions of an entry",
        action: Some(Action::ReadCatalogue),
        parameters: vec![TYPE, BEFORE, AFTER],
        request: vec![],
        answer: (200, Content::json::<Comparison>()),
        refusals: &[400, 401, 403, 404, 429, 503],
        handler: get(handle),
    }
}

const BEFORE: Parameter = Parameter { place: "query", name: "before", description: "The one version; required." };
const AFTER: Parameter = Parameter { place: "query", name: "after", description: "The other version; required." };

#[derive(Deserialize)]
struct Asked {
    before: i64,
    after: i64,
}

async fn handle(
    State(server): State<Arc<Server>>,
    Caller(actor): Caller,
    Path(type_code): Path<String>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Comparison>, Problem> {
    let Query(Asked { before, after }) = asked.map_err(|error| Problem::bad_body(error.body_text()))?;
    Ok(Json(server.services.compare_entry_versions(&actor, &type_code, before, after).await?))
}
