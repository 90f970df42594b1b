//! An approved application for a seal takes effect: the seal is on record as approved, and can be made.

use crate::{
    domain::{
        actor::Actor,
        audit::{AuditAction, AuditEvent, AuditOutcome},
        payload::Party,
        seal_record::{SealChange, SealFace, SealGrant, SealId, SealKind, SealProposal, SealState},
    },
    services::{Refusal, Services, describe_licence::damaged, milliseconds, seals::seal_event},
    storage::{
        database::Transaction,
        error::StorageError,
        seals::{self, SealChangeRow, SealRow, SealVersionRow},
    },
};
use time::OffsetDateTime;

const REASON: &str = "申请已批准 the application was approved";

/// A new seal's facts.
struct New<'a> {
    id: SealId,
    organisation: &'a Party,
    kind: SealKind,
    face: &'a SealFace,
    time: (Option<OffsetDateTime>, Option<OffsetDateTime>),
    grants: &'a [SealGrant],
}

impl Services {
    /// Runs in the transaction of the review.
    pub(in crate::services) async fn seal_takes_effect(
        &self,
        transaction: &mut Transaction,
        proposal: &SealProposal,
        organisation: &str,
        reviewer: &Actor,
    ) -> Result<(), Refusal> {
        let (row, change, from) = match proposal {
            SealProposal::New { seal, organisation: owner, seal_kind, face, valid_from, valid_until, grants } => {
                // The application is its applicant's; so is the seal.
                if owner.code != organisation {
                    return Err(Refusal::NoSuchSeal);
                }
                let time = (*valid_from, *valid_until);
                let new = New { id: *seal, organisation: owner, kind: *seal_kind, face, time, grants };
                (self.insert_seal(transaction, &new).await?, SealChange::Approve, None)
            }
            SealProposal::Renew { seal, face } => {
                let (row, from) = self.renew_seal(transaction, *seal, organisation, face.as_ref()).await?;
                (row, SealChange::Renew, Some(from))
            }
        };
        let (id, key) = (row.seal_id, self.seal_key(&row)?);
        let reason = self.close_seal_reason(&key, id, REASON)?;
        let log = SealChangeRow {
            seal_id: id,
            state_version: row.state_version,
            change,
            from,
            to: row.state,
            actor: reviewer.id.clone(),
            at: self.now_ms(),
            reason,
        };
        seals::log_change(transaction, &log).await?;
        let event = AuditEvent::new(AuditAction::ChangeSeal, reviewer, AuditOutcome::Done).about(id).with("change", change.as_str());
        self.audit(transaction, &event).await?;
        self.announce(transaction, &seal_event(&row, change, row.state, self.now_ms())).await
    }

    async fn insert_seal(&self, transaction: &mut Transaction, new: &New<'_>) -> Result<SealRow, Refusal> {
        let now = self.now_ms();
        let (key, data_key) = self.new_seal_key(new.id)?;
        let row = SealRow {
            seal_id: new.id,
            organisation_code: new.organisation.code.clone(),
            organisation_name: new.organisation.name.clone(),
            kind: new.kind,
            state: SealState::Approved,
            state_version: 1,
            state_changed_at: now,
            version: 1,
            configured: false,
            valid_from: new.time.0.map_or(now, milliseconds),
            valid_until: new.time.1.map(milliseconds),
            data_key,
            created_at: now,
        };
        seals::insert(transaction, &row).await?;
        let face = self.close_face(&key, new.id, new.face)?;
        seals::add_version(transaction, &SealVersionRow { seal_id: new.id, version: 1, face, certificate: None, made_at: None }).await?;
        seals::replace_grants(transaction, new.id, new.grants).await?;
        Ok(row)
    }

    /// The seal stops sealing until it is made and put on record again: nothing is sealed with a face that is no more.
    async fn renew_seal(
        &self,
        transaction: &mut Transaction,
        id: SealId,
        organisation: &str,
        face: Option<&SealFace>,
    ) -> Result<(SealRow, SealState), Refusal> {
        let row = seals::by_id(&self.store.database, id).await?.filter(|row| row.organisation_code == organisation);
        let row = row.ok_or(Refusal::NoSuchSeal)?;
        let (from, to) = (row.state, row.state.after(SealChange::Renew).map_err(Refusal::IllegalSealChange)?);
        let key = self.seal_key(&row)?;
        let before = seals::version(&self.store.database, id, row.version).await?.ok_or_else(|| damaged("seal_versions"))?;
        let face = match face {
            Some(face) => self.close_face(&key, id, face)?,
            None => before.face,
        };
        let version = row.version + 1;
        match seals::change_state(transaction, id, (from, row.state_version), to, version, self.now_ms()).await {
            Err(StorageError::RowCount { .. }) => return Err(Refusal::SealChanged),
            other => other?,
        }
        seals::add_version(transaction, &SealVersionRow { seal_id: id, version, face, certificate: None, made_at: None }).await?;
        seals::leave_settings(transaction, id).await?;
        Ok((SealRow { state: to, version, state_version: row.state_version + 1, configured: false, ..row }, from))
    }
}
