//! Reads the body of an upload: a plain document, or a multipart form with the boundary `B`; then a row of a mint request as JSON.
#![no_main]

use axum::body::Body;
use axum::http::{Request, header};
use elicence::http::body::{read_document, read_json};
use libfuzzer_sys::fuzz_target;

const LIMIT: usize = 1 << 16;

fuzz_target!(|bytes: &[u8]| {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().build() else { return };
    let request = |kind: &str| Request::builder().header(header::CONTENT_TYPE, kind).body(Body::from(bytes.to_vec())).ok();
    runtime.block_on(async {
        for kind in ["multipart/form-data; boundary=B", "application/pdf"] {
            let Some(request) = request(kind) else { return };
            if let Ok(document) = read_document(request, LIMIT).await {
                assert!(document.len() <= LIMIT);
            }
        }
        if let Some(request) = request("application/json") {
            let _ = read_json::<elicence::domain::face::FaceInput>(request, LIMIT).await;
        }
    });
});
