//! `GET /api/v1/catalogue/imports/{import_id}`: reads one batch of entries.

use crate::domain::authority::Action;
use crate::domain::catalogue_import::ImportId;
use crate::http::authenticate::Caller;
use crate::http::problem::Problem;
use crate::http::route::{Content, Parameter, Route};
use crate::http::state::Server;
use crate::services::{ImportView, Refusal};
use axum::Json;
use axum::extract::{Path, State};
use axum::routing::get;
use std::sync::Arc;

/// The parameter of every route about one batch.
pub const IMPORT_ID: Parameter = Parameter { place: "path", name: "import_id", description: "Id of the batch, 32 hex digits." };

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "get",
        path: "/api/v1/catalogue/imports/{import_id}",
        id: "readCatalogueImport",
        summary: "查阅目录导入批次 Read a batch of catalogue entries",
        action: Some(Action::ReadEntryApplication),
        parameters: vec![IMPORT_ID],
        request: vec![],
        answer: (200, Content::json::<ImportView>()),
        refusals: &[401, 403, 404, 429, 503],
        handler: get(handle),
    }
}

async fn handle(State(server): State<Arc<Server>>, Caller(actor): Caller, Path(id): Path<String>) -> Result<Json<ImportView>, Problem> {
    let id = ImportId::parse(&id).ok_or(Refusal::NotFound)?;
    Ok(Json(server.services.read_import(&actor, &id).await?))
}
