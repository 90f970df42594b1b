//! `POST /api/v1/decisions`: an approval system says that something was granted, and gets the licence back (办结推送).

use crate::domain::authority::Action;
use crate::domain::face::FaceInput;
use crate::http::api::mint_licence::MintedLicence;
use crate::http::authenticate::Caller;
use crate::http::body;
use crate::http::problem::Problem;
use crate::http::route::{Content, Route};
use crate::http::state::Server;
use crate::services::DecisionRequest;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::post;
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;

/// A decision.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DecisionBody {
    /// 办件编号: 1 to 100 characters. The same case and type give the same licence.
    case: String,
    /// 证照类型代码, 21 characters.
    #[serde(rename = "type")]
    type_code: String,
    /// 照面信息 by short code.
    face: FaceInput,
}

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "post",
        path: "/api/v1/decisions",
        id: "takeDecision",
        summary: "审批系统推送办结结果并取回证照 Push a decision and get its licence",
        action: Some(Action::PushDecision),
        parameters: vec![],
        request: vec![Content::json::<DecisionBody>()],
        answer: (201, Content::json::<MintedLicence>()),
        refusals: &[400, 401, 403, 409, 413, 415, 422, 429, 503],
        handler: post(handle),
    }
}

async fn handle(State(server): State<Arc<Server>>, Caller(actor): Caller, request: Request) -> Result<Response, Problem> {
    let DecisionBody { case, type_code, face } = body::read_json(request, server.settings.mint_bytes).await?;
    let services = server.services.clone();
    // A task of its own: a client that hangs up must not leave a mint half-done.
    let mint = tokio::spawn(async move { services.take_decision(&actor, DecisionRequest { case, type_code, face }).await });
    Ok(MintedLicence::from(mint.await.map_err(|_| Problem::internal())??).created())
}
