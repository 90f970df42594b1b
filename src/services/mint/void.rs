//! Gives a mint up (作废), or lets go of it for another try. A voided licence keeps its number and status index for ever.

use crate::{
    domain::{
        actor::Actor,
        audit::{AuditAction, AuditEvent, AuditOutcome},
        licence::{LicenceId, LicenceState},
        life::Transition,
        seal_record::SealState,
    },
    services::{
        Refusal, Services,
        mint::{Halt, Work},
    },
    storage::{
        error::StorageError,
        licence_changes::ChangeRow,
        licences,
        mints::{self, Hold},
    },
};
use std::time::Duration;

/// First pause before another try; it doubles with every attempt.
const FIRST_PAUSE: Duration = Duration::from_secs(2);
/// How soon a mint looks again whether its seal is in use.
const SEAL_PAUSE_MS: i64 = 10_000;
/// Longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(600);

impl Services {
    /// Makes the licence void, if the hold still holds. Whether it did.
    pub(in crate::services) async fn void_mint(&self, actor: &Actor, id: LicenceId, hold: &Hold) -> Result<bool, Refusal> {
        let now = self.now_ms();
        let mut transaction = self.store.database.begin().await?;
        match mints::finish(&mut transaction, id, hold, now).await {
            Err(StorageError::RowCount { .. }) => return Ok(false),
            other => other?,
        }
        let voided = ChangeRow::new(id, (LicenceState::Minting, 1), Transition::Void, actor, now)?;
        licences::change_state(&mut transaction, &voided, None).await?;
        let event = AuditEvent::new(AuditAction::VoidLicence, actor, AuditOutcome::Done).about(id);
        self.audit(&mut transaction, &event).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// What a caller hears of a mint that halted. Lets go of its lease, so that the next try need not wait for its end.
    pub(in crate::services) async fn halt_mint(&self, actor: &Actor, work: &Work, halt: Halt) -> Refusal {
        let (step, cause) = match halt {
            Halt::Overtaken => return Refusal::InProgress { retry_after: Duration::from_secs(2) },
            Halt::Superfluous(state) => {
                return match self.void_mint(actor, work.licence_id, &work.hold).await {
                    Ok(_) => Refusal::WrongState(state),
                    Err(refusal) => refusal,
                };
            }
            Halt::Seal(refusal) => {
                if let Err(error) = self.wait_for_seal(work.licence_id, &work.hold, &refusal).await {
                    tracing::warn!(licence = %work.licence_id, ?error, "the lease of a mint that waits for its seal was not given back");
                }
                return refusal;
            }
            Halt::Failed { step, cause } => (step, cause),
        };
        tracing::error!(licence = %work.licence_id, step, cause, attempts = work.attempts, "a mint halted");
        let pause = pause_after(work.attempts);
        if let Err(error) = self.let_go(work.licence_id, &work.hold, pause).await {
            // Its lease ends by itself.
            tracing::warn!(licence = %work.licence_id, ?error, "the lease of a halted mint was not given back");
        }
        Refusal::Halted { reason: step, retry_after: pause }
    }

    /// Lets go of a mint whose seal does not seal now. While the seal may come back, that counts as no attempt.
    pub(in crate::services) async fn wait_for_seal(&self, id: LicenceId, hold: &Hold, refusal: &Refusal) -> Result<(), StorageError> {
        let mut transaction = self.store.database.begin().await?;
        let retry_at = self.now_ms().saturating_add(SEAL_PAUSE_MS);
        if mints::release(&mut transaction, id, hold, retry_at).await? == 1 && may_come_back(refusal) {
            mints::uncount(&mut transaction, id).await?;
        }
        transaction.commit().await
    }

    pub(in crate::services) async fn let_go(&self, id: LicenceId, hold: &Hold, pause: Duration) -> Result<(), StorageError> {
        let retry_at = self.now_ms().saturating_add(i64::try_from(pause.as_millis()).unwrap_or(i64::MAX));
        let mut transaction = self.store.database.begin().await?;
        mints::release(&mut transaction, id, hold, retry_at).await?;
        transaction.commit().await
    }
}

/// May the seal be used again one day?
pub(in crate::services) fn may_come_back(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::SealNotInUse(state) if *state != SealState::Destroyed)
}

pub(in crate::services) fn pause_after(attempts: i64) -> Duration {
    let doublings = u32::try_from(attempts.saturating_sub(1)).unwrap_or(0).min(16);
    FIRST_PAUSE.saturating_mul(1 << doublings).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_and_end() {
        let pauses: Vec<_> = [1, 2, 3, 9, 1000, -5].map(pause_after).iter().map(Duration::as_secs).collect();
        assert_eq!(pauses, [2, 4, 8, 512, 600, 2]);
    }
}
