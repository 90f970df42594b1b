//! Which page a request asks for: `?limit=` and `?after=`.

use crate::domain::page::{Cursor, PageProblem, PageRequest};
use crate::http::problem::Problem;
use crate::http::route::Parameter;
use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use serde::Deserialize;

/// The parameter that says how long a page is.
pub const LIMIT: Parameter = Parameter { place: "query", name: "limit", description: "Items of a page: 1 to 200, usually 50." };
/// The parameter that says where a page begins.
pub const AFTER: Parameter = Parameter { place: "query", name: "after", description: "`next` of the page before; absent: the first page." };

/// The page that a request asks for; `limit` and `after` may stand beside other parameters.
pub struct PageOf(pub PageRequest);

#[derive(Deserialize)]
struct Asked {
    limit: Option<u16>,
    after: Option<Cursor>,
}

impl<S: Send + Sync> FromRequestParts<S> for PageOf {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Query(asked) = Query::<Asked>::from_request_parts(parts, state).await.map_err(|error| Problem::bad_body(error.body_text()))?;
        PageRequest::new(asked.limit, asked.after).map(Self).map_err(|problem: PageProblem| Problem::bad_body(problem.to_string()))
    }
}
