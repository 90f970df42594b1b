//! A server on a loopback port of its own, and clients that speak real HTTP to it.

use super::Place;
use super::authority::{self, DEPARTMENT};
use elicence::ambient::SystemEntropy;
use elicence::app::api_keys;
use elicence::domain::actor::Role;
use elicence::domain::payload::Party;
use elicence::domain::secret::Secret;
use elicence::http::api_keys::{ApiKeyRecord, ApiKeys};
use elicence::http::serve::{self, ServerHandle};
use elicence::http::state::{Server, Settings};
use elicence::services::Services;
use reqwest::{Client, RequestBuilder, StatusCode};
use serde_json::Value;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// A running server with a login of every kind.
pub struct Web {
    pub services: Arc<Services>,
    pub server: Arc<Server>,
    pub url: String,
    pub client: Client,
    /// Issuer of the authority's department.
    pub issuer: Secret<String>,
    /// Approver of it.
    pub supervisor: Secret<String>,
    /// Issuer and approver of another department.
    pub stranger: Secret<String>,
    handle: ServerHandle,
    pub place: Place,
}

pub fn settings() -> Settings {
    Settings {
        https: false,
        verify_bytes: 2 << 20,
        mint_bytes: 64 << 10,
        requests_per_minute: 10_000,
        concurrent_requests: 64,
        request_timeout: Duration::from_secs(60),
        run_id: "test".into(),
    }
}

impl Web {
    pub async fn start() -> Self {
        Self::start_with(settings(), false).await
    }

    pub async fn start_with(settings: Settings, tls: bool) -> Self {
        Self::start_for(settings, tls, Vec::new()).await
    }

    /// The same, and these callers are known as well.
    pub async fn start_for(settings: Settings, tls: bool, more: Vec<ApiKeyRecord>) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let place = Place::sqlite();
        let services = authority::services(&place).await;
        let ours = authority::party();
        let theirs = Party { name: "示例市另一局".into(), code: "11100000000013338W".into() };
        assert_eq!(ours.code, DEPARTMENT);
        let make = |id, party: &Party, roles: &[Role]| api_keys::make(id, party, roles, &SystemEntropy::new()).unwrap();
        let (issuer, first) = make("issuer", &ours, &[Role::Issuer]);
        let (supervisor, second) = make("supervisor", &ours, &[Role::Approver]);
        let (stranger, third) = make("stranger", &theirs, &[Role::Issuer, Role::Approver]);
        let server = Arc::new(Server::new(services.clone(), ApiKeys::new([vec![first, second, third], more].concat()), settings));
        let listener = serve::listen(SocketAddr::from(([127, 0, 0, 1], 0)), tls).unwrap();
        let address = listener.local_addr().unwrap();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/tls");
        let config =
            if tls { Some(serve::read_tls(&folder.join("certificate.pem"), &folder.join("key.pem")).await.unwrap()) } else { None };
        let handle = ServerHandle::new();
        tokio::spawn(serve::serve(listener, config, elicence::http::router(server.clone()), handle.clone()));
        let scheme = if tls { "https" } else { "http" };
        let client = Client::builder().danger_accept_invalid_certs(tls).build().unwrap();
        Self { services, server, url: format!("{scheme}://{address}"), client, issuer, supervisor, stranger, handle, place }
    }

    pub fn get(&self, path: &str) -> RequestBuilder {
        self.client.get(format!("{}{path}", self.url))
    }

    pub fn post(&self, path: &str) -> RequestBuilder {
        self.client.post(format!("{}{path}", self.url))
    }

    /// Mints sample `row` of a type.
    pub async fn mint(&self, type_code: &str, row: usize) -> Value {
        let body = serde_json::json!({ "type": type_code, "face": authority::face(type_code, row) });
        let response = self.post("/api/v1/licences").bearer_auth(self.issuer.expose()).json(&body).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::CREATED, "{}", response.text().await.unwrap());
        assert_eq!(response.headers()["content-type"], "application/json");
        response.json().await.unwrap()
    }

    /// Downloads the document that a mint's answer names.
    pub async fn document(&self, minted: &Value) -> Vec<u8> {
        let response = self.get(minted["document"].as_str().unwrap()).bearer_auth(self.issuer.expose()).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        response.bytes().await.unwrap().to_vec()
    }
}

impl Drop for Web {
    fn drop(&mut self) {
        self.handle.shutdown();
    }
}

/// Asserts that an answer is a problem document with that status and code, and gives it.
pub async fn problem(request: RequestBuilder, status: u16, code: &str) -> (Headers, Value) {
    let response = request.send().await.unwrap();
    let headers = response.headers().clone();
    let got = response.status().as_u16();
    let text = response.text().await.unwrap();
    assert_eq!(got, status, "{text}");
    assert_eq!(headers["content-type"], "application/problem+json");
    let body: Value = serde_json::from_str(&text).unwrap();
    assert_eq!((body["code"].as_str(), body["status"].as_u64()), (Some(code), Some(u64::from(status))), "{text}");
    (headers, body)
}

/// Headers of an answer.
pub type Headers = reqwest::header::HeaderMap;
