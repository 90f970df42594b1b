//! `POST /api/v1/licences/search`: finds and lists licences (检索). What is looked for stands in the body: codes and numbers of people
//! must not end up in the logs of servers on the way.

use crate::domain::authority::Action;
use crate::domain::date::LicenceDate;
use crate::domain::licence::LicenceState;
use crate::domain::page::{Cursor, Page, PageRequest};
use crate::http::authenticate::Caller;
use crate::http::body;
use crate::http::problem::Problem;
use crate::http::route::{Content, Route};
use crate::http::state::Server;
use crate::services::{LicenceItem, LicenceSearch, Refusal};
use axum::Json;
use axum::extract::{Request, State};
use axum::routing::post;
use schemars::JsonSchema;
use serde::Deserialize;
use std::sync::Arc;
use time::OffsetDateTime;

const MOST_BYTES: usize = 8192;

/// What is looked for: by holder, by number, by last day, or a list.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SearchBody {
    /// Whose licences: unified social credit code of the issuing organisation; the caller's own when absent.
    organisation: Option<String>,
    /// 持证主体.
    holder: Option<HolderBody>,
    /// 证照编号; with `type`.
    number: Option<String>,
    /// 证照类型代码.
    #[serde(rename = "type")]
    type_code: Option<String>,
    /// `active` (and not expired), `suspended`, `restricted`, `lost`, `superseded`, `revoked` or `cancelled`.
    #[schemars(with = "Option<String>")]
    state: Option<LicenceState>,
    /// Minted at or after, RFC 3339.
    #[serde(default, with = "time::serde::rfc3339::option")]
    #[schemars(with = "Option<String>")]
    from: Option<OffsetDateTime>,
    /// Minted before, RFC 3339.
    #[serde(default, with = "time::serde::rfc3339::option")]
    #[schemars(with = "Option<String>")]
    until: Option<OffsetDateTime>,
    /// Whose last day lies in this period.
    expiring: Option<PeriodBody>,
    /// Items of a page: 1 to 200, usually 50.
    limit: Option<u16>,
    /// `next` of the page before.
    #[schemars(with = "Option<String>")]
    after: Option<Cursor>,
}

/// A holder.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HolderBody {
    /// 持证主体代码类型代码, e.g. `001` or `111`.
    code_type: String,
    /// 持证主体代码.
    code: String,
}

/// Two days, both included, `YYYY-MM-DD`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PeriodBody {
    /// First day.
    from: LicenceDate,
    /// Last day.
    until: LicenceDate,
}

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "post",
        path: "/api/v1/licences/search",
        id: "findLicences",
        summary: "检索证照：按持证主体、编号、到期日或列表 Find licences by holder, number or last day, or list them",
        action: Some(Action::FindLicences),
        parameters: vec![],
        request: vec![Content::json::<SearchBody>()],
        answer: (200, Content::json::<Page<LicenceItem>>()),
        refusals: &[400, 401, 403, 413, 415, 422, 429, 503],
        handler: post(handle),
    }
}

async fn handle(State(server): State<Arc<Server>>, Caller(actor): Caller, request: Request) -> Result<Json<Page<LicenceItem>>, Problem> {
    let asked: SearchBody = body::read_json(request, MOST_BYTES).await?;
    let organisation = asked.organisation.clone().unwrap_or_else(|| actor.department.code.clone());
    let page = PageRequest::new(asked.limit, asked.after.clone()).map_err(Refusal::BadPage)?;
    let search = search(asked)?;
    Ok(Json(server.services.find_licences(&actor, &organisation, &search, &page).await?))
}

/// Exactly one of the kinds of search.
fn search(asked: SearchBody) -> Result<LicenceSearch, Refusal> {
    let SearchBody { holder, number, type_code, state, from, until, expiring, .. } = asked;
    let narrowed = state.is_some() || from.is_some() || until.is_some();
    match (holder, number, expiring, type_code) {
        (Some(HolderBody { code_type, code }), None, None, None) if !narrowed => Ok(LicenceSearch::Holder { code_type, code }),
        (None, Some(number), None, Some(type_code)) if !narrowed => Ok(LicenceSearch::Number { type_code, number }),
        (None, None, Some(PeriodBody { from, until }), None) if !narrowed => Ok(LicenceSearch::Expiring { from, until }),
        (None, None, None, type_code) => Ok(LicenceSearch::List { type_code, state, from, until }),
        _ => Err(Refusal::BadSearch),
    }
}
