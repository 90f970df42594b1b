//! `POST /api/v1/subscriptions`: subscribes to events (订阅).

use crate::domain::authority::Action;
use crate::http::api::outbox::MOST_BYTES;
use crate::http::authenticate::Caller;
use crate::http::body;
use crate::http::problem::Problem;
use crate::http::route::{Content, Route};
use crate::http::state::Server;
use crate::services::{NewSubscription, SubscriptionMade};
use axum::Json;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::routing::post;
use std::sync::Arc;

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "post",
        path: "/api/v1/subscriptions",
        id: "makeSubscription",
        summary: "订阅本机构的事件 Subscribe to the events of your organisation; the secret is shown this once",
        action: Some(Action::ManageSubscriptions),
        parameters: vec![],
        request: vec![Content::json::<NewSubscription>()],
        answer: (201, Content::json::<SubscriptionMade>()),
        refusals: &[400, 401, 403, 413, 415, 422, 429, 503],
        handler: post(handle),
    }
}

async fn handle(
    State(server): State<Arc<Server>>,
    Caller(actor): Caller,
    request: Request,
) -> Result<(StatusCode, Json<SubscriptionMade>), Problem> {
    let new: NewSubscription = body::read_json(request, MOST_BYTES).await?;
    Ok((StatusCode::CREATED, Json(server.services.make_subscription(&actor, new).await?)))
}
