//! `GET /api/v1/audit/export`: exports audit lines with their proof (导出审计日志).

use crate::domain::authority::Action;
use crate::http::authenticate::Caller;
use crate::http::problem::Problem;
use crate::http::route::{Content, Parameter, Route};
use crate::http::state::Server;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;
use std::sync::Arc;

/// JSON Lines.
const MEDIA_TYPE: &str = "application/jsonl";
/// Lines of one answer at most: some 5 MiB.
const MOST: i64 = 10_000;

#[derive(Deserialize)]
struct Asked {
    from: Option<i64>,
    lines: Option<i64>,
}

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "get",
        path: "/api/v1/audit/export",
        id: "exportAudit",
        summary: "导出审计日志及其证明 Export audit lines with their proof, to be checked without the database",
        action: Some(Action::ExportAudit),
        parameters: vec![
            Parameter { place: "query", name: "from", description: "Position of the first line; 1 when absent." },
            Parameter {
                place: "query",
                name: "lines",
                description: "Lines at most, up to 10000. The foot names the last; go on after it.",
            },
        ],
        request: vec![],
        answer: (200, Content::bytes(MEDIA_TYPE)),
        refusals: &[400, 401, 403, 422, 429, 503],
        handler: get(handle),
    }
}

async fn handle(State(server): State<Arc<Server>>, Caller(actor): Caller, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let mut body = String::new();
    let lines = asked.lines.unwrap_or(MOST).min(MOST);
    let mut write = |line: &str| {
        body.push_str(line);
        Ok(())
    };
    server.services.export_audit(&actor, asked.from.unwrap_or(1), lines, &mut write).await?;
    Ok(([(header::CONTENT_TYPE, MEDIA_TYPE)], body).into_response())
}
