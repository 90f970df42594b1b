//! The catalogue in memory, as searches and imports see it: built once, then kept up by the changes that followed.

use crate::{
    domain::directory_entry::{DirectoryEntry, EntryChange, EntryState},
    search::{Facet, Index, Subject},
    services::{Refusal, Services, catalogue_import::facet_words, describe_licence::damaged},
    storage::catalogue::{self, VersionRow},
};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Arc, PoisonError, RwLock},
};
use tokio::sync::Mutex;

/// Changes that are read at once.
const CHANGES: i64 = 1000;

/// The catalogue after one of its changes. Immutable.
#[derive(Default)]
pub(in crate::services) struct CatalogueIndex {
    /// The number of that change; 0: empty.
    sequence: i64,
    /// What is searched.
    pub index: Index,
    entries: HashMap<String, Arc<ListedEntry>>,
    /// Codes of those that are not shared; few, so that asking costs nothing.
    unshared: HashSet<String>,
}

/// One entry as it is in force.
pub(in crate::services) struct ListedEntry {
    pub version: i64,
    pub state: EntryState,
    pub origin: Option<String>,
    pub changed_at: i64,
    pub entry: DirectoryEntry,
}

/// The newest index of this process.
#[derive(Default)]
pub(in crate::services) struct IndexCache {
    newest: RwLock<Arc<CatalogueIndex>>,
    /// One task brings it up at a time; the others wait and find it done.
    renewing: Mutex<()>,
}

impl CatalogueIndex {
    /// May everybody read the entry?
    pub fn is_shared(&self, type_code: &str) -> bool {
        self.unshared.is_empty() || !self.unshared.contains(type_code)
    }

    /// The entry with that code.
    pub fn entry(&self, type_code: &str) -> Option<&Arc<ListedEntry>> {
        self.entries.get(type_code)
    }
}

impl IndexCache {
    fn get(&self) -> Arc<CatalogueIndex> {
        self.newest.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Services {
    /// The catalogue with every change that was committed before this call.
    pub(in crate::services) async fn catalogue_index(&self) -> Result<Arc<CatalogueIndex>, Refusal> {
        let newest = catalogue::newest_change(&self.store.database).await?;
        let known = self.catalogue_cache.get();
        if known.sequence >= newest {
            return Ok(known);
        }
        let _one = self.catalogue_cache.renewing.lock().await;
        let known = self.catalogue_cache.get();
        if known.sequence >= newest {
            return Ok(known);
        }
        let mut changed: BTreeMap<String, VersionRow> = BTreeMap::new();
        let mut sequence = known.sequence;
        loop {
            let rows = catalogue::changes_after(&self.store.database, sequence, CHANGES).await?;
            let last = rows.len() < CHANGES as usize;
            if let Some(row) = rows.last() {
                sequence = row.sequence;
            }
            changed.extend(rows.into_iter().map(|row| (row.type_code.clone(), row)));
            if last {
                break;
            }
        }
        let next = self.on_worker(move || renewed(&known, changed, sequence)).await??;
        *self.catalogue_cache.newest.write().unwrap_or_else(PoisonError::into_inner) = next.clone();
        Ok(next)
    }
}

fn renewed(known: &CatalogueIndex, changed: BTreeMap<String, VersionRow>, sequence: i64) -> Result<Arc<CatalogueIndex>, Refusal> {
    let (mut entries, mut unshared) = (known.entries.clone(), known.unshared.clone());
    let mut subjects = Vec::with_capacity(changed.len());
    for (type_code, row) in changed {
        let entry: DirectoryEntry = serde_json::from_str(&row.document).map_err(|_| damaged("directory entry"))?;
        let state = match row.change {
            EntryChange::Added | EntryChange::Changed => EntryState::Active,
            EntryChange::Cancelled => EntryState::Cancelled,
        };
        subjects.push(subject(&entry, state));
        if entry.shared {
            unshared.remove(&type_code);
        } else {
            unshared.insert(type_code.clone());
        }
        let listed = ListedEntry { version: row.version, state, origin: row.origin, changed_at: row.at, entry };
        entries.insert(type_code, Arc::new(listed));
    }
    Ok(Arc::new(CatalogueIndex { sequence, index: known.index.changed(subjects, []), entries, unshared }))
}

/// What can be searched of an entry.
fn subject(entry: &DirectoryEntry, state: EntryState) -> Subject {
    let [root, holder, level, class] = facet_words(entry);
    let mut words = vec![entry.name_en.clone(), entry.defining_authority.clone(), entry.theme.clone(), entry.industry.clone()];
    words.extend(entry.related_items.iter().flat_map(|item| [item.name.clone(), item.code.clone()]));
    words.extend(entry.issuing_authorities.iter().flat_map(|party| [party.name.clone(), party.code.clone()]));
    Subject {
        code: entry.type_code.clone(),
        name: entry.name.clone(),
        words,
        facets: vec![
            (Facet::Root, root.into()),
            (Facet::Theme, entry.theme.clone()),
            (Facet::Industry, entry.industry.clone()),
            (Facet::HolderCategory, holder.into()),
            (Facet::IssuingLevel, level.into()),
            (Facet::Class, class.into()),
            (Facet::State, state.as_str().into()),
        ],
    }
}
