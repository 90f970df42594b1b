//! The OpenAPI 3.1 document, made from the routes and the types; a copy stands in `schemas/openapi.json`.

use crate::domain::actor::Role;
use crate::domain::authority::{Reach, reach};
use crate::http::problem::ProblemDocument;
use crate::http::route::{Content, Parameter, Route};
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

/// Describes the routes.
pub fn describe(routes: &[Route]) -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.definitions_path = "/components/schemas".into());
    let mut generator = settings.into_generator();
    let mut paths = Map::new();
    for route in routes {
        let operation = operation(route, &mut generator);
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        if let Value::Object(methods) = path {
            methods.insert(route.method.into(), operation);
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "elicence 电子证照库",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Mint, read, revoke and verify electronic licences (电子证照). Every verdict is an answer with status 200; refusals are problem documents (RFC 9457).",
            "license": { "name": "Apache-2.0 OR MIT", "identifier": "Apache-2.0 OR MIT" }
        },
        "paths": paths,
        "components": {
            "securitySchemes": { "apiKey": { "type": "http", "scheme": "bearer", "description": "API key `elk_…`; department and roles belong to the key." } },
            "schemas": generator.take_definitions(true),
        }
    })
}

fn operation(route: &Route, generator: &mut SchemaGenerator) -> Value {
    let (status, content) = &route.answer;
    let mut responses = Map::new();
    responses
        .insert(status.to_string(), json!({ "description": "the answer", "content": contents(std::slice::from_ref(content), generator) }));
    for refusal in route.refusals {
        let schema = generator.subschema_for::<ProblemDocument>();
        responses.insert(
            refusal.to_string(),
            json!({ "description": reason(*refusal), "content": { "application/problem+json": { "schema": schema } } }),
        );
    }
    let mut operation = json!({
        "operationId": route.id,
        "summary": route.summary,
        "responses": responses,
        "security": if route.action.is_some() { json!([{ "apiKey": [] }]) } else { json!([]) },
    });
    if let Value::Object(members) = &mut operation {
        if let Some(action) = route.action {
            let may = |role: &Role| reach(*role, action) > Reach::Nobody;
            members.insert("x-action".into(), json!(action.word()));
            members.insert("x-roles".into(), json!(Role::ALL.into_iter().filter(may).collect::<Vec<_>>()));
        }
        if !route.parameters.is_empty() {
            members.insert("parameters".into(), route.parameters.iter().map(parameter).collect());
        }
        if !route.request.is_empty() {
            members.insert("requestBody".into(), json!({ "required": true, "content": contents(&route.request, generator) }));
        }
    }
    operation
}

fn parameter(parameter: &Parameter) -> Value {
    json!({
        "in": parameter.place,
        "name": parameter.name,
        "description": parameter.description,
        "required": parameter.place == "path",
        "schema": { "type": "string" },
    })
}

fn contents(contents: &[Content], generator: &mut SchemaGenerator) -> Value {
    contents
        .iter()
        .map(|content| (content.media_type.to_owned(), json!({ "schema": (content.schema)(generator) })))
        .collect::<Map<_, _>>()
        .into()
}

fn reason(status: u16) -> &'static str {
    axum::http::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or("refused")
}
