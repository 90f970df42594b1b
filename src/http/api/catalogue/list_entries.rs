//! `GET /api/v1/catalogue/entries`: lists entries by code, of a root, a theme or an industry.

use crate::domain::authority::Action;
use crate::domain::directory_entry::CatalogueRoot;
use crate::domain::page::Page;
use crate::http::authenticate::Caller;
use crate::http::page_of::{AFTER, LIMIT, PageOf};
use crate::http::problem::Problem;
use crate::http::route::{Content, Parameter, Route};
use crate::http::state::Server;
use crate::services::{EntryFilter, EntryView};
use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::routing::get;
use serde::Deserialize;
use std::sync::Arc;

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "get",
        path: "/api/v1/catalogue/entries",
        id: "listEntries",
        summary: "目录条目列表 List entries of the catalogue",
        action: Some(Action::ReadCatalogue),
        parameters: vec![ROOT, THEME, INDUSTRY, LIMIT, AFTER],
        request: vec![],
        answer: (200, Content::json::<Page<EntryView>>()),
        refusals: &[400, 401, 403, 429, 503],
        handler: get(handle),
    }
}

const ROOT: Parameter = Parameter { place: "query", name: "root", description: "`natural-person` (自然人) or `legal-person` (法人)." };
const THEME: Parameter = Parameter { place: "query", name: "theme", description: "主题; together with `root`." };
const INDUSTRY: Parameter =
    Parameter { place: "query", name: "industry", description: "行业; together with `root`, instead of `theme`." };

#[derive(Deserialize)]
struct Asked {
    root: Option<CatalogueRoot>,
    theme: Option<String>,
    industry: Option<String>,
}

async fn handle(
    State(server): State<Arc<Server>>,
    Caller(actor): Caller,
    PageOf(page): PageOf,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Json<Page<EntryView>>, Problem> {
    let Query(Asked { root, theme, industry }) = asked.map_err(|error| Problem::bad_body(error.body_text()))?;
    if (theme.is_some() || industry.is_some()) && root.is_none() || theme.is_some() && industry.is_some() {
        return Err(Problem::bad_body("give `root` with `theme` or with `industry`"));
    }
    let filter = EntryFilter { root, theme, industry };
    Ok(Json(server.services.list_entries(&actor, &filter, &page).await?))
}
