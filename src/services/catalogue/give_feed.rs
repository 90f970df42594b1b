//! Gives the feed of changes to other platforms (目录同步): each page signed, so that it can be checked wherever it is kept.

use super::entry_of;
use crate::{
    code,
    domain::{
        actor::Actor,
        audit::{AuditAction, AuditEvent, AuditOutcome},
        authority::Action,
        catalogue_feed::{FEED_FORMAT, FEED_PAGE, FeedChange, FeedPage, NOTHING, SignedFeedPage},
        digest::Digest,
        directory_entry::DirectoryEntry,
        key_set::TokenAlgorithm,
        page::PageProblem,
    },
    services::{Refusal, Services},
    storage::{
        catalogue::{self, Reader, VersionRow},
        entry_grants,
    },
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;

impl Services {
    /// The changes after number `after` (0: from the beginning), at most [`FEED_PAGE`], signed with the QR key of the department that
    /// operates the service. Entries that the reader may not read are left out, their places in the chain are not.
    pub async fn give_catalogue_feed(&self, actor: &Actor, after: i64) -> Result<SignedFeedPage, Refusal> {
        let platform = self.managing_department();
        self.permit(actor, Action::FeedCatalogue, &platform).await?;
        let database = &self.store.database;
        let chain_before = match after {
            0 => NOTHING,
            _ => Digest(catalogue::chain_at(database, after).await?.ok_or(PageProblem::Cursor)?),
        };
        let mut rows = catalogue::changes_after(database, after, FEED_PAGE + 1).await?;
        let most = usize::try_from(FEED_PAGE).unwrap_or(usize::MAX);
        let more = rows.len() > most;
        rows.truncate(most);
        let chain = rows.last().map_or(chain_before, |row| Digest(row.chain));
        let reader = self.reader_of(actor);
        let mut changes = Vec::with_capacity(rows.len());
        for row in rows {
            changes.push(self.feed_change(&reader, row).await?);
        }
        let count = changes.len();
        let page = FeedPage { format: FEED_FORMAT.into(), platform, after, chain_before, changes, chain, more };
        let signed = self.sign_feed(&page).await?;
        let event = AuditEvent::new(AuditAction::FeedCatalogue, actor, AuditOutcome::Done);
        self.audit_alone(&event.with("after", after).with("changes", count)).await?;
        Ok(signed)
    }

    async fn feed_change(&self, reader: &Reader, row: VersionRow) -> Result<FeedChange, Refusal> {
        let entry: DirectoryEntry = entry_of(&row.document)?;
        let shown = entry.shared || reader.everything || self.is_granted(reader, &row.type_code).await?;
        let definition = match entry.definition_version {
            Some(version) if shown => self.stored_definition(&row.type_code, i64::from(version)).await?,
            Some(_) | None => None,
        };
        Ok(FeedChange {
            sequence: row.sequence,
            type_code: row.type_code,
            version: row.version,
            change: row.change,
            digest: Digest(row.digest),
            at: row.at,
            entry: shown.then_some(entry),
            definition,
        })
    }

    async fn is_granted(&self, reader: &Reader, type_code: &str) -> Result<bool, Refusal> {
        for grantee in [&reader.organisation, &reader.actor] {
            if entry_grants::find(&self.store.database, type_code, grantee).await?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn sign_feed(&self, page: &FeedPage) -> Result<SignedFeedPage, Refusal> {
        let unavailable = |cause: String| Refusal::Unavailable { cause };
        let keys = self.keyring().with_any_seal(&page.platform, self.now()).cloned();
        let keys = keys.ok_or_else(|| unavailable("no key for the feed".into()))?;
        let algorithm = match keys.qr_algorithm {
            TokenAlgorithm::Esp256 => "ES256",
            TokenAlgorithm::Ed25519 => "EdDSA",
        };
        let header = json!({ "alg": algorithm, "kid": hex::encode(keys.qr_kid), "typ": FEED_FORMAT });
        let protected = URL_SAFE_NO_PAD.encode(header.to_string());
        let payload = URL_SAFE_NO_PAD.encode(serde_json::to_vec(page).map_err(|e| unavailable(e.to_string()))?);
        let message = format!("{protected}.{payload}");
        let signature = self
            .on_worker(move || {
                let signature = keys.qr.sign(message.as_bytes()).map_err(|e| e.to_string())?;
                match keys.qr_algorithm {
                    TokenAlgorithm::Esp256 => code::raw_signature_of_der(&signature).map(|raw| raw.to_vec()).map_err(|e| e.to_string()),
                    TokenAlgorithm::Ed25519 => Ok(signature),
                }
            })
            .await?
            .map_err(unavailable)?;
        Ok(SignedFeedPage { protected, payload, signature: URL_SAFE_NO_PAD.encode(signature) })
    }
}
