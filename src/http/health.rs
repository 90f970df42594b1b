//! `/health/live`, `/health/ready` and `/metrics`, for the operator's machines.

use crate::domain::authority::{Action, Reach};
use crate::http::authenticate::actor_in;
use crate::http::problem::Problem;
use crate::http::state::Server;
use axum::Json;
use axum::extract::{ConnectInfo, State};
use axum::http::{Extensions, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use std::fmt::Write;
use std::net::SocketAddr;
use std::sync::Arc;

/// The process answers.
pub async fn live() -> &'static str {
    "ok\n"
}

/// Licences can be minted: 200, else 503 with what fails.
pub async fn ready(State(server): State<Arc<Server>>) -> Response {
    let health = server.services.health().await;
    let status = if health.ready() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let answer = json!({ "ready": health.ready(), "database": health.database, "documents": health.documents, "keys": health.keys });
    (status, Json(answer)).into_response()
}

/// Counts in the text format of Prometheus; open on loopback, elsewhere for administrators and auditors.
pub async fn metrics(
    State(server): State<Arc<Server>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    extensions: Extensions,
) -> Result<Response, Problem> {
    let allowed = actor_in(&extensions).is_some_and(|actor| actor.reach(Action::ReadMetrics) > Reach::Nobody);
    if !allowed && !peer.ip().to_canonical().is_loopback() {
        return Err(Problem::unauthenticated());
    }
    let statistics = server.services.statistics().await?;
    let mut text = server.metrics.text();
    text += "# HELP elicence_licences Licences in the register by state.\n# TYPE elicence_licences gauge\n";
    for (state, count) in &statistics.licences {
        let _ = writeln!(text, "elicence_licences{{state=\"{}\"}} {count}", state.as_str());
    }
    text += "# HELP elicence_documents Documents by the level of their seal.\n# TYPE elicence_documents gauge\n";
    for (level, count) in &statistics.levels {
        let _ = writeln!(text, "elicence_documents{{level=\"{level}\"}} {count}");
    }
    let gauges = [
        ("elicence_open_mints", "Mints in progress.", statistics.open_mints),
        ("elicence_abandoned_mints", "Mints whose lease expired and that wait to be taken over.", statistics.abandoned_mints),
        ("elicence_waiting_documents", "Documents that wait for validation data or a time-stamp.", statistics.waiting_documents),
        ("elicence_longest_wait_seconds", "How long the document that waits longest does.", statistics.longest_wait),
        ("elicence_last_renewal_seconds", "When this process last looked for time-stamps that weaken, Unix time.", statistics.last_renewal),
        ("elicence_unchained_audit_lines", "Audit lines that are not chained yet.", statistics.unchained_audit_lines),
    ];
    for (name, help, value) in gauges {
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}");
    }
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response())
}
