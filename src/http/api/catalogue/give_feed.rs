//! `GET /api/v1/catalogue/feed`: the changes of the catalogue for other platforms, signed (目录同步).

use crate::domain::authority::Action;
use crate::domain::catalogue_feed::SignedFeedPage;
use crate::http::authenticate::Caller;
use crate::http::problem::Problem;
use crate::http::route::{Content, Parameter, Route};
use crate::http::state::Server;
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
        path: "/api/v1/catalogue/feed",
        id: "giveCatalogueFeed",
        summary: "目录变更，签名，可续传 The changes of the catalogue, signed and resumable",
        action: Some(Action::FeedCatalogue),
        parameters: vec![AFTER],
        request: vec![],
        answer: (200, Content::json::<SignedFeedPage>()),
        refusals: &[400, 401, 403, 429, 503],
        handler: get(handle),
    }
}

const AFTER: Parameter = Parameter {
    place: "query",
    name: "after",
    description: "The number of the last change that the reader has; absent: from the beginning.",
};

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    after: i64,
}

async fn handle(
    State(server): State<Arc<Server>>,
    Caller(actor): Caller,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<SignedFeedPage>, Problem> {
    let Query(Asked { after }) = asked.map_err(|error| Problem::bad_body(error.body_text()))?;
    Ok(Json(server.services.give_catalogue_feed(&actor, after).await?))
}
