//! Accepts that an older copy of the database is in use (确认恢复备份): the heads that know more are set aside as evidence, and chaining goes on.

use crate::{
    domain::{
        actor::Actor,
        audit::{AuditAction, AuditEvent, AuditOutcome},
        authority::Action,
    },
    services::{Refusal, Services, verify_audit::HeadsOutside},
    storage::audit_log,
};
use std::path::PathBuf;

impl Services {
    /// Sets the newer heads aside; where they are now. Empty: the database is as new as they are, nothing was done.
    pub async fn accept_restore(&self, actor: &Actor) -> Result<Vec<PathBuf>, Refusal> {
        self.permit(actor, Action::AcceptRestore, &actor.department.code).await?;
        let _alone_here = self.sequencing.lock().await;
        let here = audit_log::read_head(&self.store.database).await?.map_or(0, |head| head.position);
        let outside = HeadsOutside::read(&self.store)?;
        let Some(newest) = outside.newest().filter(|head| head.position > here) else { return Ok(Vec::new()) };
        let event = AuditEvent::new(AuditAction::AcceptRestore, actor, AuditOutcome::Done)
            .with("database-position", here)
            .with("head-position", newest.position)
            .with("head-chain", hex::encode(newest.chain));
        self.audit_alone(&event).await?;
        Ok(self.store.set_audit_heads_aside(newest.position)?)
    }
}
