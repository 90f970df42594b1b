//! `POST /api/v1/seals/{seal}/renewal`: applies for another face or certificate of a seal (变更印章).

use crate::domain::authority::Action;
use crate::domain::seal_record::SealFace;
use crate::http::api::seals::{SEAL, seal_id};
use crate::http::authenticate::Caller;
use crate::http::body;
use crate::http::problem::Problem;
use crate::http::route::{Content, Route};
use crate::http::state::Server;
use crate::services::ApplicationView;
use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::routing::post;
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;

/// What is to change.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SealRenewalBody {
    /// What will stand on it; absent: as before, and only the certificate changes.
    #[serde(default)]
    face: Option<SealFace>,
}

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "post",
        path: "/api/v1/seals/{seal}/renewal",
        id: "applyForSealRenewal",
        summary: "申请变更印章图样或证书 Apply for another face or certificate of a seal",
        action: Some(Action::ApplyForSeal),
        parameters: vec![SEAL],
        request: vec![Content::json::<SealRenewalBody>()],
        answer: (201, Content::json::<ApplicationView>()),
        refusals: &[400, 401, 403, 404, 409, 413, 415, 422, 429, 503],
        handler: post(handle),
    }
}

async fn handle(
    State(server): State<Arc<Server>>,
    Caller(actor): Caller,
    Path(seal): Path<String>,
    request: Request,
) -> Result<(StatusCode, Json<ApplicationView>), Problem> {
    let SealRenewalBody { face } = body::read_json(request, server.settings.mint_bytes).await?;
    Ok((StatusCode::CREATED, Json(server.services.apply_for_renewal(&actor, seal_id(&seal)?, face).await?)))
}
