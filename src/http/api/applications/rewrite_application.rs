//! `POST /api/v1/applications/{application}/content`: changes a draft of one's own.

use crate::domain::application::Proposal;
use crate::domain::authority::Action;
use crate::http::api::applications::{APPLICATION, application_id};
use crate::http::authenticate::Caller;
use crate::http::body;
use crate::http::problem::Problem;
use crate::http::route::{Content, Route};
use crate::http::state::Server;
use crate::services::ApplicationView;
use axum::Json;
use axum::extract::{Path, Request, State};
use axum::routing::post;
use std::sync::Arc;

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "post",
        path: "/api/v1/applications/{application}/content",
        id: "rewriteApplication",
        summary: "修改本人的草稿 Change a draft of your own",
        action: Some(Action::HandInApplication),
        parameters: vec![APPLICATION],
        request: vec![Content::json::<Proposal>()],
        answer: (200, Content::json::<ApplicationView>()),
        refusals: &[400, 401, 403, 404, 409, 413, 415, 422, 429, 503],
        handler: post(handle),
    }
}

async fn handle(
    State(server): State<Arc<Server>>,
    Caller(actor): Caller,
    Path(application): Path<String>,
    request: Request,
) -> Result<Json<ApplicationView>, Problem> {
    let id = application_id(&application)?;
    let proposal: Proposal = body::read_json(request, server.settings.mint_bytes).await?;
    Ok(Json(server.services.rewrite_application(&actor, id, proposal).await?))
}
