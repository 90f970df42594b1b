//! One log line and one count a request, without personal data: the route's pattern, never the path.

use crate::http::authenticate::actor_in;
use crate::http::state::Server;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use std::sync::Arc;
use std::time::Instant;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Gives the request an id, and says afterwards how it went.
pub async fn apply(State(server): State<Arc<Server>>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let id = request.headers().get(&REQUEST_ID).filter(|id| is_plain(id)).cloned().unwrap_or_else(|| server.next_request_id());
    let route = request.extensions().get::<MatchedPath>().map_or("(none)", MatchedPath::as_str).to_owned();
    let method = known_method(request.method());
    let actor = actor_in(request.extensions()).map(|actor| actor.id.clone());
    let mut response = next.run(request).await;
    let (status, took) = (response.status().as_u16(), began.elapsed());
    tracing::info!(
        request_id = id.to_str().unwrap_or_default(),
        method,
        route,
        status,
        actor,
        millis = took.as_millis() as u64,
        "answered"
    );
    server.metrics.count(&route, method, status, took);
    response.headers_mut().insert(REQUEST_ID, id);
    response
}

/// An id from outside is taken only when it cannot break a log line.
fn is_plain(id: &HeaderValue) -> bool {
    (8..=64).contains(&id.len()) && id.as_bytes().iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
}

/// A client can invent methods; a label must not grow with them.
fn known_method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
