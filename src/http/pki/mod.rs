//! What the rest of the world asks an authority by the protocols of RFC 3161, RFC 6960 and RFC 5280: one file a verb.

mod answer_ocsp;
mod issue_time_stamp;
mod publish_file;

use crate::http::problem::Problem;
use crate::http::route::Route;
use axum::http::StatusCode;

/// Longest request of either protocol, bytes.
const LONGEST_REQUEST: usize = 16 << 10;

/// Every operation.
pub fn routes() -> Vec<Route> {
    vec![issue_time_stamp::route(), answer_ocsp::route_of_post(), answer_ocsp::route_of_get(), publish_file::route()]
}

/// The body is of another media type than the protocol's.
fn wrong_media_type(wanted: &'static str) -> Problem {
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", "不支持的内容类型 This media type is not read here")
        .detail(format!("send {wanted}"))
}
