//! `POST /api/v1/register-questions`: is this document, known by its digests, registered and in force? For verifiers that keep the document to themselves.

use crate::domain::digest::Digest;
use crate::domain::licence::LicenceId;
use crate::http::body;
use crate::http::problem::Problem;
use crate::http::route::{Content, Route};
use crate::http::state::Server;
use crate::services::{RegisterAnswer, RegisterQuestion};
use axum::Json;
use axum::extract::{Request, State};
use axum::routing::post;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use time::OffsetDateTime;

const MOST_BYTES: usize = 4096;

/// What is asked. Who knows the random licence id has held the document.
#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QuestionBody {
    /// Licence id of the payload, 32 hex digits.
    #[schemars(with = "String")]
    pub licence_id: LicenceId,
    /// 证照标识 of the payload.
    pub identifier: String,
    /// SHA-256 over the byte range of the seal, hex.
    #[schemars(with = "String")]
    pub signed_digest: Digest,
    /// SHA-256 over the canonical payload, hex.
    #[schemars(with = "String")]
    pub payload_digest: Digest,
}

/// What the register says.
#[derive(Serialize, Deserialize, JsonSchema)]
pub struct RegisterReply {
    /// The state; `null` when the register does not know the licence.
    pub state: Option<String>,
    /// Did this service seal exactly this document?
    pub signed_digest_matches: bool,
    /// Is the payload the registered one?
    pub payload_digest_matches: bool,
    /// When that was so, RFC 3339.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "String")]
    pub as_of: OffsetDateTime,
}

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "post",
        path: "/api/v1/register-questions",
        id: "askRegister",
        summary: "按摘要查询登记状态 Ask the register about a document by its digests",
        action: None,
        parameters: vec![],
        request: vec![Content::json::<QuestionBody>()],
        answer: (200, Content::json::<RegisterReply>()),
        refusals: &[400, 413, 415, 429, 503],
        handler: post(handle),
    }
}

async fn handle(State(server): State<Arc<Server>>, request: Request) -> Result<Json<RegisterReply>, Problem> {
    let QuestionBody { licence_id, identifier, signed_digest, payload_digest } = body::read_json(request, MOST_BYTES).await?;
    let question = RegisterQuestion { licence_id, identifier, signed_digest, payload_digest };
    let answer: RegisterAnswer = server.services.ask_register(&question).await?;
    Ok(Json(RegisterReply {
        // A register that knows the licence but not this document must not tell the state of the other one.
        state: answer.state.filter(|_| answer.signed_digest_matches).map(|state| state.as_str().to_owned()),
        signed_digest_matches: answer.signed_digest_matches,
        payload_digest_matches: answer.payload_digest_matches,
        as_of: answer.as_of,
    }))
}
