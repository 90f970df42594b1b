//! Step 7: transaction 2 records the digest that is about to be signed. Only the permit that comes out of here reaches the key.

use crate::{
    domain::{
        actor::Actor,
        audit::{AuditAction, AuditEvent, AuditOutcome},
    },
    seal::Permit,
    services::{
        Refusal, Services,
        failpoint::failpoint,
        mint::{Halt, Work},
        seals::not_usable,
    },
    storage::{database::Transaction, mints, seal_uses, seals},
};

const STEP: &str = "recording what is to be signed";

/// A permit whose digest is durably recorded. Nothing else can be spent.
pub(super) struct Recorded(pub(super) Permit);

impl Services {
    pub(super) async fn authorise_seal(&self, actor: &Actor, work: &mut Work, permit: Permit) -> Result<Recorded, Halt> {
        let (id, digest, now) = (work.licence_id, permit.digest(), self.now_ms());
        let lease_until = self.lease_end(now);
        let mut transaction = self.store.database.begin().await.map_err(Halt::storage(STEP))?;
        mints::set_to_be_signed(&mut transaction, id, &work.hold, now, &digest.0, lease_until).await.map_err(Halt::storage(STEP))?;
        self.require_seal_in_use(&mut transaction, work, now).await?;
        // The grant may have been taken back, too.
        if !seal_uses::record(&mut transaction, id, &digest.0, now).await.map_err(Halt::storage(STEP))? {
            return Err(Halt::Seal(Refusal::SealNotPermitted));
        }
        let event = AuditEvent::new(AuditAction::AuthoriseSeal, actor, AuditOutcome::Done)
            .about(id)
            .with("digest", digest)
            .with("seal", work.seal.seal_id);
        self.audit(&mut transaction, &event).await.map_err(Halt::refusal(STEP))?;
        failpoint!("mint.7.written");
        transaction.commit().await.map_err(Halt::storage(STEP))?;
        work.hold.lease_until = lease_until;
        Ok(Recorded(permit))
    }

    /// The seal is in use and in its time, and stays so until the transaction ends: whoever suspends it waits for that, here and in
    /// other processes.
    pub(super) async fn require_seal_in_use(&self, transaction: &mut Transaction, work: &Work, now: i64) -> Result<(), Halt> {
        let held = seals::hold(transaction, work.seal.seal_id).await.map_err(Halt::storage(STEP))?;
        let seal = held.ok_or(Halt::Seal(Refusal::NoSuchSeal))?;
        not_usable(&seal, now).map_or(Ok(()), |refusal| Err(Halt::Seal(refusal)))
    }
}
