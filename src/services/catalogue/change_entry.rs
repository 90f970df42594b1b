//! Adds, changes or cancels an entry: what a proposal must fulfil, and what its approval does.

use super::store_version::Source;
use crate::{
    domain::{
        actor::Actor,
        difference::{changed_elements, differences},
        directory_entry::{DirectoryEntry, EntryChange, EntryProposal, EntryState},
        entry_grant::{EntryGrant, GranteeKind},
        face::{FieldProblem, ProblemCode},
        licence_type::LicenceType,
    },
    services::{Refusal, Services, describe_licence::damaged},
    storage::{
        applications::ApplicationRow,
        catalogue::{self, EntryRow},
        database::Transaction,
        entry_grants::{self, GrantRow},
        error::StorageError,
        type_definitions,
    },
};

impl Services {
    /// Is the proposal good, and may the actor's department maintain this entry? With `final_check` also: is it based on the version in
    /// force?
    pub(in crate::services) async fn check_entry_proposal(
        &self,
        actor: &Actor,
        proposal: &EntryProposal,
        final_check: bool,
    ) -> Result<(), Refusal> {
        let problems = proposal.problems();
        if !problems.is_empty() {
            return Err(Refusal::BadProposal(problems));
        }
        let database = &self.store.database;
        let type_code = proposal.type_code();
        let current = catalogue::entry(database, type_code).await?;
        if let Some(current) = &current {
            self.require_maintain(actor, current).await?;
        }
        if let EntryProposal::Add { entry, .. } | EntryProposal::Change { entry, .. } = proposal
            && let Some(version) = entry.definition_version
        {
            let stored = type_definitions::document(database, type_code, i64::from(version)).await?;
            check_definition(stored.as_deref(), proposal.definition())?;
        }
        if !final_check {
            return Ok(());
        }
        let mut transaction = database.begin().await?;
        self.base_of(&mut transaction, proposal, current).await.map(|_| ())
    }

    /// The managing department maintains everything, others what they are authorised for.
    async fn require_maintain(&self, actor: &Actor, current: &EntryRow) -> Result<(), Refusal> {
        if current.origin.is_some() {
            // What another platform keeps is changed there.
            return Err(Refusal::NotGranted);
        }
        if actor.department.code == self.managing_department() {
            return Ok(());
        }
        let grant = entry_grants::find(&self.store.database, &current.type_code, &actor.department.code).await?;
        if grant.is_some_and(|row| row.grant.maintain) { Ok(()) } else { Err(Refusal::NotGranted) }
    }

    /// Does what was approved, in the transaction of the approval.
    pub(in crate::services) async fn change_entry(
        &self,
        transaction: &mut Transaction,
        reviewer: &Actor,
        application: &ApplicationRow,
        proposal: &EntryProposal,
    ) -> Result<(), Refusal> {
        let current = catalogue::entry_in(transaction, proposal.type_code()).await?;
        let base = self.base_of(transaction, proposal, current.clone()).await?;
        let kept: DirectoryEntry;
        let (entry, change) = match proposal {
            EntryProposal::Add { entry, .. } => (&**entry, EntryChange::Added),
            EntryProposal::Change { entry, .. } => (&**entry, EntryChange::Changed),
            EntryProposal::Cancel { .. } => {
                kept = super::entry_of(&current.ok_or(Refusal::NoEntry)?.document)?;
                (&kept, EntryChange::Cancelled)
            }
        };
        let id = application.application_id;
        if let Some(definition) = proposal.definition()
            && !self.store_definition(transaction, definition, Some(id)).await?
        {
            return Err(other_definition());
        }
        let source = Source {
            applicant: &application.applicant,
            organisation: &application.organisation_code,
            reviewer: Some(reviewer),
            application: Some(id),
            origin: None,
        };
        if let Err(error) = self.store_entry_version(transaction, entry, change, base, &source).await? {
            return Err(self.raced(proposal, error).await?);
        }
        if base == 0 {
            self.grant_maintenance(transaction, reviewer, entry, &application.organisation_code).await?;
        }
        Ok(())
    }

