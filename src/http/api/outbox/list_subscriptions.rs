//! `GET /api/v1/subscriptions`: lists subscriptions.

use crate::domain::authority::Action;
use crate::domain::page::Page;
use crate::http::api::outbox::ORGANISATION;
use crate::http::authenticate::Caller;
use crate::http::page_of::{AFTER, LIMIT, PageOf};
use crate::http::problem::Problem;
use crate::http::route::{Content, Route};
use crate::http::state::Server;
use crate::services::SubscriptionView;
use axum::Json;
use axum::extract::{Query, State};
use axum::routing::get;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Deserialize)]
struct Asked {
    organisation: Option<String>,
}

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "get",
        path: "/api/v1/subscriptions",
        id: "listSubscriptions",
        summary: "列出订阅 List the subscriptions of an organisation",
        action: Some(Action::ManageSubscriptions),
        parameters: vec![ORGANISATION, LIMIT, AFTER],
        request: vec![],
        answer: (200, Content::json::<Page<SubscriptionView>>()),
        refusals: &[400, 401, 403, 422, 429, 503],
        handler: get(handle),
    }
}

async fn handle(
    State(server): State<Arc<Server>>,
    Caller(actor): Caller,
    PageOf(page): PageOf,
    Query(asked): Query<Asked>,
) -> Result<Json<Page<SubscriptionView>>, Problem> {
    Ok(Json(server.services.list_subscriptions(&actor, asked.organisation, page).await?))
}
