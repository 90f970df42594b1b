//! `POST /api/v1/catalogue/entries/{type}/grants`: authorises a department or system for an entry, or no longer (目录授权).

use crate::domain::authority::Action;
use crate::domain::entry_grant::EntryGrant;
use crate::http::api::catalogue::TYPE;
use crate::http::authenticate::Caller;
use crate::http::body;
use crate::http::problem::Problem;
use crate::http::route::{Content, Route};
use crate::http::state::Server;
use axum::Json;
use axum::extract::{Path, Request, State};
use axum::routing::post;
use std::sync::Arc;

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "post",
        path: "/api/v1/catalogue/entries/{type}/grants",
        id: "grantEntry",
        summary: "设置部门或系统对目录条目的权限 Set what a department or system may do with an entry",
        action: Some(Action::GrantEntry),
        parameters: vec![TYPE],
        request: vec![Content::json::<EntryGrant>()],
        answer: (200, Content::json::<EntryGrant>()),
        refusals: &[400, 401, 403, 404, 413, 415, 422, 429, 503],
        handler: post(handle),
    }
}

async fn handle(
    State(server): State<Arc<Server>>,
    Caller(actor): Caller,
    Path(type_code): Path<String>,
    request: Request,
) -> Result<Json<EntryGrant>, Problem> {
    let grant: EntryGrant = body::read_json(request, server.settings.mint_bytes).await?;
    server.services.grant_entry(&actor, &type_code, grant.clone()).await?;
    Ok(Json(grant))
}
