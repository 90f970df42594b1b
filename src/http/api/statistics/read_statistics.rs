//! `GET /api/v1/statistics`: counts by type, department, division and period (统计), as JSON or CSV.

use crate::domain::authority::Action;
use crate::http::authenticate::Caller;
use crate::http::problem::Problem;
use crate::http::route::{Content, Parameter, Route};
use crate::http::state::Server;
use crate::services::{StatisticsAnswer, StatisticsRequest};
use axum::Json;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Deserialize)]
struct Asked {
    from: String,
    to: String,
    by: Option<String>,
    department: Option<String>,
    division: Option<String>,
    #[serde(rename = "type")]
    type_code: Option<String>,
    format: Option<String>,
}

/// Describes the operation.
pub fn route() -> Route {
    let parameter = |name, description| Parameter { place: "query", name, description };
    Route {
        method: "get",
        path: "/api/v1/statistics",
        id: "readStatistics",
        summary: "统计：签发、变更、撤销、使用、核验、免交 Counts of what was issued, changed, revoked, used, verified, and papers saved",
        action: Some(Action::ReadStatistics),
        parameters: vec![
            parameter("from", "First day, `YYYY-MM-DD` (Beijing time)."),
            parameter("to", "Last day, included."),
            parameter("by", "Groups, with commas: `type`, `department`, `division`, and `day` or `month`."),
            parameter("department", "Only the department with this code; your own when your roles reach no farther."),
            parameter("division", "Only divisions that begin with these digits, e.g. `4301`."),
            parameter("type", "Only this 证照类型代码."),
            parameter("format", "`csv` for a table, else JSON."),
        ],
        request: vec![],
        answer: (200, Content::json::<StatisticsAnswer>()),
        refusals: &[400, 401, 403, 422, 429, 503],
        handler: get(handle),
    }
}

async fn handle(State(server): State<Arc<Server>>, Caller(actor): Caller, Query(asked): Query<Asked>) -> Result<Response, Problem> {
    let request = StatisticsRequest::from_words(&asked.from, &asked.to, asked.by.as_deref().unwrap_or_default())?;
    let request = StatisticsRequest { organisation: asked.department, division: asked.division, type_code: asked.type_code, ..request };
    let answer = server.services.read_statistics(&actor, request).await?;
    match asked.format.as_deref() {
        Some("csv") if !answer.complete => Err(Problem::bad_body("too many groups for one table: ask for a shorter time or fewer groups")),
        Some("csv") => Ok(([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], answer.to_csv()).into_response()),
        Some(_) | None => Ok(Json(answer).into_response()),
    }
}
