//! `POST /api/v1/deliveries/{delivery}/retry`: has a delivery that was given up tried again.

use crate::domain::authority::Action;
use crate::http::authenticate::Caller;
use crate::http::problem::Problem;
use crate::http::route::{Content, Parameter, Route};
use crate::http::state::Server;
use crate::services::DeliveryView;
use axum::Json;
use axum::extract::{Path, State};
use axum::routing::post;
use std::sync::Arc;

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "post",
        path: "/api/v1/deliveries/{delivery}/retry",
        id: "retryDelivery",
        summary: "重试死信 Try a delivery again that was given up",
        action: Some(Action::RetryDelivery),
        parameters: vec![Parameter { place: "path", name: "delivery", description: "Id of the delivery, 32 hex digits." }],
        request: vec![],
        answer: (200, Content::json::<DeliveryView>()),
        refusals: &[401, 403, 404, 409, 429, 503],
        handler: post(handle),
    }
}

async fn handle(
    State(server): State<Arc<Server>>,
    Caller(actor): Caller,
    Path(delivery): Path<String>,
) -> Result<Json<DeliveryView>, Problem> {
    Ok(Json(server.services.retry_delivery(&actor, &delivery).await?))
}
