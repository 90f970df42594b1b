//! `GET /api/v1/audit`: searches the audit log (查询审计日志).

use crate::domain::authority::Action;
use crate::domain::page::Page;
use crate::http::authenticate::Caller;
use crate::http::page_of::{AFTER, LIMIT, PageOf};
use crate::http::problem::Problem;
use crate::http::route::{Content, Parameter, Route};
use crate::http::state::Server;
use crate::services::{AuditEntry, AuditSearch};
use axum::Json;
use axum::extract::{Query, State};
use axum::routing::get;
use serde::Deserialize;
use std::sync::Arc;
use time::OffsetDateTime;

#[derive(Deserialize)]
struct Asked {
    actor: Option<String>,
    department: Option<String>,
    action: Option<String>,
    subject: Option<String>,
    #[serde(default, with = "time::serde::rfc3339::option")]
    from: Option<OffsetDateTime>,
    #[serde(default, with = "time::serde::rfc3339::option")]
    until: Option<OffsetDateTime>,
}

/// Describes the operation.
pub fn route() -> Route {
    let parameter = |name, description| Parameter { place: "query", name, description };
    Route {
        method: "get",
        path: "/api/v1/audit",
        id: "searchAudit",
        summary: "查询审计日志 Search the audit log, newest first",
        action: Some(Action::SearchAudit),
        parameters: vec![
            parameter("actor", "Pseudonymous id of the actor."),
            parameter("department", "Code of its department."),
            parameter("action", "Word of the action, e.g. `mint-licence`."),
            parameter("subject", "Pseudonymous subject, e.g. a licence id."),
            parameter("from", "First moment, RFC 3339."),
            parameter("until", "The moment after the last, RFC 3339."),
            LIMIT,
            AFTER,
        ],
        request: vec![],
        answer: (200, Content::json::<Page<AuditEntry>>()),
        refusals: &[400, 401, 403, 422, 429, 503],
        handler: get(handle),
    }
}

async fn handle(
    State(server): State<Arc<Server>>,
    Caller(actor): Caller,
    PageOf(page): PageOf,
    Query(asked): Query<Asked>,
) -> Result<Json<Page<AuditEntry>>, Problem> {
    let Asked { actor: by, department, action, subject, from, until } = asked;
    let search = AuditSearch { actor: by, department, action, subject, from, until };
    Ok(Json(server.services.search_audit(&actor, search, page).await?))
}
