//! Replaces the master key (更换主密钥): every data key is wrapped again under the next one, in batches; both open meanwhile.

use crate::{
    domain::{
        actor::Actor,
        audit::{AuditAction, AuditEvent, AuditOutcome},
        authority::Action,
    },
    services::{Refusal, Services},
    storage::wrapped_keys::{self, KEY_TABLES, KeyTable},
};

/// Keys that one transaction wraps.
const BATCH: i64 = 500;

impl Services {
    /// Wraps every data key under the next master key, which the store must have been opened with; how many were not yet. It goes on where
    /// it was interrupted. Then [`crate::storage::master_key::promote_next`] may make that key the only one.
    pub async fn rotate_master(&self, actor: &Actor) -> Result<u64, Refusal> {
        self.permit(actor, Action::RotateMasterKey, &actor.department.code).await?;
        if !self.store.vault.has_next() {
            return Err(Refusal::Unavailable { cause: "the master key file holds no next key: prepare one first".into() });
        }
        let mut transaction = self.store.database.begin().await?;
        wrapped_keys::store_root(&mut transaction, &self.store.vault.sealed_root()?).await?;
        self.audit(&mut transaction, &AuditEvent::new(AuditAction::BeginMasterKeyRotation, actor, AuditOutcome::Done)).await?;
        transaction.commit().await?;
        let mut wrapped = 0;
        for table in KEY_TABLES {
            wrapped += self.wrap_table_again(table).await?;
        }
        let mut transaction = self.store.database.begin().await?;
        for table in KEY_TABLES {
            table.forget(&mut transaction).await?;
        }
        let event = AuditEvent::new(AuditAction::RotateMasterKey, actor, AuditOutcome::Done).with("keys", wrapped);
        self.audit(&mut transaction, &event).await?;
        transaction.commit().await?;
        Ok(wrapped)
    }

    async fn wrap_table_again(&self, table: &KeyTable) -> Result<u64, Refusal> {
        let mut after = table.walked(&self.store.database).await?;
        let mut wrapped = 0;
        loop {
            let mut transaction = self.store.database.begin().await?;
            let rows = table.rows(&mut transaction, &after, BATCH).await?;
            let Some(last) = rows.last() else { return Ok(wrapped) };
            after.clone_from(&last.id);
            for row in &rows {
                if let Some(key) = self.store.vault.wrap_again(&row.id, &row.key)? {
                    table.replace(&mut transaction, row, &key).await?;
                    wrapped += 1;
                }
            }
            table.remember(&mut transaction, &after).await?;
            transaction.commit().await?;
        }
    }
}
