//! Step 7: transaction 2 records the digest that is about to be signed. Only the permit that comes out of here reaches the key.

use crate::{
    domain::{
        actor::Actor,
        audit::{AuditAction, AuditEvent, AuditOutcome},
    },
    seal::Permit,
    services::{
        Services,
        failpoint::failpoint,
        mint::{Halt, Work},
    },
    storage::mints,
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
        let event = AuditEvent::new(AuditAction::AuthoriseSeal, actor, AuditOutcome::Done).about(id).with("digest", digest);
        self.audit(&mut transaction, &event).await.map_err(Halt::refusal(STEP))?;
        failpoint!("mint.7.written");
        transaction.commit().await.map_err(Halt::storage(STEP))?;
        work.hold.lease_until = lease_until;
        Ok(Recorded(permit))
    }
}
