//! Stores a version of an entry: whole, numbered, chained, logged and audited, and puts it in force.

use super::{canonical_text, state_after};
use crate::{
    domain::{
        actor::Actor,
        application::ApplicationId,
        audit::{AuditAction, AuditEvent, AuditOutcome},
        catalogue_feed::{FeedChange, chain_after},
        digest::Digest,
        directory_entry::{DirectoryEntry, EntryChange},
        event::{Event, EventKind},
        licence_type::LicenceType,
    },
    services::{Refusal, Services},
    storage::{
        catalogue::{self, EntryClasses, EntryRow, VersionRow},
        catalogue_log::{self, LogRow},
        database::Transaction,
        error::StorageError,
        type_definitions::{self, DefinitionRow},
    },
};

/// Where a version comes from.
pub(in crate::services) struct Source<'a> {
    /// Who applied, or operates the service.
    pub applicant: &'a str,
    /// For which organisation.
    pub organisation: &'a str,
    /// Who approved.
    pub reviewer: Option<&'a Actor>,
    /// From which application.
    pub application: Option<ApplicationId>,
    /// From which platform.
    pub origin: Option<&'a str>,
}

impl Services {
    /// Stores the version after `base` (0: there is none) and puts it in force. The version's number.
    ///
    /// [`StorageError::RowCount`] or [`StorageError::Conflict`] when `base` is not in force any more: the transaction is useless then.
    pub(in crate::services) async fn store_entry_version(
        &self,
        transaction: &mut Transaction,
        entry: &DirectoryEntry,
        change: EntryChange,
        base: i64,
        source: &Source<'_>,
    ) -> Result<Result<i64, StorageError>, Refusal> {
        let (document, now, version) = (canonical_text(entry)?, self.now_ms(), base + 1);
        let row = EntryRow {
            type_code: entry.type_code.clone(),
            version,
            state: state_after(change),
            shared: entry.shared,
            origin: source.origin.map(str::to_owned),
            document: document.clone(),
            changed_at: now,
        };
        let classes = EntryClasses { root: entry.root, theme: &entry.theme, industry: &entry.industry };
        match catalogue::put_in_force(transaction, &row, &classes, base).await {
            Err(error @ (StorageError::RowCount { .. } | StorageError::Conflict(_))) => return Ok(Err(error)),
            done => done?,
        }
        let (sequence, chain_before) = catalogue::next_change(transaction).await?;
        let digest = Digest::of(document.as_bytes());
        let link =
            FeedChange { sequence, type_code: entry.type_code.clone(), version, change, digest, at: now, entry: None, definition: None };
        let chain = chain_after(Digest(chain_before), &link).map_err(|e| Refusal::Unavailable { cause: e.to_string() })?;
        let stored = VersionRow {
            type_code: entry.type_code.clone(),
            version,
            sequence,
            change,
            document,
            digest: digest.0,
            chain: chain.0,
            application_id: source.application,
            applicant: source.applicant.to_owned(),
            organisation_code: source.organisation.to_owned(),
            reviewer: source.reviewer.map(|reviewer| reviewer.id.clone()),
            origin: row.origin,
            at: now,
        };
        catalogue::insert_version(transaction, &stored).await?;
        let line = LogRow {
            line: 0,
            type_code: stored.type_code.clone(),
            at: now,
            actor: stored.applicant.clone(),
            organisation_code: stored.organisation_code.clone(),
            operation: change.as_str().to_owned(),
            version: Some(version),
            reviewer: stored.reviewer.clone(),
            application_id: stored.application_id,
            stood_before: None,
            stood_after: None,
        };
        catalogue_log::append(transaction, &line).await?;
        let event = AuditEvent {
            action: AuditAction::ChangeEntry,
            actor: source.reviewer.map_or(source.applicant, |reviewer| &reviewer.id).to_owned(),
            department: source.reviewer.map_or(source.organisation, |reviewer| &reviewer.department.code).to_owned(),
            subject: Some(stored.type_code),
            outcome: AuditOutcome::Done,
            details: Default::default(),
        };
        let told = Event::new(EventKind::CatalogueEntryChanged, source.organisation, self.now()).of_type(&entry.type_code);
        self.announce(transaction, &told.with("change", change.as_str()).with("version", version)).await?;
        self.audit(transaction, &event.with("change", change.as_str()).with("version", version).with("digest", digest)).await?;
        Ok(Ok(version))
    }

    /// Stores a definition, if it is not there; `false` when the same version is there with another content.
    pub(in crate::services) async fn store_definition(
        &self,
        transaction: &mut Transaction,
        definition: &LicenceType,
        application_id: Option<ApplicationId>,
    ) -> Result<bool, Refusal> {
        let (document, version) = (canonical_text(definition)?, i64::from(definition.version));
        if let Some(stored) = type_definitions::document_in(transaction, &definition.code, version).await? {
            return Ok(stored == document);
        }
        let digest = Digest::of(document.as_bytes()).0;
        let row = DefinitionRow { type_code: definition.code.clone(), version, document, digest, application_id, at: self.now_ms() };
        type_definitions::insert(transaction, &row).await?;
        Ok(true)
    }
}
