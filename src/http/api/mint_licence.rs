//! `POST /api/v1/licences`: mints a licence (签发).

use crate::domain::authority::Action;
use crate::domain::face::FaceInput;
use crate::domain::seal_level::SealLevel;
use crate::http::authenticate::Caller;
use crate::http::body;
use crate::http::problem::Problem;
use crate::http::route::{Content, Parameter, Route};
use crate::http::state::Server;
use crate::services::{MintRequest, Minted, Refusal};
use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

const IDEMPOTENCY_KEY: &str = "Idempotency-Key";

/// The parameter of every route that mints.
pub const IDEMPOTENCY_PARAMETER: Parameter = Parameter {
    place: "header",
    name: IDEMPOTENCY_KEY,
    description: "1 to 200 printable ASCII characters. The same key with the same body gives the same licence, also after a crash.",
};

/// What to mint.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MintBody {
    /// 证照类型代码, 21 characters.
    #[serde(rename = "type")]
    type_code: String,
    /// 照面信息 by short code; the issuer's own fields come from the login and are refused here.
    face: FaceInput,
}

/// What was minted.
#[derive(Serialize, JsonSchema)]
pub struct MintedLicence {
    /// 证照标识.
    identifier: String,
    /// 证照编号.
    number: String,
    /// 证照类型代码.
    #[serde(rename = "type")]
    type_code: String,
    /// Licence id, 32 hex digits.
    licence_id: String,
    /// The full text in the QR symbol.
    qr: String,
    /// SHA-256 of the document, hex.
    file_digest: String,
    /// The level that the document has reached: `B-B`, `B-T`, `B-LT` or `B-LTA`.
    level: SealLevel,
    /// Does the document wait for validation data or a time-stamp? It is valid all the same; the download gives the newer one when it
    /// is there.
    pending: bool,
    /// Where the document is.
    document: String,
}

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "post",
        path: "/api/v1/licences",
        id: "mintLicence",
        summary: "签发一份证照 Mint a licence",
        action: Some(Action::MintLicence),
        parameters: vec![IDEMPOTENCY_PARAMETER],
        request: vec![Content::json::<MintBody>()],
        answer: (201, Content::json::<MintedLicence>()),
        refusals: &[400, 401, 403, 409, 413, 415, 422, 429, 503],
        handler: post(handle),
    }
}

async fn handle(State(server): State<Arc<Server>>, Caller(actor): Caller, request: Request) -> Result<Response, Problem> {
    let idempotency_key = idempotency_key(request.headers())?;
    let MintBody { type_code, face } = body::read_json(request, server.settings.mint_bytes).await?;
    let services = server.services.clone();
    // A task of its own: a client that hangs up must not leave a mint half-done.
    let mint = tokio::spawn(async move { services.mint_licence(&actor, MintRequest { type_code, face, idempotency_key }).await });
    let minted = mint.await.map_err(|_| Problem::internal())??;
    Ok(MintedLicence::from(minted).created())
}

impl From<Minted> for MintedLicence {
    fn from(minted: Minted) -> Self {
        Self {
            document: document_path(&minted.identifier),
            identifier: minted.identifier,
            number: minted.number,
            type_code: minted.type_code,
            licence_id: minted.licence_id.to_string(),
            qr: minted.qr_text,
            file_digest: minted.file_digest.to_hex(),
            level: minted.level,
            pending: minted.pending,
        }
    }
}

impl MintedLicence {
    /// 201 with the place of the licence.
    pub(super) fn created(self) -> Response {
        let location = [(header::LOCATION, format!("/api/v1/licences/{}", self.identifier))];
        (StatusCode::CREATED, location, Json(self)).into_response()
    }
}

/// At most one key; two would leave open which one counts.
pub(super) fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Refusal> {
    let mut values = headers.get_all(IDEMPOTENCY_KEY).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(|key| Some(key.to_owned())).map_err(|_| Refusal::BadKey),
        (Some(_), Some(_)) => Err(Refusal::BadKey),
    }
}

fn document_path(identifier: &str) -> String {
    format!("/api/v1/licences/{identifier}/document")
}
