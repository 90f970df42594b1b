//! Who asks: from the API key alone, never from the body.

use crate::domain::actor::Actor;
use crate::domain::authority::Action;
use crate::domain::digest::Digest;
use crate::http::api_keys::PREFIX;
use crate::http::problem::Problem;
use crate::http::state::Server;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// Longest key that is looked up, bytes.
const LONGEST_KEY: usize = 128;

/// What is known of whoever sent a request; every request carries one.
#[derive(Clone)]
enum Known {
    /// A known key.
    Somebody(Actor),
    /// No key, or one that is not known.
    Nobody,
    /// The database does not tell.
    Away,
}

/// The actor behind the request's key; without a known key the request is refused with 401.
pub struct Caller(pub Actor);

impl FromRequestParts<Arc<Server>> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<Server>) -> Result<Self, Problem> {
        require(&parts.extensions).cloned().map(Self)
    }
}

/// Whoever asks; a problem when that is not known.
fn require(extensions: &Extensions) -> Result<&Actor, Problem> {
    match extensions.get() {
        Some(Known::Somebody(actor)) => Ok(actor),
        Some(Known::Away) => Err(Problem::away()),
        Some(Known::Nobody) | None => Err(Problem::unauthenticated()),
    }
}

/// Lets a request to a route through that one of the caller's roles may use at all, before anything of it is read. Whose things it
/// is about, the use case decides.
pub async fn admit(State((server, action)): State<(Arc<Server>, Action)>, request: Request, next: Next) -> Response {
    let admitted = match require(request.extensions()) {
        Ok(actor) => server.services.permit_somewhere(actor, action).await.map_err(Problem::from),
        Err(problem) => Err(problem),
    };
    match admitted {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

/// Finds out once who asks, before anything else happens.
pub async fn apply(State(server): State<Arc<Server>>, mut request: Request, next: Next) -> Response {
    let known = find(&server, request.headers()).await;
    request.extensions_mut().insert(known);
    next.run(request).await
}

/// Who asks, where that is known.
pub fn actor_in(extensions: &Extensions) -> Option<&Actor> {
    match extensions.get() {
        Some(Known::Somebody(actor)) => Some(actor),
        Some(Known::Nobody | Known::Away) | None => None,
    }
}

/// The file of keys first: it works while the database is away.
async fn find(server: &Server, headers: &HeaderMap) -> Known {
    let Some(key) = bearer(headers).filter(|key| key.starts_with(PREFIX)) else { return Known::Nobody };
    if let Some(actor) = server.actor_of_key(key) {
        return Known::Somebody(actor);
    }
    match server.services.find_system(Digest::of(key.as_bytes())).await {
        Ok(Some(actor)) => Known::Somebody(actor),
        Ok(None) => Known::Nobody,
        Err(refusal) => {
            tracing::error!(?refusal, "a key could not be looked up");
            Known::Away
        }
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Bearer ")?.trim();
    (value.len() <= LONGEST_KEY).then_some(value)
}
