//! Request bodies, read within a limit; what cannot be read is a problem document.

use crate::http::problem::Problem;
use axum::body::Body;
use axum::extract::multipart::{Multipart, MultipartError};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use serde::de::DeserializeOwned;

/// Room for the borders and headers of a multipart body.
pub const MULTIPART_ROOM: usize = 64 * 1024;

/// The whole body, at most `limit` bytes.
pub async fn read(request: Request, limit: usize) -> Result<Vec<u8>, Problem> {
    if declared_length(request.headers()).is_some_and(|length| length > limit) {
        return Err(Problem::too_large(limit));
    }
    let body: Body = request.into_body();
    let bytes = axum::body::to_bytes(body, limit).await.map_err(|error| body_problem(&error, limit))?;
    Ok(bytes.into())
}

/// The body as JSON.
pub async fn read_json<T: DeserializeOwned>(request: Request, limit: usize) -> Result<T, Problem> {
    let is_json = media_type(request.headers()).is_some_and(|kind| kind == "application/json");
    if !is_json {
        return Err(unsupported("application/json"));
    }
    let bytes = read(request, limit).await?;
    serde_json::from_slice(&bytes).map_err(|error| Problem::bad_body(error.to_string()))
}

/// A document: a body of `application/pdf`, or the part `document` of a form.
pub async fn read_document(request: Request, limit: usize) -> Result<Vec<u8>, Problem> {
    match media_type(request.headers()) {
        Some("application/pdf" | "application/octet-stream") => read(request, limit).await,
        Some("multipart/form-data") => read_part(request, limit).await,
        _ => Err(unsupported("application/pdf or multipart/form-data")),
    }
}

async fn read_part(request: Request, limit: usize) -> Result<Vec<u8>, Problem> {
    if declared_length(request.headers()).is_some_and(|length| length > limit + MULTIPART_ROOM) {
        return Err(Problem::too_large(limit));
    }
    let form_problem = |error: MultipartError| match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::too_large(limit),
        _ => Problem::bad_body(error.body_text()),
    };
    let mut form = Multipart::from_request(request, &()).await.map_err(|error| Problem::bad_body(error.body_text()))?;
    while let Some(mut part) = form.next_field().await.map_err(form_problem)? {
        if part.name() != Some("document") {
            continue;
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = part.chunk().await.map_err(form_problem)? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > limit {
                return Err(Problem::too_large(limit));
            }
        }
        return Ok(bytes);
    }
    Err(Problem::bad_body("the form has no part named `document`"))
}

fn body_problem(error: &axum::Error, limit: usize) -> Problem {
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(inner) = source {
        if inner.to_string().contains("length limit exceeded") {
            return Problem::too_large(limit);
        }
        source = inner.source();
    }
    Problem::bad_body("the body broke off")
}

fn declared_length(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// The media type of the body, without its parameters.
pub fn media_type(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::CONTENT_TYPE)?.to_str().ok()?.split(';').next().map(str::trim)
}

fn unsupported(wanted: &str) -> Problem {
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", "不支持的内容类型 This media type is not read here")
        .detail(format!("send {wanted}"))
}
