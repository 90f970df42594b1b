//! The frame of every page, the assets, and the one place where text becomes HTML.

use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

const LAYOUT: &str = include_str!("assets/layout.html");

/// Text as HTML, also inside quoted attributes.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(character),
        }
    }
    out
}

/// A whole page: `title` is text, `head` and `main` are HTML.
pub fn page(status: StatusCode, title: &str, head: &str, main: &str) -> Response {
    let html = LAYOUT.replacen("{{title}}", &escape(title), 1).replacen("{{head}}", head, 1).replacen("{{main}}", main, 1);
    (status, [(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"))], html).into_response()
}

/// One asset by name.
pub async fn asset(Path(name): Path<String>) -> Response {
    let (kind, text) = match name.as_str() {
        "site.css" => ("text/css; charset=utf-8", include_str!("assets/site.css")),
        "code.js" => ("text/javascript; charset=utf-8", include_str!("assets/code.js")),
        "mark.svg" => ("image/svg+xml", include_str!("assets/mark.svg")),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    let headers = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "public, max-age=300")];
    (headers, text).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_never_becomes_markup() {
        assert_eq!(escape("<b title=\"'&'\">"), "&lt;b title=&quot;&#39;&amp;&#39;&quot;&gt;");
    }
}
