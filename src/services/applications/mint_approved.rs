//! Mints the licences whose applications were approved (审批通过后制证), each exactly once: the idempotency key is the application's id, so a
//! crash at any point repeats nothing.

use crate::{
    domain::{
        actor::{Actor, Role},
        application::{ApplicationId, Proposal},
        audit::{AuditAction, AuditEvent, AuditOutcome},
        face::{self, FaceInput, FieldProblem, ProblemCode},
        trust_grade::TrustGrade,
    },
    services::{
        MintRequest, Refusal, Services,
        applications::doors,
        describe_licence::damaged,
        house,
        mint::{Basis, pause_after},
    },
    storage::{approved_licences, licences},
};
use schemars::JsonSchema;
use serde::Serialize;

/// Approved applications that one round takes on.
const BATCH: i64 = 50;

/// What became of an approved application for a licence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct IssuedLicence {
    /// 证照标识, once it is minted.
    pub identifier: Option<String>,
    /// The machine code of what keeps it from being minted for good; apply anew then.
    pub problem: Option<String>,
}

impl Services {
    /// Mints what was approved and is due; how many. Failures that may pass are tried again later, others are shown with the application.
    pub async fn mint_approved(&self) -> Result<u64, Refusal> {
        let mut minted = 0;
        for (id, attempts) in approved_licences::due(&self.store.database, self.now_ms(), BATCH).await? {
            minted += u64::from(self.mint_one_approved(id, attempts).await?);
        }
        Ok(minted)
    }

    async fn mint_one_approved(&self, id: ApplicationId, attempts: i64) -> Result<bool, Refusal> {
        let application = self.find_application(id).await?;
        let (type_code, face, grade) = match application.proposal {
            Proposal::Licence(licence) => (licence.type_code, licence.face, TrustGrade::A),
            Proposal::Backlog(backlog) => (backlog.type_code, backlog.face, TrustGrade::B),
            Proposal::CatalogueEntry(_) | Proposal::CatalogueImport(_) | Proposal::Seal(_) => return Err(damaged("approved_licences")),
        };
        let code = &application.row.organisation_code;
        let department = self.issuers().into_iter().find(|party| party.code == *code);
        let department = department.ok_or_else(|| Refusal::Unavailable { cause: "the department has no keys here".into() })?;
        // Whoever applied might issue then; what the approval lacks is only the use of the seal.
        let actor = Actor { id: application.row.applicant, department, roles: vec![Role::Issuer] };
        let request = MintRequest { type_code, face, idempotency_key: Some(format!("application/{id}")) };
        let answer = self.mint_on(&actor, request, Basis { predecessor: None, grade }).await;
        let mut transaction = self.store.database.begin().await?;
        let minted = match answer {
            Ok(minted) => {
                approved_licences::finish(&mut transaction, id, minted.licence_id).await?;
                true
            }
            Err(refusal) if refusal.retry_after().is_some() || matches!(refusal, Refusal::Unavailable { .. }) => {
                let pause = pause_after(attempts.saturating_add(1)).max(refusal.retry_after().unwrap_or_default());
                let due = self.now_ms().saturating_add(i64::try_from(pause.as_millis()).unwrap_or(i64::MAX));
                approved_licences::postpone(&mut transaction, id, due).await?;
                false
            }
            Err(refusal) => {
                approved_licences::give_up(&mut transaction, id, refusal.code()).await?;
                let event =
                    AuditEvent::new(AuditAction::MintLicence, &house(), AuditOutcome::Failed).about(id).with("code", refusal.code());
                self.audit(&mut transaction, &event).await?;
                false
            }
        };
        transaction.commit().await?;
        Ok(minted)
    }

    /// What became of an application for a licence. [`Refusal::NotFound`] before its approval.
    pub async fn issued_licence(&self, actor: &Actor, id: ApplicationId) -> Result<IssuedLicence, Refusal> {
        let application = self.find_application(id).await?;
        let kind = application.row.kind;
        self.permit_found(actor, doors(kind).read, &application.row.organisation_code).await?;
        let approved = approved_licences::find(&self.store.database, id).await?.ok_or(Refusal::NotFound)?;
        let mut event = AuditEvent::new(AuditAction::ReadLicence, actor, AuditOutcome::Done).with("application", id);
        let identifier = match approved.licence_id {
            Some(licence_id) => {
                event = event.about(licence_id);
                let row = licences::by_id(&self.store.database, licence_id).await?.ok_or_else(|| damaged("licence"))?;
                Some(self.open_identity(&self.open(row)?)?.identifier)
            }
            None => None,
        };
        self.audit_alone(&event).await?;
        Ok(IssuedLicence { identifier, problem: approved.problem })
    }

    /// May the actor's department issue this, and are the face data good? `paper`: number and dates stand on a paper licence.
    pub(super) async fn check_licence_proposal(
        &self,
        actor: &Actor,
        type_code: &str,
        face: &FaceInput,
        paper: bool,
    ) -> Result<(), Refusal> {
        let entry = self.types.find(type_code).ok_or_else(|| Refusal::UnknownType(type_code.to_owned()))?.clone();
        self.choose_seal(actor, type_code).await?;
        self.may_mint(actor, type_code).await?;
        let face = face::check(&entry.licence_type, face.clone()).map_err(Refusal::BadFields)?;
        if paper && face.number.is_none() {
            let message = "存量证照须填写原证照编号。 A licence that is taken over keeps its number; give it.".to_owned();
            return Err(Refusal::BadFields(vec![FieldProblem { field: "ZZBH".into(), code: ProblemCode::Missing, message }]));
        }
        if let Some(number) = &face.number {
            let key = self.number_key(type_code, &actor.department.code, number)?;
            if licences::number_known(&self.store.database, &key).await? {
                return Err(Refusal::NumberTaken);
            }
        }
        Ok(())
    }
}
