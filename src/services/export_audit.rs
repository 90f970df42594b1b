//! Exports audit lines (审计导出) so that an auditor can check them without the database: lines, chain values, the signed head, and a signature over all.

use crate::{
    domain::{
        actor::Actor,
        audit::{AuditAction, AuditEvent, AuditOutcome},
        audit_export::{EXPORT_FORMAT, ExportFoot, ExportHead, ExportLine, ExportedChainHead},
        authority::Action,
        secret::Secret,
    },
    services::{Refusal, Services},
    storage::audit_log,
};
use ring::digest::{Context, SHA256};
use serde::Serialize;

/// Lines that are read at once.
const BATCH: i64 = 1000;

/// What was exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exported {
    /// Position of the last line.
    pub to: i64,
    /// Did every line fit the chain?
    pub intact: bool,
}

/// Hands lines out and digests them.
struct Output<'a> {
    write: &'a mut (dyn FnMut(&str) -> Result<(), Refusal> + Send),
    digest: Context,
}

impl Output<'_> {
    fn line(&mut self, value: &impl Serialize) -> Result<(), Refusal> {
        let mut text = serde_json::to_string(value).map_err(|e| Refusal::Unavailable { cause: e.to_string() })?;
        text.push('\n');
        self.digest.update(text.as_bytes());
        (self.write)(&text)
    }
}

impl Services {
    /// Exports up to `most` chained lines from position `from` (1 is the first) to `write`, which gets whole lines. Each export stands
    /// by itself; the next one begins after its last line.
    pub async fn export_audit(
        &self,
        actor: &Actor,
        from: i64,
        most: i64,
        write: &mut (dyn FnMut(&str) -> Result<(), Refusal> + Send),
    ) -> Result<Exported, Refusal> {
        self.permit(actor, Action::ExportAudit, &actor.department.code).await?;
        if from < 1 || most < 1 {
            return Err(Refusal::BadPeriod);
        }
        self.audit_alone(&AuditEvent::new(AuditAction::ExportAudit, actor, AuditOutcome::Done).with("from", from)).await?;
        let database = &self.store.database;
        let mut chain = audit_log::chain_at(database, from - 1).await?.ok_or(Refusal::BadPeriod)?;
        let mut output = Output { write, digest: Context::new(&SHA256) };
        output.line(&ExportHead { format: EXPORT_FORMAT.into(), from, before: hex::encode(chain) })?;
        let (mut to, mut intact) = (from - 1, true);
        while to - from + 1 < most {
            let lines = audit_log::read_chained(database, to, BATCH.min(most - (to - from + 1))).await?;
            if lines.is_empty() {
                break;
            }
            for line in lines {
                chain = audit_log::chain_value(&self.store.vault, &chain, line.position, &line.line)?;
                intact &= line.position == to + 1 && chain == line.chain;
                (to, chain) = (line.position, line.chain);
                output.line(&ExportLine {
                    position: line.position,
                    line_id: hex::encode(line.line.line_id),
                    at: line.line.at,
                    line: line.line.line,
                    chain: hex::encode(line.chain),
                })?;
            }
        }
        let head = audit_log::read_head(database).await?.map(|head| ExportedChainHead {
            position: head.position,
            chain: hex::encode(head.chain),
            signed_at: head.signed_at,
            signature: hex::encode(head.signature),
        });
        let digest = hex::encode(output.digest.clone().finish());
        let mut foot = ExportFoot { to, intact, head, exported_at: self.now_ms(), digest, signature: String::new() };
        foot.signature = hex::encode(self.sign_for_audit(foot.to_be_signed()).await?);
        output.line(&foot)?;
        Ok(Exported { to, intact })
    }

    /// The key of the audit chain, with which an auditor recomputes it from exports. It opens nothing else.
    pub async fn audit_chain_key(&self, actor: &Actor) -> Result<Secret<[u8; 32]>, Refusal> {
        self.permit(actor, Action::ExportAudit, &actor.department.code).await?;
        let event = AuditEvent::new(AuditAction::ExportAudit, actor, AuditOutcome::Done).with("what", "chain key");
        self.audit_alone(&event).await?;
        Ok(self.store.vault.audit_chain_key()?)
    }
}
