//! `DELETE /api/v1/subscriptions/{subscription}`: ends a subscription.

use crate::domain::authority::Action;
use crate::http::api::outbox::{DONE, DoneAnswer, SUBSCRIPTION};
use crate::http::authenticate::Caller;
use crate::http::problem::Problem;
use crate::http::route::{Content, Route};
use crate::http::state::Server;
use axum::Json;
use axum::extract::{Path, State};
use axum::routing::delete;
use std::sync::Arc;

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "delete",
        path: "/api/v1/subscriptions/{subscription}",
        id: "removeSubscription",
        summary: "取消订阅及其未送达的推送 End a subscription; what waits for it is dropped",
        action: Some(Action::ManageSubscriptions),
        parameters: vec![SUBSCRIPTION],
        request: vec![],
        answer: (200, Content::json::<DoneAnswer>()),
        refusals: &[401, 403, 404, 429, 503],
        handler: delete(handle),
    }
}

async fn handle(
    State(server): State<Arc<Server>>,
    Caller(actor): Caller,
    Path(subscription): Path<String>,
) -> Result<Json<DoneAnswer>, Problem> {
    server.services.remove_subscription(&actor, &subscription).await?;
    Ok(Json(DONE))
}
