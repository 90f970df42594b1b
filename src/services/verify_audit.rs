//! Checks the audit log: the chain from the first line, the signature over its head, and the head that was kept outside the database.

use crate::{
    domain::{
        actor::Actor,
        audit::{AuditAction, AuditEvent, AuditOutcome},
        authority::Action,
        key_set::TokenAlgorithm,
    },
    services::{Refusal, Services, chain_audit::head_from_text},
    storage::audit_log::{self, AuditHead},
};
use serde::Serialize;

/// Lines that are read at once.
const BATCH: i64 = 1000;

/// What the check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AuditReport {
    /// Lines in the chain.
    pub lines: i64,
    /// Lines that wait to be chained.
    pub waiting: i64,
    /// What is wrong; empty when the log is whole.
    pub problems: Vec<String>,
}

impl Services {
    /// Walks the whole chain.
    pub async fn verify_audit(&self, actor: &Actor) -> Result<AuditReport, Refusal> {
        self.permit(actor, Action::VerifyAudit, &actor.department.code).await?;
        self.audit_alone(&AuditEvent::new(AuditAction::ReadAudit, actor, AuditOutcome::Done)).await?;
        let database = &self.store.database;
        // The heads first: lines that are chained while we walk come after them.
        let outside = self.store.read_audit_head()?;
        let head = audit_log::read_head(database).await?;
        let mut problems = Vec::new();
        let outside = match outside.as_deref().map(head_from_text) {
            Some(None) => {
                problems.push("the file with the head of the chain cannot be read".to_owned());
                None
            }
            Some(Some(head)) => Some(head),
            None => None,
        };

        let (mut position, mut chain) = (0, [0; 32]);
        'walk: loop {
            let lines = audit_log::read_chained(database, position, BATCH).await?;
            if lines.is_empty() {
                break;
            }
            for line in lines {
                if line.position != position + 1 {
                    problems.push(format!("line {} is missing", position + 1));
                    break 'walk;
                }
                position = line.position;
                chain = audit_log::chain_value(&self.store.vault, &chain, position, &line.line)?;
                if chain != line.chain {
                    problems.push(format!("line {position} was changed"));
                    break 'walk;
                }
                for (name, head) in [("database", &head), ("file", &outside)] {
                    if head.as_ref().is_some_and(|h| h.position == position && h.chain != chain) {
                        problems.push(format!("the head in the {name} does not belong to line {position}"));
                    }
                }
            }
        }
        for (name, head) in [("database", &head), ("file", &outside)] {
            let Some(head) = head else { continue };
            if head.position > position && problems.is_empty() {
                problems.push(format!("lines {} to {} were removed: the head in the {name} knows them", position + 1, head.position));
            }
            if !self.head_is_signed(head) {
                problems.push(format!("the head in the {name} is not signed by this service's key"));
            }
        }
        Ok(AuditReport { lines: position, waiting: audit_log::count_waiting(database).await?, problems })
    }

    /// By a QR key of the operating department, of now or of earlier: the head may be older than the newest key.
    fn head_is_signed(&self, head: &AuditHead) -> bool {
        let message = AuditHead::to_be_signed(head.position, &head.chain, head.signed_at);
        self.keyring().audit_keys().any(|key| {
            let algorithm: &dyn ring::signature::VerificationAlgorithm = match key.alg {
                TokenAlgorithm::Esp256 => &ring::signature::ECDSA_P256_SHA256_ASN1,
                TokenAlgorithm::Ed25519 => &ring::signature::ED25519,
            };
            let holds = |bits: Vec<u8>| ring::signature::UnparsedPublicKey::new(algorithm, bits).verify(&message, &head.signature);
            key.raw_public_key().is_ok_and(|bits| holds(bits).is_ok())
        })
    }
}
