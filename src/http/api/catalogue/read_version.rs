//! `GET /api/v1/catalogue/entries/{type}/versions/{version}`: one version of an entry, whole.

use crate::domain::authority::Action;
use crate::http::api::catalogue::TYPE;
use crate::http::authenticate::Caller;
use crate::http::problem::Problem;
use crate::http::route::{Content, Parameter, Route};
use crate::http::state::Server;
use crate::services::VersionView;
use axum::Json;
use axum::extract::{Path, State};
use axum::routing::get;
use std::sync::Arc;

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "get",
        path: "/api/v1/catalogue/entries/{type}/versions/{version}",
        id: "readEntryVersion",
        summary: "查阅目录条目的一个版本 Read a version of an entry",
        action: Some(Action::ReadCatalogue),
        parameters: vec![TYPE, VERSION],
        request: vec![],
        answer: (200, Content::json::<VersionView>()),
        refusals: &[400, 401, 403, 404, 429, 503],
        handler: get(handle),
    }
}

const VERSION: Parameter = Parameter { place: "path", name: "version", description: "From 1." };

async fn handle(
    State(server): State<Arc<Server>>,
    Caller(actor): Caller,
    Path((type_code, version)): Path<(String, String)>,
) -> Result<Json<VersionView>, Problem> {
    let version = version.parse().map_err(|_| Problem::not_found())?;
    Ok(Json(server.services.read_entry_version(&actor, &type_code, version).await?))
}
