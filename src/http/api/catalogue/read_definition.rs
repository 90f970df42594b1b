//! `GET /api/v1/catalogue/entries/{type}/definition`: the metadata definition of a licence type (元数据定义).

use crate::domain::authority::Action;
use crate::http::api::catalogue::TYPE;
use crate::http::authenticate::Caller;
use crate::http::problem::Problem;
use crate::http::route::{Content, Parameter, Route};
use crate::http::state::Server;
use crate::services::DefinitionView;
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
        path: "/api/v1/catalogue/entries/{type}/definition",
        id: "readDefinition",
        summary: "查阅元数据定义 Read the metadata definition of a licence type",
        action: Some(Action::ReadCatalogue),
        parameters: vec![TYPE, VERSION],
        request: vec![],
        answer: (200, Content::json::<DefinitionView>()),
        refusals: &[400, 401, 403, 404, 429, 503],
        handler: get(handle),
    }
}

const VERSION: Parameter = Parameter {
    place: "query",
    name: "version",
    description: "Version of the definition; absent: the one that the entry in force links to.",
};

#[derive(Deserialize)]
struct Asked {
    version: Option<u32>,
}

async fn handle(
    State(server): State<Arc<Server>>,
    Caller(actor): Caller,
    Path(type_code): Path<String>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<DefinitionView>, Problem> {
    let Query(Asked { version }) = asked.map_err(|error| Problem::bad_body(error.body_text()))?;
    Ok(Json(server.services.read_definition(&actor, &type_code, version).await?))
}