    /// Whoever brought an entry in keeps it.
    async fn grant_maintenance(
        &self,
        transaction: &mut Transaction,
        reviewer: &Actor,
        entry: &DirectoryEntry,
        organisation: &str,
    ) -> Result<(), Refusal> {
        let grant = EntryGrant {
            grantee: organisation.to_owned(),
            kind: GranteeKind::Department,
            maintain: true,
            mint: false,
            read: false,
            write: false,
        };
        let row = GrantRow { type_code: entry.type_code.clone(), grant, granted_by: reviewer.id.clone(), granted_at: self.now_ms() };
        Ok(entry_grants::set(transaction, &row).await?)
    }

    /// The version that the proposal builds on, if that is the one in force; 0 for a new entry.
    async fn base_of(&self, transaction: &mut Transaction, proposal: &EntryProposal, current: Option<EntryRow>) -> Result<i64, Refusal> {
        match (proposal, current) {
            (EntryProposal::Add { .. }, None) => Ok(0),
            (EntryProposal::Add { .. }, Some(current)) => match current.state {
                EntryState::Active => Err(Refusal::EntryExists),
                EntryState::Cancelled => Ok(current.version),
            },
            (EntryProposal::Change { .. } | EntryProposal::Cancel { .. }, None) => Err(Refusal::NoEntry),
            (EntryProposal::Change { base_version, .. } | EntryProposal::Cancel { base_version, .. }, Some(current)) => {
                if current.version != *base_version {
                    return Err(outdated(transaction, &current, *base_version).await?);
                }
                match current.state {
                    EntryState::Active => Ok(current.version),
                    EntryState::Cancelled => Err(Refusal::EntryCancelled),
                }
            }
        }
    }

    /// Somebody else changed the entry between our look and our write: what is in force now, in a transaction of its own.
    async fn raced(&self, proposal: &EntryProposal, error: StorageError) -> Result<Refusal, Refusal> {
        let current = catalogue::entry(&self.store.database, proposal.type_code()).await?;
        let (Some(current), EntryProposal::Change { base_version, .. } | EntryProposal::Cancel { base_version, .. }) = (current, proposal)
        else {
            return Ok(if matches!(error, StorageError::Conflict(_)) { Refusal::EntryExists } else { error.into() });
        };
        let earlier = catalogue::version(&self.store.database, &current.type_code, *base_version).await?;
        Ok(Refusal::Outdated { current: current.version, changed: changed(earlier.as_ref().map(|v| v.document.as_str()), &current)? })
    }
}

async fn outdated(transaction: &mut Transaction, current: &EntryRow, base: i64) -> Result<Refusal, Refusal> {
    let earlier = catalogue::version_in(transaction, &current.type_code, base).await?;
    Ok(Refusal::Outdated { current: current.version, changed: changed(earlier.as_ref().map(|v| v.document.as_str()), current)? })
}

fn changed(earlier: Option<&str>, current: &EntryRow) -> Result<Vec<String>, Refusal> {
    let Some(earlier) = earlier else { return Ok(Vec::new()) };
    let value = |document: &str| serde_json::from_str(document).map_err(|_| damaged("directory entry"));
    let mut names = changed_elements(&differences(&value(earlier)?, &value(&current.document)?));
    if current.state == EntryState::Cancelled {
        names.push("state".into());
    }
    Ok(names)
}

/// A link leads to a stored definition, or to the one that comes along; a stored version is never another one.
fn check_definition(stored: Option<&str>, given: Option<&LicenceType>) -> Result<(), Refusal> {
    match (stored, given) {
        (Some(_), None) | (None, Some(_)) => Ok(()),
        (Some(stored), Some(given)) if super::canonical_text(given)? == stored => Ok(()),
        (Some(_), Some(_)) => Err(other_definition()),
        (None, None) => Err(Refusal::BadProposal(vec![FieldProblem {
            field: "definition_version".into(),
            code: ProblemCode::Missing,
            message: "没有该版本的元数据定义，请随申请一并提交。 There is no such version of the definition; send it along.".into(),
        }])),
    }
}

fn other_definition() -> Refusal {
    Refusal::BadProposal(vec![FieldProblem {
        field: "definition".into(),
        code: ProblemCode::NotAllowed,
        message: "该版本的元数据定义已存在且内容不同，请使用新的版本号。 This version of the definition exists with another content; give it a new version."
            .into(),
    }])
}
