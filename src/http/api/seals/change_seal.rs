//! `POST /api/v1/seals/{seal}/changes`: makes, records, puts in use, suspends, resumes or destroys a seal (制章、备案、启用、停用、恢复、销毁).

use crate::domain::authority::Action;
use crate::domain::digest::Digest;
use crate::domain::seal_record::SealChange;
use crate::http::api::seals::{SEAL, seal_id};
use crate::http::authenticate::Caller;
use crate::http::body;
use crate::http::problem::Problem;
use crate::http::route::{Content, Route};
use crate::http::state::Server;
use crate::services::SealView;
use axum::Json;
use axum::extract::{Path, Request, State};
use axum::routing::post;
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;

/// What is to be done, and why.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SealChangeBody {
    /// `make`, `record`, `put-in-use`, `suspend`, `resume` or `destroy`; the others are applied for.
    change: SealChange,
    /// For `make`: SHA-256 of the certificate, hex. Its key must be loaded for the organisation.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    certificate: Option<Digest>,
    /// The reason, 2 to 500 characters; kept encrypted.
    reason: String,
}

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "post",
        path: "/api/v1/seals/{seal}/changes",
        id: "changeSeal",
        summary: "制章、备案、启用、停用、恢复或销毁印章 Make, record, use, suspend, resume or destroy a seal",
        action: Some(Action::ChangeSeal),
        parameters: vec![SEAL],
        request: vec![Content::json::<SealChangeBody>()],
        answer: (200, Content::json::<SealView>()),
        refusals: &[400, 401, 403, 404, 409, 413, 415, 422, 429, 503],
        handler: post(handle),
    }
}

async fn handle(
    State(server): State<Arc<Server>>,
    Caller(actor): Caller,
    Path(seal): Path<String>,
    request: Request,
) -> Result<Json<SealView>, Problem> {
    let body: SealChangeBody = body::read_json(request, server.settings.mint_bytes).await?;
    Ok(Json(server.services.change_seal(&actor, seal_id(&seal)?, body.change, body.certificate, &body.reason).await?))
}
