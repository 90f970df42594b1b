//! `POST /api/v1/subscriptions/{subscription}/secret`: gives a webhook a new secret.

use crate::domain::authority::Action;
use crate::http::api::outbox::SUBSCRIPTION;
use crate::http::authenticate::Caller;
use crate::http::problem::Problem;
use crate::http::route::{Content, Route};
use crate::http::state::Server;
use crate::services::SubscriptionMade;
use axum::Json;
use axum::extract::{Path, State};
use axum::routing::post;
use std::sync::Arc;

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "post",
        path: "/api/v1/subscriptions/{subscription}/secret",
        id: "renewSecret",
        summary: "更换签名密钥，新旧密钥并用一天 Give a webhook a new secret; for a day both sign",
        action: Some(Action::ManageSubscriptions),
        parameters: vec![SUBSCRIPTION],
        request: vec![],
        answer: (200, Content::json::<SubscriptionMade>()),
        refusals: &[401, 403, 404, 422, 429, 503],
        handler: post(handle),
    }
}

async fn handle(
    State(server): State<Arc<Server>>,
    Caller(actor): Caller,
    Path(subscription): Path<String>,
) -> Result<Json<SubscriptionMade>, Problem> {
    Ok(Json(server.services.renew_secret(&actor, &subscription).await?))
}
