//! Changes the state of a seal (制章、备案、启用、停用、恢复、销毁): one conditional step, with its reason, by the seal keeper of its organisation.

use crate::{
    domain::{
        actor::Actor,
        audit::{AuditAction, AuditEvent, AuditOutcome},
        authority::Action,
        digest::Digest,
        seal_record::{SealChange, SealId},
    },
    services::{
        Refusal, SealView, Services,
        describe_licence::damaged,
        seals::{checked_reason, seal_event},
    },
    storage::{
        database::Transaction,
        error::StorageError,
        seals::{self, SealChangeRow, SealRow},
    },
};

impl Services {
    /// Makes, records, puts in use, suspends, resumes or destroys a seal of the actor's organisation. `reason`: 2 to 500 characters,
    /// kept sealed. `certificate`: SHA-256 of the certificate whose key makes the seal; the key must be loaded for the organisation.
    pub async fn change_seal(
        &self,
        actor: &Actor,
        id: SealId,
        change: SealChange,
        certificate: Option<Digest>,
        reason: &str,
    ) -> Result<SealView, Refusal> {
        self.permit_somewhere(actor, Action::ChangeSeal).await?;
        let done = self.try_change_seal(actor, id, change, certificate, reason).await;
        if let Err(refusal) = &done {
            let event = AuditEvent::new(AuditAction::ChangeSeal, actor, AuditOutcome::Refused).about(id).with("change", change.as_str());
            self.audit_refusal(event, refusal).await;
        }
        done
    }

    async fn try_change_seal(
        &self,
        actor: &Actor,
        id: SealId,
        change: SealChange,
        certificate: Option<Digest>,
        reason: &str,
    ) -> Result<SealView, Refusal> {
        let reason = checked_reason(reason)?;
        let seal = self.find_seal(actor, Action::ChangeSeal, id).await?;
        // What a second person approves is an application.
        if matches!(change, SealChange::Approve | SealChange::Renew) {
            return Err(Refusal::SealNeedsApplication);
        }
        let to = seal.state.after(change).map_err(Refusal::IllegalSealChange)?;
        let now = self.now_ms();
        let reason = self.close_seal_reason(&self.seal_key(&seal)?, id, reason)?;
        let mut transaction = self.store.database.begin().await?;
        match seals::change_state(&mut transaction, id, (seal.state, seal.state_version), to, seal.version, now).await {
            // Somebody changed it since we read it: the caller looks again.
            Err(StorageError::RowCount { .. }) => return Err(Refusal::SealChanged),
            other => other?,
        }
        if change == SealChange::Make {
            self.link_certificate(&mut transaction, &seal, certificate.ok_or(Refusal::BadSeal("certificate"))?).await?;
        }
        let (state_version, actor_id) = (seal.state_version + 1, actor.id.clone());
        let log = SealChangeRow { seal_id: id, state_version, change, from: Some(seal.state), to, actor: actor_id, at: now, reason };
        seals::log_change(&mut transaction, &log).await?;
        let event = AuditEvent::new(AuditAction::ChangeSeal, actor, AuditOutcome::Done)
            .about(id)
            .with("change", change.as_str())
            .with("from", seal.state.as_str());
        self.audit(&mut transaction, &event).await?;
        self.announce(&mut transaction, &seal_event(&seal, change, to, now)).await?;
        transaction.commit().await?;
        self.describe_seal(self.find_seal(actor, Action::ChangeSeal, id).await?).await
    }

    /// The seal gets the certificate of a key that is loaded here for its organisation, and that no other seal has.
    async fn link_certificate(&self, transaction: &mut Transaction, seal: &SealRow, certificate: Digest) -> Result<(), Refusal> {
        let keyring = self.keyring();
        let authority = keyring.with_seal(&seal.organisation_code, certificate, self.now()).ok_or(Refusal::NoSuchSealKey)?;
        if !authority.is_in_time(self.now()) {
            return Err(Refusal::SealOutOfTime);
        }
        let der = authority.seal.chain().first().ok_or_else(|| damaged("certificate"))?;
        let subject = self.subject_key(der)?;
        if !seals::claim_certificate(transaction, seal.seal_id, &certificate.0, &subject).await? {
            return Err(Refusal::SealKeyTaken);
        }
        Ok(seals::make_version(transaction, (seal.seal_id, seal.version), &certificate.0, self.now_ms()).await?)
    }
}
