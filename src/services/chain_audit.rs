//! The sequencer: whoever holds the lease chains the committed audit lines, signs the head, and keeps it outside the database too.

use crate::{
    services::{Refusal, Services, verify_audit::HeadsOutside},
    storage::{
        audit_log::{self, AuditHead},
        error::StorageError,
        leases,
    },
};

/// Lines that one transaction chains at most.
const BATCH: i64 = 500;
/// How long the lease lasts, in milliseconds.
const LEASE: i64 = 10_000;

impl Services {
    /// Chains what waits; how many lines. 0 also when another process is at it.
    pub async fn chain_audit(&self) -> Result<u64, Refusal> {
        let _alone_here = self.sequencing.lock().await;
        let mut chained = 0;
        loop {
            let batch = self.chain_batch().await?;
            chained += batch;
            if batch < BATCH.unsigned_abs() {
                return Ok(chained);
            }
        }
    }

    async fn chain_batch(&self) -> Result<u64, Refusal> {
        if audit_log::count_waiting(&self.store.database).await? == 0 {
            return Ok(0);
        }
        let now = self.now_ms();
        let mut transaction = self.store.database.begin().await?;
        let fence = leases::take(&mut transaction, "audit sequencer", &self.owner, now, now + LEASE).await?;
        transaction.commit().await?;
        let Some(fence) = fence else { return Ok(0) };

        // Nobody else chains while the lease lasts, so what is read here is still so when it is written below.
        let mut transaction = self.store.database.begin().await?;
        let lines = audit_log::waiting(&mut transaction, BATCH).await?;
        let before = audit_log::head(&mut transaction).await?;
        drop(transaction);
        if lines.is_empty() {
            return Ok(0);
        }
        self.refuse_older_database(before.as_ref())?;
        let (start, mut chain) = before.map_or((0, [0; 32]), |head| (head.position, head.chain));
        let mut links = Vec::with_capacity(lines.len());
        for (line, position) in lines.iter().zip(start + 1..) {
            chain = audit_log::chain_value(&self.store.vault, &chain, position, line)?;
            links.push((line.line_id, position, chain));
        }
        let head = self.sign_head(start + links.len() as i64, chain, now).await?;

        let mut transaction = self.store.database.begin().await?;
        match leases::hold(&mut transaction, "audit sequencer", fence, self.now_ms()).await {
            // Another process took the lease over because we were too slow: it chains now.
            Err(StorageError::RowCount { .. }) => return Ok(0),
            other => other?,
        }
        for (line_id, position, chain) in &links {
            audit_log::chain(&mut transaction, line_id, *position, chain).await?;
        }
        audit_log::set_head(&mut transaction, &head).await?;
        transaction.commit().await?;

        let (store, text) = (self.store.clone(), head_text(&head));
        self.on_worker(move || store.write_audit_head(&text)).await??;
        Ok(links.len() as u64)
    }

    /// A database that is older than a head outside it was restored from a backup, or lost its end. To go on would write over the
    /// only proof of that, so lines wait until somebody accepts it.
    fn refuse_older_database(&self, in_database: Option<&AuditHead>) -> Result<(), Refusal> {
        let here = in_database.map_or(0, |head| head.position);
        match HeadsOutside::read(&self.store)?.newest() {
            Some(head) if head.position > here && self.head_is_signed(head) => Err(Refusal::Unavailable {
                cause: format!(
                    "the database ends with audit line {here}, a head outside it knows line {}: was a backup restored? See `elicence audit verify`, \
                     then `elicence audit accept-restore`",
                    head.position
                ),
            }),
            Some(_) | None => Ok(()),
        }
    }

    async fn sign_head(&self, position: i64, chain: [u8; 32], signed_at: i64) -> Result<AuditHead, Refusal> {
        let signature = self.sign_for_audit(AuditHead::to_be_signed(position, &chain, signed_at)).await?;
        Ok(AuditHead { position, chain, signature, signed_at })
    }

    /// Signs with the key of the audit log.
    pub(super) async fn sign_for_audit(&self, message: Vec<u8>) -> Result<Vec<u8>, Refusal> {
        let signer = self.keyring().audit_signer(self.now());
        let signer = signer.ok_or_else(|| Refusal::Unavailable { cause: "no key for the audit head".into() })?;
        self.on_worker(move || signer.sign(&message)).await?.map_err(|e| Refusal::Unavailable { cause: e.to_string() })
    }
}

/// The head as the file outside the database holds it: one line.
fn head_text(head: &AuditHead) -> String {
    format!("{} {} {} {}\n", head.position, hex::encode(head.chain), head.signed_at, hex::encode(&head.signature))
}

/// Reads [`head_text`].
pub(super) fn head_from_text(text: &str) -> Option<AuditHead> {
    let mut parts = text.split_ascii_whitespace();
    let position = parts.next()?.parse().ok()?;
    let mut chain = [0; 32];
    hex::decode_to_slice(parts.next()?, &mut chain).ok()?;
    let signed_at = parts.next()?.parse().ok()?;
    let signature = hex::decode(parts.next()?).ok()?;
    parts.next().is_none().then_some(AuditHead { position, chain, signature, signed_at })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_reads_back() {
        let head = AuditHead { position: 7, chain: [3; 32], signature: vec![1, 2], signed_at: 9 };
        assert_eq!(head_from_text(&head_text(&head)), Some(head));
        assert_eq!(head_from_text("7 03 9"), None);
    }
}
