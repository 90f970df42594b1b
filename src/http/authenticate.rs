//! Who asks: from the API key alone, never from the body.

use crate::domain::actor::Actor;
use crate::http::problem::Problem;
use crate::http::state::Server;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use std::sync::Arc;

/// The actor behind the request's API key; without a known key the request is refused with 401.
pub struct Caller(pub Actor);

impl FromRequestParts<Arc<Server>> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, server: &Arc<Server>) -> Result<Self, Problem> {
        server.actor_of(&parts.headers).map(Self).ok_or_else(Problem::unauthenticated)
    }
}
