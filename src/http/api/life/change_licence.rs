//! `POST /api/v1/licences/{identifier}/change`, `…/renew`, `…/reissue`: the next version of a licence.

use crate::domain::actor::Actor;
use crate::domain::authority::Action;
use crate::domain::change_notes::ChangeNotes;
use crate::domain::face::FaceInput;
use crate::domain::life::Transition;
use crate::http::api::mint_licence::{IDEMPOTENCY_PARAMETER, MintedLicence, idempotency_key};
use crate::http::api::read_licence::IDENTIFIER;
use crate::http::authenticate::Caller;
use crate::http::body;
use crate::http::problem::Problem;
use crate::http::route::{Content, Route};
use crate::http::state::Server;
use crate::services::VersionRequest;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use axum::routing::post;
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;

/// What differs from the version before, and why.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VersionBody {
    /// 理由, 2 to 500 characters.
    reason: String,
    /// 法律依据, at most 500 characters.
    #[serde(default)]
    basis: Option<String>,
    /// 照面信息 that differ: what is given replaces, an empty text removes, what is not given stays. A renewal takes dates only, a
    /// re-issue nothing.
    #[serde(default)]
    face: FaceInput,
}

/// Describes the operations.
pub fn routes() -> Vec<Route> {
    let route = |transition, action, path, id, summary| {
        let handler = move |State(server): State<Arc<Server>>, Caller(actor): Caller, Path(identifier): Path<String>, request: Request| {
            handle(server, actor, identifier, transition, request)
        };
        Route {
            method: "post",
            path,
            id,
            summary,
            action: Some(action),
            parameters: vec![IDENTIFIER, IDEMPOTENCY_PARAMETER],
            request: vec![Content::json::<VersionBody>()],
            answer: (201, Content::json::<MintedLicence>()),
            refusals: &[400, 401, 403, 404, 409, 413, 415, 422, 429, 503],
            handler: post(handler),
        }
    };
    vec![
        route(
            Transition::Change,
            Action::ChangeLicence,
            "/api/v1/licences/{identifier}/change",
            "changeLicence",
            "变更：换发新版本 Change a licence: a new version replaces it",
        ),
        route(
            Transition::Renew,
            Action::RenewLicence,
            "/api/v1/licences/{identifier}/renew",
            "renewLicence",
            "延续有效期：换发新版本 Renew a licence: a new version with later dates replaces it",
        ),
        route(
            Transition::Reissue,
            Action::ReissueLicence,
            "/api/v1/licences/{identifier}/reissue",
            "reissueLicence",
            "补发：内容不变的新版本 Re-issue a licence: a new version with the same content replaces it",
        ),
    ]
}

async fn handle(
    server: Arc<Server>,
    actor: Actor,
    identifier: String,
    transition: Transition,
    request: Request,
) -> Result<Response, Problem> {
    let idempotency_key = idempotency_key(request.headers())?;
    let VersionBody { reason, basis, face } = body::read_json(request, server.settings.mint_bytes).await?;
    let notes = ChangeNotes { reason, basis, ..ChangeNotes::default() };
    let services = server.services.clone();
    // A task of its own: a client that hangs up must not leave a mint half-done.
    let asked = VersionRequest { transition, face, notes, idempotency_key };
    let mint = tokio::spawn(async move { services.change_licence(&actor, &identifier, asked).await });
    Ok(MintedLicence::from(mint.await.map_err(|_| Problem::internal())??).created())
}
