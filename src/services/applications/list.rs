//! Lists applications, newest first: heads only, so that no content is opened that nobody reads.

use crate::{
    domain::{
        actor::Actor,
        application::{ApplicationId, ApplicationKind, ApplicationState},
        audit::{AuditAction, AuditEvent, AuditOutcome},
        authority::Reach,
        page::{Cursor, Page, PageProblem, PageRequest},
    },
    services::{Refusal, Services, applications::doors, moment},
    storage::applications::{self, ApplicationFilter, ApplicationRow},
};
use schemars::JsonSchema;
use serde::Serialize;
use time::OffsetDateTime;

/// The head of an application: everything but its content.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ApplicationHead {
    /// Its id.
    pub application_id: ApplicationId,
    /// Its kind.
    pub kind: ApplicationKind,
    /// What it is about, e.g. a type code.
    pub subject: String,
    /// For which organisation it was made.
    pub organisation_code: String,
    /// Its state.
    pub state: ApplicationState,
    /// Pseudonymous id of whoever applied.
    pub applicant: String,
    /// When it was begun, RFC 3339.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "String")]
    pub applied_at: OffsetDateTime,
    /// Pseudonymous id of whoever reviewed.
    pub reviewer: Option<String>,
}

impl Services {
    /// Applications of one kind: all of them for whoever reviews them, else those of the actor's own organisation.
    pub async fn list_applications(
        &self,
        actor: &Actor,
        kind: ApplicationKind,
        state: Option<ApplicationState>,
        page: &PageRequest,
    ) -> Result<Page<ApplicationHead>, Refusal> {
        let own = &actor.department.code;
        self.permit(actor, doors(kind).read, own).await?;
        let all = actor.reach(doors(kind).read) == Reach::All || self.reviewing_organisation(kind, own) == *own;
        let filter = ApplicationFilter { kind, state, organisation: (!all).then(|| own.clone()) };
        let after = page.after.as_ref().map(position).transpose()?;
        let rows = applications::list(&self.store.database, &filter, after, page).await?;
        let event = AuditEvent::new(AuditAction::ReadApplication, actor, AuditOutcome::Done);
        self.audit_alone(&event.with("kind", kind.as_str()).with("listed", rows.len())).await?;
        let key = |row: &ApplicationRow| Cursor::new([row.applied_at.into(), row.application_id.to_string().into()]);
        Ok(page.page(rows, key).map(head))
    }
}

fn position(cursor: &Cursor) -> Result<(i64, ApplicationId), PageProblem> {
    let (at, id) = cursor.int_and_text()?;
    Ok((at, ApplicationId::from_hex(id).ok_or(PageProblem::Cursor)?))
}

fn head(row: ApplicationRow) -> ApplicationHead {
    ApplicationHead {
        application_id: row.application_id,
        kind: row.kind,
        subject: row.subject,
        organisation_code: row.organisation_code,
        state: row.state,
        applicant: row.applicant,
        applied_at: moment(row.applied_at),
        reviewer: row.reviewer,
    }
}
