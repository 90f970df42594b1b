//! `GET /api/v1/licences/{identifier}/metadata`: metadata of a licence (元数据查询), the elements that are asked for.

use crate::domain::authority::Action;
use crate::http::api::read_licence::IDENTIFIER;
use crate::http::authenticate::Caller;
use crate::http::problem::Problem;
use crate::http::route::{Content, Parameter, Route};
use crate::http::state::Server;
use crate::services::MetadataView;
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
        path: "/api/v1/licences/{identifier}/metadata",
        id: "readMetadata",
        summary: "查询证照元数据 Read metadata of a licence",
        action: Some(Action::ReadMetadata),
        parameters: vec![IDENTIFIER, FIELDS],
        request: vec![],
        answer: (200, Content::json::<MetadataView>()),
        refusals: &[400, 401, 403, 404, 422, 429, 503],
        handler: get(handle),
    }
}

const FIELDS: Parameter = Parameter {
    place: "query",
    name: "fields",
    description: "Short codes separated by commas, e.g. `ZZMC,KZ_ZS`; absent: all common ones.",
};

#[derive(Deserialize)]
struct Asked {
    fields: Option<String>,
}

async fn handle(
    State(server): State<Arc<Server>>,
    Caller(actor): Caller,
    Path(identifier): Path<String>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<MetadataView>, Problem> {
    let Query(Asked { fields }) = asked.map_err(|error| Problem::bad_body(error.body_text()))?;
    let fields: Option<Vec<String>> = fields.map(|fields| fields.split(',').map(|code| code.trim().to_owned()).collect());
    Ok(Json(server.services.read_metadata(&actor, &identifier, fields.as_deref()).await?))
}
