//! Applications (申请): drafted, handed in, reviewed by somebody else.

mod draft_application;
mod list_applications;
mod read_application;
mod review_application;
mod rewrite_application;
mod submit_application;
mod withdraw_application;

use crate::domain::application::ApplicationId;
use crate::http::problem::Problem;
use crate::http::route::{Parameter, Route};

/// The parameter of every route about one application.
const APPLICATION: Parameter = Parameter { place: "path", name: "application", description: "Application id, 32 hex digits." };

/// Every operation about applications.
pub fn routes() -> Vec<Route> {
    vec![
        draft_application::route(),
        list_applications::route(),
        read_application::route(),
        rewrite_application::route(),
        submit_application::route(),
        review_application::route(),
        withdraw_application::route(),
    ]
}

fn application_id(text: &str) -> Result<ApplicationId, Problem> {
    ApplicationId::from_hex(text).ok_or_else(Problem::not_found)
}
