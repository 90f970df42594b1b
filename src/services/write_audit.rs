//! Writes audit lines: with the transaction they tell of, or, for a refusal, in one of their own.

use crate::{
    domain::{audit::AuditEvent, canonical},
    services::{Refusal, Services},
    storage::{
        audit_log::{self, AuditLine},
        database::Transaction,
    },
};

impl Services {
    /// Writes a line that becomes permanent with its transaction.
    pub(super) async fn audit(&self, transaction: &mut Transaction, event: &AuditEvent) -> Result<(), Refusal> {
        let unavailable = |cause: String| Refusal::Unavailable { cause };
        let line = canonical::to_vec(event).map_err(|e| unavailable(e.to_string()))?;
        let line = String::from_utf8(line).map_err(|e| unavailable(e.to_string()))?;
        let line = AuditLine { line_id: self.random()?, at: self.now_ms(), line };
        Ok(audit_log::append(transaction, &line).await?)
    }

    /// Writes a line in a transaction of its own.
    pub(super) async fn audit_alone(&self, event: &AuditEvent) -> Result<(), Refusal> {
        let mut transaction = self.store.database.begin().await?;
        self.audit(&mut transaction, event).await?;
        Ok(transaction.commit().await?)
    }

    /// Writes down that something was refused. When even that fails, the log says so: the answer stays the refusal.
    pub(super) async fn audit_refusal(&self, event: AuditEvent, refusal: &Refusal) {
        let event = event.with("code", refusal.code());
        if let Err(error) = self.audit_alone(&event).await {
            tracing::error!(action = event.action.as_str(), code = refusal.code(), error = ?error, "a refusal could not be audited");
        }
    }
}
