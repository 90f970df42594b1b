//! A route of the API together with its description: the router and the OpenAPI document are both made from these.

use crate::domain::authority::Action;
use crate::http::state::Server;
use axum::routing::MethodRouter;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use std::sync::Arc;

/// One operation.
pub struct Route {
    /// `get`, `post`, `put` or `delete`.
    pub method: &'static str,
    /// Path with parameters in braces.
    pub path: &'static str,
    /// Name of the operation.
    pub id: &'static str,
    /// What it does, in Chinese and English.
    pub summary: &'static str,
    /// What the caller must be allowed to do; `None` = open to everybody.
    pub action: Option<Action>,
    /// Parameters in path, query and headers.
    pub parameters: Vec<Parameter>,
    /// What it reads.
    pub request: Vec<Content>,
    /// Status and content of its good answer.
    pub answer: (u16, Content),
    /// Statuses of its refusals, each a problem document.
    pub refusals: &'static [u16],
    /// Who answers.
    pub handler: MethodRouter<Arc<Server>>,
}

/// One parameter.
pub struct Parameter {
    /// `path`, `query` or `header`.
    pub place: &'static str,
    /// Its name.
    pub name: &'static str,
    /// What it means.
    pub description: &'static str,
}

/// A body.
pub struct Content {
    /// Media type.
    pub media_type: &'static str,
    /// What stands in it.
    pub schema: fn(&mut SchemaGenerator) -> Schema,
}

impl Content {
    /// JSON of a type.
    pub fn json<T: JsonSchema>() -> Self {
        Self { media_type: "application/json", schema: |generator| generator.subschema_for::<T>() }
    }

    /// Bytes of a media type.
    pub fn bytes(media_type: &'static str) -> Self {
        Self { media_type, schema: |_| schemars::json_schema!({ "type": "string", "format": "binary" }) }
    }

    /// A form with one file in the part `document`.
    pub fn form() -> Self {
        let schema = |_: &mut SchemaGenerator| {
            schemars::json_schema!({
                "type": "object",
                "required": ["document"],
                "properties": { "document": { "type": "string", "format": "binary" } }
            })
        };
        Self { media_type: "multipart/form-data", schema }
    }
}
