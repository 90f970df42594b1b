//! `GET /q`: where the QR code of a licence leads. The part after `#` stays in the browser, whose script checks it there.

use crate::http::pages::page::page;
use axum::http::StatusCode;
use axum::response::Response;

/// The page; it is the same for every code.
pub async fn show() -> Response {
    let script = "<script src=\"/assets/code.js\" defer></script>";
    page(StatusCode::OK, "证照二维码核验 Licence QR code", script, include_str!("assets/code.html"))
}
