//! The web: JSON API and public pages over the use cases.

pub mod api;
pub mod api_keys;
mod authenticate;
pub mod body;
mod drain;
mod health;
mod limit;
mod metrics;
mod observe;
pub mod openapi;
pub mod page_of;
mod pages;
mod pieces;
mod pki;
pub mod problem;
pub mod route;
mod security_headers;
pub mod serve;
pub mod state;

use crate::http::problem::Problem;
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router, middleware};
use serde_json::Value;
use state::Server;
use std::sync::Arc;
use tower_http::catch_panic::CatchPanicLayer;

/// Where the API describes itself.
const OPENAPI_PATH: &str = "/api/v1/openapi.json";

/// Every operation that the server describes.
pub fn routes() -> Vec<route::Route> {
    [api::routes(), pki::routes()].into_iter().flatten().collect()
}

/// The whole router of a server.
pub fn router(server: Arc<Server>) -> Router {
    let routes = routes();
    let description: Arc<Value> = Arc::new(openapi::describe(&routes));
    let mut router = Router::new();
    for route in routes {
        let handler = match route.action {
            Some(action) => route.handler.route_layer(middleware::from_fn_with_state((server.clone(), action), authenticate::admit)),
            None => route.handler,
        };
        router = router.route(route.path, handler);
    }
    let form_limit = axum::extract::DefaultBodyLimit::max(server.settings.verify_bytes + body::MULTIPART_ROOM);
    router
        .route(OPENAPI_PATH, get(move || async move { Json(Value::clone(&description)) }))
        .route("/", get(pages::start::show))
        .route("/q", get(pages::code::show))
        .route("/verify", post(pages::result::show))
        .route("/assets/{name}", get(pages::page::asset))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .route("/metrics", get(health::metrics))
        .fallback(|| async { Problem::not_found() })
        .method_not_allowed_fallback(|| async {
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED", "不支持的方法 This method is not allowed here")
        })
        .layer(form_limit)
        .layer(CatchPanicLayer::custom(|_| axum::response::IntoResponse::into_response(Problem::internal())))
        .layer(middleware::from_fn_with_state(server.clone(), limit::apply))
        .layer(middleware::from_fn_with_state(server.clone(), security_headers::add))
        .layer(middleware::from_fn_with_state(server.clone(), observe::apply))
        .layer(middleware::from_fn_with_state(server.clone(), authenticate::apply))
        .layer(middleware::from_fn(drain::apply))
        .with_state(server)
}
