//! `POST /api/v1/licences/{identifier}/suspend` and its like: one transition each, with reason and legal basis.

use crate::domain::actor::Actor;
use crate::domain::authority::Action;
use crate::domain::change_notes::ChangeNotes;
use crate::domain::life::Transition;
use crate::http::api::licence_answer::LicenceAnswer;
use crate::http::api::read_licence::IDENTIFIER;
use crate::http::authenticate::Caller;
use crate::http::body;
use crate::http::problem::Problem;
use crate::http::route::{Content, Route};
use crate::http::state::Server;
use axum::Json;
use axum::extract::{Path, Request, State};
use axum::routing::post;
use std::sync::Arc;

macro_rules! paths {
    ($($transition:ident $action:ident $word:literal $id:literal $summary:literal;)*) => {
        &[$((Transition::$transition, Action::$action, concat!("/api/v1/licences/{identifier}/", $word), $id, $summary),)*]
    };
}

/// Transition, who may, path, operation, summary.
const PATHS: &[(Transition, Action, &str, &str, &str)] = paths! {
    Suspend SuspendLicence "suspend" "suspendLicence" "暂扣一份证照 Suspend a licence";
    Resume ResumeLicence "resume" "resumeLicence" "恢复被暂扣的证照 End a suspension";
    Restrict RestrictLicence "restrict" "restrictLicence" "限制使用一份证照 Restrict the use of a licence";
    Lift LiftRestriction "lift" "liftRestriction" "解除限制 Lift a restriction";
    ReportLoss ReportLoss "report-loss" "reportLoss" "挂失 Report a licence lost";
    Find ReportFound "find" "reportFound" "解除挂失 Report a lost licence found";
    Annotate AnnotateLicence "annotate" "annotateLicence" "加注 Add a public note to a licence";
    Inspect InspectLicence "inspect" "inspectLicence" "登记年检结果 Record an annual inspection";
    Annul AnnulLicence "annul" "annulLicence" "撤销：本不应颁发 Annul a licence that should not have been granted";
    Revoke RevokeLicence "revocation" "revokeLicence" "吊销本部门的一份证照 Revoke a licence of your department";
    Cancel CancelLicence "cancel" "cancelLicence" "注销 Cancel a licence";
    Archive ArchiveLicence "archive" "archiveLicence" "归档已终止的证照 Archive an ended licence";
};

/// Describes the operations.
pub fn routes() -> Vec<Route> {
    let route = |(transition, action, path, id, summary): &(Transition, Action, &'static str, &'static str, &'static str)| {
        let transition = *transition;
        let handler = move |State(server): State<Arc<Server>>, Caller(actor): Caller, Path(identifier): Path<String>, request: Request| {
            handle(server, actor, identifier, transition, request)
        };
        Route {
            method: "post",
            path,
            id,
            summary,
            action: Some(*action),
            parameters: vec![IDENTIFIER],
            request: vec![Content::json::<ChangeNotes>()],
            answer: (200, Content::json::<LicenceAnswer>()),
            refusals: &[400, 401, 403, 404, 409, 413, 415, 422, 429, 503],
            handler: post(handler),
        }
    };
    PATHS.iter().map(route).collect()
}

async fn handle(
    server: Arc<Server>,
    actor: Actor,
    identifier: String,
    transition: Transition,
    request: Request,
) -> Result<Json<LicenceAnswer>, Problem> {
    let notes: ChangeNotes = body::read_json(request, server.settings.mint_bytes).await?;
    Ok(Json(server.services.change_state(&actor, &identifier, transition, notes).await?.into()))
}
