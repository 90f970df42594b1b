//! `POST /api/v1/catalogue/imports`: brings a table of entries in (目录批量导入).

use crate::domain::authority::Action;
use crate::domain::catalogue_import::ImportMode;
use crate::http::authenticate::Caller;
use crate::http::body;
use crate::http::problem::Problem;
use crate::http::route::{Content, Parameter, Route};
use crate::http::state::Server;
use crate::services::{ImportRequest, ImportView, TABLE_BYTES, TableFormat};
use axum::Json;
use axum::extract::{Query, Request, State};
use axum::http::StatusCode;
use axum::routing::post;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Asked {
    #[serde(default)]
    dry_run: bool,
    #[serde(default)]
    mode: ImportMode,
}

/// Describes the operation.
pub fn route() -> Route {
    Route {
        method: "post",
        path: "/api/v1/catalogue/imports",
        id: "importCatalogue",
        summary: "批量导入目录 Check a table of entries row by row and hand its changes in for review",
        action: Some(Action::ApplyForEntry),
        parameters: vec![
            Parameter { place: "query", name: "dry-run", description: "`true`: check and report only." },
            Parameter {
                place: "query",
                name: "mode",
                description: "`all` (usual): one wrong row refuses the file. `rows`: good rows go on without the wrong ones.",
            },
        ],
        request: [TableFormat::Csv, TableFormat::Xlsx, TableFormat::Json].map(|format| Content::bytes(format.media_type())).into(),
        answer: (200, Content::json::<ImportView>()),
        refusals: &[400, 401, 403, 413, 415, 422, 429, 503],
        handler: post(handle),
    }
}

async fn handle(
    State(server): State<Arc<Server>>,
    Caller(actor): Caller,
    Query(asked): Query<Asked>,
    request: Request,
) -> Result<Json<ImportView>, Problem> {
    let format = body::media_type(request.headers()).and_then(TableFormat::from_media_type).ok_or_else(|| {
        Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", "不支持的内容类型 This media type is not read here")
            .detail("send text/csv, application/json or the media type of .xlsx")
    })?;
    let bytes = body::read(request, TABLE_BYTES).await?;
    let services = server.services.clone();
    let request = ImportRequest { bytes, format, mode: asked.mode, dry_run: asked.dry_run };
    // A task of its own: a client that hangs up must not leave a batch that was kept and not handed in.
    let import = tokio::spawn(async move { services.import_catalogue(&actor, request).await });
    Ok(Json(import.await.map_err(|_| Problem::internal())??))
}
