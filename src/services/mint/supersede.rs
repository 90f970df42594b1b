//! A new version comes into force in the same transaction in which the old one is superseded (已变更), never without it.

use crate::{
    domain::{
        actor::Actor,
        audit::{AuditAction, AuditEvent, AuditOutcome},
        licence::LicenceId,
        life::Transition,
        payload::Party,
    },
    services::{Services, describe_licence::damaged, mint::Halt},
    storage::{
        database::Transaction,
        error::StorageError,
        licence_changes::{self, ChangeRow},
        licences,
    },
};

const STEP: &str = "superseding the version before";
/// How often a state that just changed is looked at again.
const TRIES: usize = 8;

/// What was superseded.
pub(super) struct Replaced {
    pub licence_id: LicenceId,
    pub transition: Transition,
    pub status_list: i64,
}

impl Services {
    /// Supersedes what the new version `id` replaces, if its state still allows it; else the new version is superfluous.
    pub(super) async fn supersede(&self, transaction: &mut Transaction, id: LicenceId, now: i64) -> Result<Replaced, Halt> {
        let missing = || Halt::refusal(STEP)(damaged("replacements"));
        let replacement = licence_changes::replacement_of(transaction, id).await.map_err(Halt::storage(STEP))?.ok_or_else(missing)?;
        // Who asked for the new version, whoever finishes it.
        let department = Party { name: String::new(), code: replacement.department };
        let actor = Actor { id: replacement.actor, department, roles: Vec::new() };
        for _ in 0..TRIES {
            let row = licences::by_id_in(transaction, replacement.replaced_id).await.map_err(Halt::storage(STEP))?;
            let row = row.ok_or_else(missing)?;
            let change = ChangeRow::new(row.licence_id, (row.state, row.state_version), replacement.transition, &actor, now);
            let mut change = change.map_err(|illegal| Halt::Superfluous(illegal.from))?;
            change.notes = Some(replacement.notes.clone());
            match licences::change_state(transaction, &change, None).await {
                // Somebody changed it between the two statements: what it is now decides.
                Err(StorageError::RowCount { .. }) => continue,
                other => other.map_err(Halt::storage(STEP))?,
            }
            let event = AuditEvent::new(AuditAction::ChangeState, &actor, AuditOutcome::Done)
                .about(row.licence_id)
                .with("transition", replacement.transition.as_str())
                .with("from", row.state.as_str())
                .with("by", id);
            self.audit(transaction, &event).await.map_err(Halt::refusal(STEP))?;
            return Ok(Replaced { licence_id: row.licence_id, transition: replacement.transition, status_list: row.status_list });
        }
        Err(Halt::storage(STEP)(StorageError::Busy))
    }
}
