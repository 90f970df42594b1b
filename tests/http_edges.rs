//! The edges of the web: limits, wrong requests, TLS, pages, and the description of the API.

mod common;

use common::authority::BUSINESS_LICENCE;
use common::web::{Web, problem, settings};
use elicence::http::openapi;
use elicence::http::serve::{ServeError, listen};
use elicence::http::state::Settings;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_cannot_be_read_are_refused() {
    let web = Web::start().await;
    let mint = || web.post("/api/v1/licences").bearer_auth(web.issuer.expose());
    problem(mint().body("{}"), 415, "UNSUPPORTED_MEDIA_TYPE").await;
    problem(mint().header("content-type", "application/json").body("{\"type\":"), 400, "BAD_REQUEST").await;
    problem(mint().json(&json!({ "type": BUSINESS_LICENCE, "face": {}, "department": "x" })), 400, "BAD_REQUEST").await;
    problem(mint().json(&json!({ "type": BUSINESS_LICENCE, "face": { "CZZT": "x".repeat(70 << 10) } })), 413, "TOO_LARGE").await;
    let upload = || web.post("/api/v1/verifications");
    problem(upload().body("x"), 415, "UNSUPPORTED_MEDIA_TYPE").await;
    // Long after it was refused the client still sends: it must hear the answer, not a reset.
    problem(upload().header("content-type", "application/pdf").body(vec![b'x'; 50 << 20]), 413, "TOO_LARGE").await;
    problem(web.post("/api/v1/licences").body(vec![b'x'; 50 << 20]), 401, "UNAUTHENTICATED").await;
    problem(upload().header("content-type", "application/pdf").body(vec![b'x'; 3 << 20]), 413, "TOO_LARGE").await;
    let form = reqwest::multipart::Form::new().text("other", "x");
    problem(upload().multipart(form), 400, "BAD_REQUEST").await;
    let form = reqwest::multipart::Form::new().part("document", reqwest::multipart::Part::bytes(vec![b'x'; 3 << 20]));
    problem(upload().multipart(form), 413, "TOO_LARGE").await;
    problem(web.get("/nowhere"), 404, "NOT_FOUND").await;
    problem(web.get("/api/v1/status-lists/none"), 404, "NOT_FOUND").await;
    problem(web.get("/api/v1/status-lists/99"), 404, "NOT_FOUND").await;
    problem(web.client.request(Method::DELETE, format!("{}/api/v1/keys", web.url)), 405, "METHOD_NOT_ALLOWED").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_asks_too_often_waits_and_others_do_not() {
    let web = Web::start_with(Settings { requests_per_minute: 3, ..settings() }, false).await;
    for _ in 0..3 {
        assert_eq!(web.get("/api/v1/keys").send().await.unwrap().status(), StatusCode::OK);
    }
    let (headers, _) = problem(web.get("/api/v1/keys"), 429, "TOO_MANY_REQUESTS").await;
    assert!(headers["retry-after"].to_str().unwrap().parse::<u64>().unwrap() > 0);
    assert_eq!(web.get("/api/v1/keys").bearer_auth(web.issuer.expose()).send().await.unwrap().status(), StatusCode::OK);
    assert_eq!(web.get("/health/live").send().await.unwrap().status(), StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_server_says_so_at_once() {
    let web = Web::start_with(Settings { concurrent_requests: 0, ..settings() }, false).await;
    let (headers, _) = problem(web.get("/api/v1/keys"), 503, "BUSY").await;
    assert_eq!(headers["retry-after"], "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_takes_too_long_ends() {
    let web = Web::start_with(Settings { request_timeout: Duration::from_millis(50), ..settings() }, false).await;
    let address = web.url.trim_start_matches("http://").to_owned();
    let key = web.issuer.expose().to_owned();
    // Its body is announced and never comes, so it takes too long on every machine.
    let answer = tokio::task::spawn_blocking(move || {
        let mut connection = TcpStream::connect(&address)?;
        connection.set_read_timeout(Some(Duration::from_secs(30)))?;
        let head = "content-type: application/json\r\ncontent-length: 100";
        write!(connection, "POST /api/v1/licences HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {key}\r\n{head}\r\n\r\n")?;
        let mut answer = String::new();
        while !answer.ends_with('}') {
            let mut part = [0; 4096];
            let read = connection.read(&mut part)?;
            assert!(read > 0, "closed after {answer:?}");
            answer.push_str(&String::from_utf8_lossy(&part[..read]));
        }
        std::io::Result::Ok(answer)
    });
    let answer = answer.await.unwrap().unwrap();
    assert!(answer.starts_with("HTTP/1.1 503 ") && answer.contains("\"TIMEOUT\""), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_has_the_headers_of_a_careful_site() {
    let web = Web::start().await;
    for path in ["/", "/q", "/nowhere", "/api/v1/keys"] {
        let response = web.get(path).header("x-request-id", "abcdefgh-1").send().await.unwrap();
        let headers = response.headers();
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert!(headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'; script-src 'self'"));
        assert_eq!(headers["x-request-id"], "abcdefgh-1");
    }
    let forged = web.get("/").header("x-request-id", "a{\"b\":1}").send().await.unwrap();
    assert!(forged.headers()["x-request-id"].to_str().unwrap().starts_with("test-"));
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_need_nothing_from_elsewhere() {
    let web = Web::start().await;
    for path in ["/", "/q"] {
        let html = web.get(path).send().await.unwrap().text().await.unwrap();
        assert!(html.contains("lang=\"zh-CN\"") && html.contains("lang=\"en\""), "{path} speaks both languages");
        for wanted in html.split(['"', '\'']).filter(|part| part.starts_with("/assets/")) {
            assert_eq!(web.get(wanted).send().await.unwrap().status(), StatusCode::OK, "{wanted}");
        }
        assert!(!html.contains("src=\"http") && !html.contains("href=\"http") && !html.contains("style=\""), "{path}");
        assert!(!html.contains("{{"), "{path} is filled in");
    }
    let code = web.get("/q").send().await.unwrap().text().await.unwrap();
    assert!(code.contains("<noscript>") && code.contains("营业执照") && code.contains("示例市行政审批局"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_upload_page_answers_yes_and_no_without_script() {
    let web = Web::start().await;
    let document = web.document(&web.mint(BUSINESS_LICENCE, 0).await).await;
    let show = async |bytes: Vec<u8>| {
        let form = reqwest::multipart::Form::new().part("document", reqwest::multipart::Part::bytes(bytes).file_name("x.pdf"));
        let response = web.post("/verify").multipart(form).send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    };
    let (status, page) = show(document.clone()).await;
    assert!(status == 200 && page.contains("真实有效") && page.contains("营业执照"), "{page}");
    let mut changed = document.clone();
    changed[2000] ^= 1;
    let (status, page) = show(changed).await;
    assert!(status == 200 && page.contains("无效，请勿采用") && !page.contains("证照信息"), "{page}");
    let (status, page) = show(b"hello".to_vec()).await;
    assert!(status == 422 && page.contains("没有完成核验"), "{page}");
    let (status, page) = show(Vec::new()).await;
    assert!(status == 400 && page.contains("没有选择文件"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn health_and_metrics_tell_the_operator() {
    let web = Web::start().await;
    web.mint(BUSINESS_LICENCE, 0).await;
    assert_eq!(web.get("/health/ready").send().await.unwrap().json::<Value>().await.unwrap()["ready"], true);
    let text = web.get("/metrics").send().await.unwrap().text().await.unwrap();
    assert!(text.contains("elicence_licences{state=\"active\"} 1"), "{text}");
    assert!(text.contains("elicence_http_request_seconds_count{route=\"/api/v1/licences\",method=\"POST\",status=\"201\"} 1"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_speaks_tls() {
    let web = Web::start_with(settings(), true).await;
    assert!(web.url.starts_with("https://"));
    assert_eq!(web.get("/health/live").send().await.unwrap().text().await.unwrap(), "ok\n");
    let plain = web.client.get(web.url.replace("https", "http")).send().await;
    assert!(plain.is_err(), "no plain HTTP on the TLS port");
}

#[test]
fn plain_http_stays_on_the_machine() {
    assert!(matches!(listen("0.0.0.0:0".parse().unwrap(), false), Err(ServeError::PlainOutside(_))));
    assert!(listen("127.0.0.1:0".parse().unwrap(), false).is_ok());
}

/// `schemas/openapi.json` is what the server says; `UPDATE_SCHEMAS=1` writes it anew.
#[tokio::test(flavor = "multi_thread")]
async fn the_description_is_fresh_and_every_operation_is_in_it() {
    let described = openapi::describe(&elicence::http::routes());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/openapi.json");
    let text = serde_json::to_string_pretty(&described).unwrap() + "\n";
    if std::env::var_os("UPDATE_SCHEMAS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    assert!(
        std::fs::read_to_string(&path).unwrap() == text,
        "schemas/openapi.json is stale: UPDATE_SCHEMAS=1 cargo test --test http_edges"
    );
    let web = Web::start().await;
    let served: Value = web.get("/api/v1/openapi.json").send().await.unwrap().json().await.unwrap();
    assert_eq!(served, described);
    for (path, methods) in described["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            let method: Method = method.to_uppercase().parse().unwrap();
            let url = format!("{}{}", web.url, path.replace("{identifier}", "none").replace("{list}", "1"));
            let status = web.client.request(method, url).send().await.unwrap().status();
            assert_ne!(status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
        }
        for pointer in described["paths"][path].to_string().split("\"$ref\":\"#/components/schemas/").skip(1) {
            let name = pointer.split('"').next().unwrap();
            assert!(described["components"]["schemas"].get(name).is_some(), "{name} is described");
        }
    }
}
