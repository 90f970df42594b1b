//! Applications (申请): drafted and handed in by one person, reviewed by another; an approval takes effect in its own transaction.

mod draft;
mod list;
mod mint_approved;
mod read;
mod review;
mod submit;
mod take_effect;
mod withdraw;

pub use list::ApplicationHead;
pub use mint_approved::IssuedLicence;
pub use review::Decision;

use crate::{
    domain::{
        actor::Actor,
        application::{ApplicationId, ApplicationKind, ApplicationState, ApplicationStep, Proposal},
        audit::{AuditAction, AuditEvent, AuditOutcome},
        authority::Action,
    },
    services::{Refusal, Services, describe_licence::damaged, moment},
    storage::{
        applications::{self, ApplicationRow, ApplicationStepRow},
        database::Transaction,
        error::StorageError,
        vault::DataKey,
    },
};
use schemars::JsonSchema;
use serde::Serialize;
use time::OffsetDateTime;

/// An application as those see it who may.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ApplicationView {
    /// Its id.
    pub application_id: ApplicationId,
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
    /// When it was handed in.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schemars(with = "Option<String>")]
    pub submitted_at: Option<OffsetDateTime>,
    /// Pseudonymous id of whoever reviewed.
    pub reviewer: Option<String>,
    /// When it was decided.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schemars(with = "Option<String>")]
    pub reviewed_at: Option<OffsetDateTime>,
    /// What the reviewer said, or why it was withdrawn.
    pub reason: Option<String>,
    /// What is applied for.
    #[serde(flatten)]
    pub proposal: Proposal,
}

/// A row with its data key and what is applied for.
pub(in crate::services) struct OpenApplication {
    pub row: ApplicationRow,
    pub key: DataKey,
    pub proposal: Proposal,
}

/// Who may do what with applications of a kind.
struct Doors {
    apply: Action,
    review: Action,
    read: Action,
}

fn doors(kind: ApplicationKind) -> Doors {
    match kind {
        ApplicationKind::CatalogueEntry | ApplicationKind::CatalogueImport => {
            Doors { apply: Action::ApplyForEntry, review: Action::ReviewEntry, read: Action::ReadEntryApplication }
        }
        ApplicationKind::Licence | ApplicationKind::Backlog => {
            Doors { apply: Action::ApplyForLicence, review: Action::ReviewLicence, read: Action::ReadLicenceApplication }
        }
        ApplicationKind::Seal => Doors { apply: Action::ApplyForSeal, review: Action::ReviewSeal, read: Action::ReadSeal },
    }
}

impl Services {
    /// The organisation whose people review applications of this kind that `applicant` makes.
    fn reviewing_organisation(&self, kind: ApplicationKind, applicant: &str) -> String {
        match kind {
            ApplicationKind::CatalogueEntry | ApplicationKind::CatalogueImport => self.managing_department(),
            ApplicationKind::Licence | ApplicationKind::Backlog => applicant.to_owned(),
            // An organisation answers for its own seals.
            ApplicationKind::Seal => applicant.to_owned(),
        }
    }

    /// May the actor read an application of this organisation? Its own organisation may, and whoever reviews it.
    async fn permit_reading(&self, actor: &Actor, kind: ApplicationKind, organisation: &str) -> Result<(), Refusal> {
        let reviewing = self.reviewing_organisation(kind, organisation);
        let owner = if actor.department.code == reviewing { &reviewing } else { organisation };
        self.permit_found(actor, doors(kind).read, owner).await
    }

    async fn find_application(&self, id: ApplicationId) -> Result<OpenApplication, Refusal> {
        let row = applications::by_id(&self.store.database, id).await?.ok_or(Refusal::NotFound)?;
        self.open_application(row)
    }

    fn open_application(&self, row: ApplicationRow) -> Result<OpenApplication, Refusal> {
        let owner = row.application_id.0;
        let key = self.store.vault.unwrap(&owner, &row.data_key)?;
        let content = self.store.vault.open(&key, &owner, "application", &row.content)?;
        let proposal: Proposal = serde_json::from_slice(&content).map_err(|_| damaged("application"))?;
        if proposal.kind() != row.kind || proposal.subject() != row.subject {
            return Err(damaged("application"));
        }
        Ok(OpenApplication { row, key, proposal })
    }

    fn view_of(&self, application: OpenApplication) -> Result<ApplicationView, Refusal> {
        let OpenApplication { row, key, proposal } = application;
        let reason = match &row.reason {
            Some(sealed) => {
                let bytes = self.store.vault.open(&key, &row.application_id.0, "application reason", sealed)?;
                Some(String::from_utf8(bytes).map_err(|_| damaged("application reason"))?)
            }
            None => None,
        };
        Ok(ApplicationView {
            application_id: row.application_id,
            subject: row.subject,
            organisation_code: row.organisation_code,
            state: row.state,
            applicant: row.applicant,
            applied_at: moment(row.applied_at),
            submitted_at: row.submitted_at.map(moment),
            reviewer: row.reviewer,
            reviewed_at: row.reviewed_at.map(moment),
            reason,
            proposal,
        })
    }

    fn seal_reason(&self, application: &OpenApplication, reason: &str) -> Result<Vec<u8>, Refusal> {
        Ok(self.store.vault.seal(&application.key, &application.row.application_id.0, "application reason", reason.as_bytes())?)
    }

    /// One conditional step of an application, with its audit line. [`Refusal::WrongStep`] when the state does not allow it, or somebody
    /// else was quicker.
    async fn step_application(
        &self,
        transaction: &mut Transaction,
        actor: &Actor,
        application: &OpenApplication,
        step: ApplicationStep,
        reason: Option<Vec<u8>>,
    ) -> Result<(), Refusal> {
        let row = &application.row;
        let state = row.state.after(step).map_err(Refusal::WrongStep)?;
        let (action, reviewer) = match step {
            ApplicationStep::Submit => (AuditAction::SubmitApplication, None),
            ApplicationStep::Withdraw => (AuditAction::WithdrawApplication, None),
            ApplicationStep::Approve => (AuditAction::ApproveApplication, Some(actor.id.clone())),
            ApplicationStep::Reject => (AuditAction::RejectApplication, Some(actor.id.clone())),
        };
        let change = ApplicationStepRow { state, at: self.now_ms(), reviewer, reason };
        match applications::step(transaction, row, change).await {
            Err(StorageError::RowCount { .. }) => {
                let now = applications::by_id_in(transaction, row.application_id).await?.ok_or(Refusal::NotFound)?;
                return Err(Refusal::WrongStep(crate::domain::application::WrongStep(now.state, step)));
            }
            done => done?,
        }
        self.audit(transaction, &about(action, actor, row)).await
    }
}

/// The audit line of something that was done with an application.
fn about(action: AuditAction, actor: &Actor, row: &ApplicationRow) -> AuditEvent {
    AuditEvent::new(action, actor, AuditOutcome::Done)
        .about(row.application_id)
        .with("kind", row.kind.as_str())
        .with("about", &row.subject)
        .with("organisation", &row.organisation_code)
}

/// The same of something that was refused.
fn refused(action: AuditAction, actor: &Actor, id: ApplicationId) -> AuditEvent {
    AuditEvent::new(action, actor, AuditOutcome::Refused).about(id)
}

/// A reason has 2 to 500 characters.
fn checked_reason(reason: &str) -> Result<&str, Refusal> {
    let reason = reason.trim();
    if (2..=500).contains(&reason.chars().count()) { Ok(reason) } else { Err(Refusal::BadReason) }
}
