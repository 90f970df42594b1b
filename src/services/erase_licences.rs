//! Erases what ended or archived licences hold once their retention is over (到期销毁): the data key is destroyed, the file removed. The
//! row of the register, its digests and the audit chain stay, so that a copy is still known and still refused.

use crate::{
    domain::{
        actor::Actor,
        audit::{AuditAction, AuditEvent, AuditOutcome},
        authority::Action,
        licence::LicenceId,
    },
    services::{Refusal, Services, milliseconds},
    storage::{earlier_files, error::StorageError, retention},
};
use time::OffsetDateTime;

/// Licences that are looked for at once.
const BATCH: i64 = 200;

impl Services {
    /// How many licences ended or were archived at `before` or earlier and are not erased; at most a thousand are counted.
    pub async fn count_erasable(&self, actor: &Actor, before: OffsetDateTime) -> Result<usize, Refusal> {
        self.permit(actor, Action::EraseLicences, &actor.department.code).await?;
        Ok(retention::erasable(&self.store.database, milliseconds(before), 1000).await?.len())
    }

    /// Erases all of them, each in a transaction of its own; how many. It can be begun again at any time.
    pub async fn erase_licences(&self, actor: &Actor, before: OffsetDateTime) -> Result<u64, Refusal> {
        self.permit(actor, Action::EraseLicences, &actor.department.code).await?;
        let mut erased = 0;
        loop {
            let batch = retention::erasable(&self.store.database, milliseconds(before), BATCH).await?;
            if batch.is_empty() {
                return Ok(erased);
            }
            for id in batch {
                erased += u64::from(self.erase_licence(actor, id).await?);
            }
        }
    }

    /// Whether it was done now.
    async fn erase_licence(&self, actor: &Actor, id: LicenceId) -> Result<bool, Refusal> {
        let mut transaction = self.store.database.begin().await?;
        let documents = match retention::erase(&mut transaction, id, self.now_ms()).await {
            Err(StorageError::RowCount { .. }) => return Ok(false),
            other => other?,
        };
        let event = AuditEvent::new(AuditAction::EraseLicence, actor, AuditOutcome::Done).about(id).with("files", documents.len());
        self.audit(&mut transaction, &event).await?;
        transaction.commit().await?;
        // Nothing can read these files any more. A crash here leaves them to `remove_replaced_files`.
        for document in documents.into_iter().filter(|document| !document.name.is_empty()) {
            let (store, name) = (self.store.clone(), document.name.clone());
            self.on_worker(move || store.documents.remove(&name)).await??;
            let mut transaction = self.store.database.begin().await?;
            earlier_files::removed(&mut transaction, &document.name).await?;
            transaction.commit().await?;
        }
        Ok(true)
    }
}
