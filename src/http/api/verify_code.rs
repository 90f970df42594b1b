//! `POST /api/v1/verifications/qr`: verifies the text of a QR code (扫码核验). Every verdict is a 200.

use crate::domain::verdict::Report;
use crate::http::body;
use crate::http::problem::Problem;
use crate::http::route::{Content, Route};
use crate::http::state::Server;
use axum::Json;
use axum::extract::{Request, State};
use axum::routing::post;
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;

/// Longest body: the longest token text with room for JSON around it.
const MOST_BYTES: usize = 16 * 1024;

/// What was scanned.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CodeBody {
    /// The whole text of the symbol; the host in it does not matter.
    text: String,
}

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "post",
        path: "/api/v1/verifications/qr",
        id: "verifyCode",
        summary: "核验二维码内容 Verify the text of a QR code; it is not kept",
        action: None,
        parameters: vec![],
        request: vec![Content::json::<CodeBody>()],
        answer: (200, Content::json::<Report>()),
        refusals: &[400, 413, 415, 422, 429, 503],
        handler: post(handle),
    }
}

async fn handle(State(server): State<Arc<Server>>, request: Request) -> Result<Json<Report>, Problem> {
    let CodeBody { text } = body::read_json(request, MOST_BYTES).await?;
    Ok(Json(server.services.verify_code(&text, true, None).await?))
}
