//! `GET /api/v1/applications`: lists applications of a kind, newest first.

use crate::domain::application::{ApplicationKind, ApplicationState};
use crate::domain::authority::Action;
use crate::domain::page::Page;
use crate::http::authenticate::Caller;
use crate::http::page_of::{AFTER, LIMIT, PageOf};
use crate::http::problem::Problem;
use crate::http::route::{Content, Parameter, Route};
use crate::http::state::Server;
use crate::services::ApplicationHead;
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::routing::get;
use serde::Deserialize;
use std::sync::Arc;

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "get",
        path: "/api/v1/applications",
        id: "listApplications",
        summary: "申请列表 List applications",
        action: Some(Action::ReadApplication),
        parameters: vec![KIND, STATE, LIMIT, AFTER],
        request: vec![],
        answer: (200, Content::json::<Page<ApplicationHead>>()),
        refusals: &[400, 401, 403, 429, 503],
        handler: get(handle),
    }
}

const KIND: Parameter = Parameter { place: "query", name: "kind", description: "Kind of application, e.g. `catalogue-entry`; required." };
const STATE: Parameter =
    Parameter { place: "query", name: "state", description: "`draft`, `submitted`, `approved`, `rejected` or `withdrawn`; absent: all." };

#[derive(Deserialize)]
struct Asked {
    kind: ApplicationKind,
    state: Option<ApplicationState>,
}

async fn handle(
    State(server): State<Arc<Server>>,
    Caller(actor): Caller,
    PageOf(page): PageOf,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Page<ApplicationHead>>, Problem> {
    let Query(Asked { kind, state }) = asked.map_err(|error| Problem::bad_body(error.body_text()))?;
    Ok(Json(server.services.list_applications(&actor, kind, state, &page).await?))
}
