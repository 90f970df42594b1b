//! `GET /q`: where the QR code of a licence leads. The part after `#` stays in the browser, whose script checks it there.

use crate::http::pages::page::page;
use crate::http::state::Server;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Map, Value};
use std::sync::Arc;

/// The page; it is the same for every code. A token holds codes only, so the names of our types and issuers come along.
pub async fn show(State(server): State<Arc<Server>>) -> Response {
    let head = "<script src=\"/assets/code.js\" defer></script>";
    let main = include_str!("assets/code.html").replace("{{names}}", &names(&server));
    page(StatusCode::OK, "证照二维码核验 Licence QR code", head, &main)
}

/// Names by code as JSON that cannot end the element it stands in.
fn names(server: &Server) -> String {
    let types = server.services.types().entries().map(|entry| (entry.licence_type.code.clone(), entry.licence_type.name.clone()));
    let issuers = server.services.issuers().into_iter().map(|party| (party.code, party.name));
    let names: Map<String, Value> = types.chain(issuers).map(|(code, name)| (code, Value::from(name))).collect();
    Value::Object(names).to_string().replace('<', "\\u003c")
}
