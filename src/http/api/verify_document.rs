//! `POST /api/v1/verifications`: verifies a document (核验). Every verdict is a 200.

use crate::domain::verdict::Report;
use crate::http::body;
use crate::http::problem::Problem;
use crate::http::route::{Content, Route};
use crate::http::state::Server;
use axum::Json;
use axum::extract::{Request, State};
use axum::routing::post;
use std::sync::Arc;

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "post",
        path: "/api/v1/verifications",
        id: "verifyDocument",
        summary: "核验一份电子证照文件 Verify a document; it is not kept",
        action: None,
        parameters: vec![],
        request: vec![Content::bytes("application/pdf"), Content::form()],
        answer: (200, Content::json::<Report>()),
        refusals: &[400, 413, 415, 422, 429, 503],
        handler: post(handle),
    }
}

async fn handle(State(server): State<Arc<Server>>, request: Request) -> Result<Json<Report>, Problem> {
    let document = body::read_document(request, server.settings.verify_bytes).await?;
    Ok(Json(server.services.verify_document(document, None).await?))
}
