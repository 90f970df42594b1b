//! `POST /api/v1/verifications/information`: does what somebody holds to be true about a licence fit the register (信息验证)?

use crate::domain::authority::Action;
use crate::http::authenticate::Caller;
use crate::http::body;
use crate::http::problem::Problem;
use crate::http::route::{Content, Route};
use crate::http::state::Server;
use crate::services::InformationQuestion;
use axum::Json;
use axum::extract::{Request, State};
use axum::routing::post;
use schemars::JsonSchema;
use serde::Serialize;
use std::sync::Arc;

const MOST_BYTES: usize = 64 * 1024;

/// One digit and its words.
#[derive(Serialize, JsonSchema)]
pub struct InformationReply {
    /// 0 correct and valid, 1 correct but not yet in force, 2 correct but suspended or restricted, 3 correct but no longer valid, 4 not
    /// enough information, 5 no such licence, 6 wrong, 7 partly wrong.
    answer: u8,
    /// The same in Chinese and English.
    message: &'static str,
}

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "post",
        path: "/api/v1/verifications/information",
        id: "verifyInformation",
        summary: "信息验证 Verify information about a licence",
        action: Some(Action::VerifyInformation),
        parameters: vec![],
        request: vec![Content::json::<InformationQuestion>()],
        answer: (200, Content::json::<InformationReply>()),
        refusals: &[400, 401, 403, 413, 415, 429, 503],
        handler: post(handle),
    }
}

async fn handle(State(server): State<Arc<Server>>, Caller(actor): Caller, request: Request) -> Result<Json<InformationReply>, Problem> {
    let question: InformationQuestion = body::read_json(request, MOST_BYTES).await?;
    let answer = server.services.verify_information(&actor, &question).await?;
    Ok(Json(InformationReply { answer: answer.code(), message: answer.message() }))
}
