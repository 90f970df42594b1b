//! `GET /api/v1/deliveries`: lists deliveries, e.g. those that were given up (死信).

use crate::domain::authority::Action;
use crate::domain::page::Page;
use crate::domain::subscription::DeliveryState;
use crate::http::api::outbox::ORGANISATION;
use crate::http::authenticate::Caller;
use crate::http::page_of::{AFTER, LIMIT, PageOf};
use crate::http::problem::Problem;
use crate::http::route::{Content, Parameter, Route};
use crate::http::state::Server;
use crate::services::DeliveryView;
use axum::Json;
use axum::extract::{Query, State};
use axum::routing::get;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Deserialize)]
struct Asked {
    organisation: Option<String>,
    state: Option<DeliveryState>,
}

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "get",
        path: "/api/v1/deliveries",
        id: "listDeliveries",
        summary: "列出推送，可只看死信 List deliveries, newest first; `state=dead` for those that were given up",
        action: Some(Action::ReadDeliveries),
        parameters: vec![
            ORGANISATION,
            Parameter { place: "query", name: "state", description: "`waiting`, `delivered` or `dead`." },
            LIMIT,
            AFTER,
        ],
        request: vec![],
        answer: (200, Content::json::<Page<DeliveryView>>()),
        refusals: &[400, 401, 403, 422, 429, 503],
        handler: get(handle),
    }
}

async fn handle(
    State(server): State<Arc<Server>>,
    Caller(actor): Caller,
    PageOf(page): PageOf,
    Query(asked): Query<Asked>,
) -> Result<Json<Page<DeliveryView>>, Problem> {
    Ok(Json(server.services.list_deliveries(&actor, asked.organisation, asked.state, page).await?))
}
