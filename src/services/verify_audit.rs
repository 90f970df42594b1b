//! Checks the audit log: the chain from the first line, the signature over its head, and the heads that were kept outside the database.

use crate::{
    domain::{
        actor::Actor,
        audit::{AuditAction, AuditEvent, AuditOutcome},
        authority::Action,
        key_set::TokenAlgorithm,
    },
    services::{Refusal, Services, chain_audit::head_from_text, moment},
    storage::{
        Store,
        audit_log::{self, AuditHead},
        audit_search::SearchColumns,
        error::StorageError,
    },
};
use schemars::JsonSchema;
use serde::Serialize;
use time::OffsetDateTime;

/// Lines that are read at once.
const BATCH: i64 = 1000;

/// What the check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AuditReport {
    /// Lines in the chain.
    pub lines: i64,
    /// Lines that wait to be chained: what is removed of these is not seen.
    pub waiting: i64,
    /// When the oldest of them was written.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schemars(with = "Option<String>")]
    pub waiting_since: Option<OffsetDateTime>,
    /// Position of the first line that is wrong or missing.
    pub first_bad: Option<i64>,
    /// The heads that were compared with the chain.
    pub heads: Vec<ComparedHead>,
    /// What is wrong; empty when the log is whole.
    pub problems: Vec<String>,
}

/// A signed head, and where it was kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ComparedHead {
    /// `database`, or the name of the file.
    pub place: String,
    /// The last line that it knows.
    pub position: i64,
    /// When it was signed.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "String")]
    pub signed_at: OffsetDateTime,
}

/// The heads that are kept outside the database, by file.
pub(super) struct HeadsOutside(Vec<(String, Option<AuditHead>)>);

impl HeadsOutside {
    /// Reads them; `None` in the place of one that cannot be read. Files that are not there yet are left out.
    pub fn read(store: &Store) -> Result<Self, StorageError> {
        let files = store.read_audit_heads()?.into_iter();
        Ok(Self(files.filter_map(|(file, text)| Some((file.display().to_string(), head_from_text(&text?)))).collect()))
    }

    /// The one that knows most.
    pub fn newest(&self) -> Option<&AuditHead> {
        self.0.iter().filter_map(|(_, head)| head.as_ref()).max_by_key(|head| head.position)
    }
}

/// What the walk along the chain found.
struct Walked {
    position: i64,
    first_bad: Option<i64>,
}

impl Services {
    /// Walks the whole chain.
    pub async fn verify_audit(&self, actor: &Actor) -> Result<AuditReport, Refusal> {
        self.permit(actor, Action::VerifyAudit, &actor.department.code).await?;
        self.audit_alone(&AuditEvent::new(AuditAction::ReadAudit, actor, AuditOutcome::Done)).await?;
        let database = &self.store.database;
        // The heads first: lines that are chained while we walk come after them.
        let outside = HeadsOutside::read(&self.store)?;
        let in_database = audit_log::read_head(database).await?;
        let mut problems = Vec::new();
        let mut heads: Vec<(&str, &AuditHead)> = in_database.iter().map(|head| ("database", head)).collect();
        for (file, head) in &outside.0 {
            match head {
                Some(head) => heads.push((file, head)),
                None => problems.push(format!("the head in {file} cannot be read")),
            }
        }
        let walked = self.walk(&heads, &mut problems).await?;
        let mut first_bad = walked.first_bad;
        for (place, head) in &heads {
            if head.position > walked.position && walked.first_bad.is_none() {
                first_bad = Some(walked.position + 1);
                problems.push(beyond(place, head, in_database.as_ref(), walked.position));
            }
            if !self.head_is_signed(head) {
                problems.push(format!("the head in {place} is not signed by this service's key"));
            }
        }
        Ok(AuditReport {
            lines: walked.position,
            waiting: audit_log::count_waiting(database).await?,
            waiting_since: audit_log::oldest_waiting(database).await?.map(moment),
            first_bad,
            heads: heads
                .iter()
                .map(|(place, head)| ComparedHead {
                    place: (*place).to_owned(),
                    position: head.position,
                    signed_at: moment(head.signed_at),
                })
                .collect(),
            problems,
        })
    }

    /// From the first line to the last, or to the first that does not fit.
    async fn walk(&self, heads: &[(&str, &AuditHead)], problems: &mut Vec<String>) -> Result<Walked, Refusal> {
        let (mut position, mut chain) = (0, [0; 32]);
        loop {
            let lines = audit_log::read_chained(&self.store.database, position, BATCH).await?;
            if lines.is_empty() {
                return Ok(Walked { position, first_bad: None });
            }
            for line in lines {
                if line.position != position + 1 {
                    problems.push(format!("line {} is missing", position + 1));
                    return Ok(Walked { position, first_bad: Some(position + 1) });
                }
                position = line.position;
                chain = audit_log::chain_value(&self.store.vault, &chain, position, &line.line)?;
                if chain != line.chain {
                    problems.push(format!("line {position} was changed"));
                    return Ok(Walked { position, first_bad: Some(position) });
                }
                if line.columns.is_some_and(|columns| columns != SearchColumns::of(&line.line.line)) {
                    problems.push(format!("line {position} is hidden from searches: what it is searched by was changed"));
                }
                for (place, head) in heads {
                    if head.position == position && head.chain != chain {
                        problems.push(format!("the head in {place} does not belong to line {position}"));
                    }
                }
            }
        }
    }

    /// By a QR key of the operating department, of now or of earlier: the head may be older than the newest key.
    pub(super) fn head_is_signed(&self, head: &AuditHead) -> bool {
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

/// Says what it means that a head knows more lines than the chain has.
fn beyond(place: &str, head: &AuditHead, in_database: Option<&AuditHead>, last: i64) -> String {
    let (first, position, signed) = (last + 1, head.position, moment(head.signed_at));
    match in_database {
        // The database agrees with itself: it is as it once was.
        Some(own) if own.position == last => format!(
            "the database ends with line {last}, but the head in {place}, signed {signed}, knows line {position}: an older copy of the database \
             was restored, or its end was removed"
        ),
        Some(_) | None => format!("lines {first} to {position} were removed: the head in {place} knows them"),
    }
}
