//! `POST /api/v1/audit/check`: checks the whole audit log (检查审计日志).

use crate::domain::authority::Action;
use crate::http::authenticate::Caller;
use crate::http::problem::Problem;
use crate::http::route::{Content, Route};
use crate::http::state::Server;
use crate::services::AuditReport;
use axum::Json;
use axum::extract::State;
use axum::routing::post;
use std::sync::Arc;

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "post",
        path: "/api/v1/audit/check",
        id: "verifyAudit",
        summary: "检查审计日志是否完整 Check that nothing was changed in or removed from the audit log",
        action: Some(Action::VerifyAudit),
        parameters: vec![],
        request: vec![],
        answer: (200, Content::json::<AuditReport>()),
        refusals: &[401, 403, 429, 503],
        handler: post(handle),
    }
}

async fn handle(State(server): State<Arc<Server>>, Caller(actor): Caller) -> Result<Json<AuditReport>, Problem> {
    Ok(Json(server.services.verify_audit(&actor).await?))
}
