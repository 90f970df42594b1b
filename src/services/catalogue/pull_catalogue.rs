//! Pulls another platform's catalogue (目录汇聚): page by page, each checked, taken over in one transaction with the place it reached.

use super::{canonical_text, store_version::Source};
use crate::{
    clients::CatalogueFeedClient,
    code::verify_signature,
    domain::{
        actor::Actor,
        audit::{AuditAction, AuditEvent, AuditOutcome},
        authority::Action,
        catalogue_feed::{FEED_FORMAT, FeedChange, FeedPage, FeedProblem, SignedFeedPage},
        digest::Digest,
        directory_entry::{EntryChange, EntryState},
        key_set::{KeySet, TokenAlgorithm},
    },
    services::{Refusal, Services},
    storage::{catalogue, catalogue_pulls, database::Transaction, error::StorageError},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// What a pull did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PullReport {
    /// Versions that were taken over.
    pub taken: u64,
    /// Changes that said what stands here already.
    pub unchanged: u64,
    /// Changes whose entry the platform does not share with us.
    pub withheld: u64,
    /// Type codes that are kept here, or came from elsewhere, with another content: left as they are.
    pub conflicts: Vec<String>,
    /// The number of the last change that was taken over.
    pub reached: i64,
}

enum Outcome {
    New,
    Unchanged,
    Withheld,
    Conflict,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: String,
    typ: String,
}

impl Services {
    /// Takes over what `platform` changed since the last time, signed by one of its `keys`. After a crash the next pull goes on where the
    /// last committed page ended; a change is never taken over twice.
    pub async fn pull_catalogue(
        &self,
        actor: &Actor,
        client: &CatalogueFeedClient,
        platform: &str,
        keys: &KeySet,
    ) -> Result<PullReport, Refusal> {
        self.permit(actor, Action::PullCatalogue, &self.managing_department()).await?;
        let done = self.try_pull(actor, client, platform, keys).await;
        if let Err(refusal) = &done {
            let event = AuditEvent::new(AuditAction::PullCatalogue, actor, AuditOutcome::Refused);
            self.audit_refusal(event.with("platform", platform.chars().take(18).collect::<String>()), refusal).await;
        }
        done
    }

    async fn try_pull(&self, actor: &Actor, client: &CatalogueFeedClient, platform: &str, keys: &KeySet) -> Result<PullReport, Refusal> {
        if platform == self.managing_department() {
            return Err(bad(FeedProblem::Foreign));
        }
        let mut report = PullReport::default();
        loop {
            let (after, chain) = catalogue_pulls::position(&self.store.database, platform).await?;
            let answer = client.page(after).await.map_err(|error| Refusal::BadFeed(error.to_string()))?;
            let page = open_page(&answer, platform, keys, self.now())?;
            page.check(platform, after, Digest(chain)).map_err(bad)?;
            report.reached = after;
            if page.changes.is_empty() {
                return Ok(report);
            }
            let mut transaction = self.store.database.begin().await?;
            for change in &page.changes {
                match self.take_change_over(&mut transaction, actor, platform, change).await? {
                    Outcome::New => report.taken += 1,
                    Outcome::Unchanged => report.unchanged += 1,
                    Outcome::Withheld => report.withheld += 1,
                    Outcome::Conflict => report.conflicts.push(change.type_code.clone()),
                }
            }
            report.reached = page.changes.last().map_or(after, |change| change.sequence);
            let reached = (report.reached, page.chain.0);
            match catalogue_pulls::advance(&mut transaction, platform, after, reached, self.now_ms()).await {
                // Another process pulls the same: it goes on.
                Err(StorageError::RowCount { .. }) => return Err(StorageError::Busy.into()),
                done => done?,
            }
            let event = AuditEvent::new(AuditAction::PullCatalogue, actor, AuditOutcome::Done);
            let event = event.with("platform", platform).with("after", after).with("reached", report.reached);
            self.audit(&mut transaction, &event).await?;
            transaction.commit().await?;
            if !page.more {
                return Ok(report);
            }
        }
    }

    async fn take_change_over(
        &self,
        transaction: &mut Transaction,
        actor: &Actor,
        platform: &str,
        change: &FeedChange,
    ) -> Result<Outcome, Refusal> {
        let Some(entry) = &change.entry else { return Ok(Outcome::Withheld) };
        if !entry.problems().is_empty() {
            return Err(bad(FeedProblem::Digest));
        }
        let current = catalogue::entry_in(transaction, &change.type_code).await?;
        let document = canonical_text(entry)?;
        let (base, kind) = match &current {
            None if change.change == EntryChange::Cancelled => return Ok(Outcome::Unchanged),
            None => (0, EntryChange::Added),
            Some(row) => {
                let same = row.document == document && (row.state == EntryState::Cancelled) == (change.change == EntryChange::Cancelled);
                if same {
                    return Ok(Outcome::Unchanged);
                }
                if row.origin.as_deref() != Some(platform) {
                    return Ok(Outcome::Conflict);
                }
                (row.version, change.change)
            }
        };
        if let Some(definition) = &change.definition {
            let fits = definition.problems().is_empty()
                && definition.code == change.type_code
                && entry.definition_version == Some(definition.version);
            if !fits {
                return Err(bad(FeedProblem::Digest));
            }
            if !self.store_definition(transaction, definition, None).await? {
                return Ok(Outcome::Conflict);
            }
        }
        let organisation = &actor.department.code;
        let source = Source { applicant: &actor.id, organisation, reviewer: None, application: None, origin: Some(platform) };
        match self.store_entry_version(transaction, entry, kind, base, &source).await? {
            Err(_) => Err(StorageError::Busy.into()),
            Ok(_) => Ok(Outcome::New),
        }
    }
}

fn bad(problem: FeedProblem) -> Refusal {
    Refusal::BadFeed(problem.to_string())
}

/// The page behind a signature of one of the platform's keys.
fn open_page(answer: &[u8], platform: &str, keys: &KeySet, at: OffsetDateTime) -> Result<FeedPage, Refusal> {
    let unsigned = || bad(FeedProblem::Signature);
    let signed: SignedFeedPage = serde_json::from_slice(answer).map_err(|_| unsigned())?;
    let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| unsigned());
    let header: Header = serde_json::from_slice(&bytes(&signed.protected)?).map_err(|_| unsigned())?;
    let message = format!("{}.{}", signed.protected, signed.payload);
    let signature = bytes(&signed.signature)?;
    let is_signed = header.typ == FEED_FORMAT
        && keys.keys().iter().any(|key| {
            let algorithm = match key.alg {
                TokenAlgorithm::Esp256 => "ES256",
                TokenAlgorithm::Ed25519 => "EdDSA",
            };
            key.issuer == platform
                && (key.not_before..=key.not_after).contains(&at)
                && header.alg == algorithm
                && hex::encode(key.kid) == header.kid
                && verify_signature(key, message.as_bytes(), &signature)
        });
    if !is_signed {
        return Err(unsigned());
    }
    serde_json::from_slice(&bytes(&signed.payload)?).map_err(|_| bad(FeedProblem::Foreign))
}
