//! Publishes a status list: a signed token (IETF Token Status List, CWT form) that says of every licence whether it is in force.

use crate::{
    code::{
        self,
        status_list::{StatusList as States, StatusListClaims, StatusListToSign},
    },
    domain::key_set::TokenAlgorithm,
    services::{Refusal, Services},
    storage::{licences, status_lists},
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use time::OffsetDateTime;

/// How long an offline verifier may rely on a list.
const GOOD_FOR: Duration = Duration::from_secs(24 * 3600);
/// Longest time that a list is given out again.
const LONGEST_AGE: Duration = Duration::from_secs(60);

/// A published list.
#[derive(Clone, Debug)]
pub struct StatusList {
    /// The CWT: [`crate::code::status_list::MEDIA_TYPE`].
    pub bytes: Arc<Vec<u8>>,
    /// When it was made.
    pub made_at: OffsetDateTime,
    /// How long it may still be cached.
    pub fresh_for: Duration,
}

/// The lists that were made lately, and how often each was asked to be forgotten.
#[derive(Debug, Default)]
pub(super) struct ListCache(Mutex<HashMap<i64, Cached>>);

#[derive(Clone, Debug, Default)]
struct Cached {
    /// Bytes, and when they were made.
    list: Option<(Arc<Vec<u8>>, OffsetDateTime)>,
    changes: u64,
}

impl ListCache {
    /// A state changed: the next reader gets a new list, and one that is being made now is not kept.
    pub(super) fn forget(&self, list: i64) {
        let mut lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let cached = lists.entry(list).or_default();
        cached.list = None;
        cached.changes += 1;
    }

    fn find(&self, list: i64) -> Cached {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&list).cloned().unwrap_or_default()
    }

    fn keep(&self, list: i64, bytes: &Arc<Vec<u8>>, made_at: OffsetDateTime, changes: u64) {
        let mut lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let cached = lists.entry(list).or_default();
        if cached.changes == changes {
            cached.list = Some((bytes.clone(), made_at));
        }
    }
}

impl Services {
    /// The list number `list`, at most a minute old. [`Refusal::NotFound`] when there is no such list.
    pub async fn publish_status_list(&self, list: i64) -> Result<StatusList, Refusal> {
        let longest = self.settings.status_list_age.min(LONGEST_AGE);
        let now = self.now();
        let Cached { list: made_before, changes } = self.lists.find(list);
        if let Some((bytes, made_at)) = made_before {
            let age = Duration::try_from(now - made_at).unwrap_or_default();
            if age < longest {
                return Ok(StatusList { bytes, made_at, fresh_for: longest - age });
            }
        }
        let issuer = status_lists::issuer_of(&self.store.database, list).await?.ok_or(Refusal::NotFound)?;
        let authority = self.keyring().with_any_seal(&issuer, now).ok_or(Refusal::NotFound)?.clone();
        let states = licences::not_in_force(&self.store.database, list).await?;
        let issued_at = now.unix_timestamp();
        let claims = StatusListClaims {
            issuer,
            subject: format!("{}/api/v1/status-lists/{list}", self.public_url),
            issued_at,
            expires: issued_at.saturating_add_unsigned(GOOD_FOR.as_secs()),
            time_to_live: i64::try_from(longest.as_secs()).unwrap_or(0),
        };
        let bytes = self
            .on_worker(move || {
                let mut all = States::new();
                for (index, state) in states {
                    let set = u32::try_from(index).is_ok_and(|index| all.set(index, state.status_list_value()));
                    if !set {
                        return Err(format!("status index {index} is outside the list"));
                    }
                }
                let token = StatusListToSign::new(&claims, &all, authority.qr_algorithm, authority.qr_kid);
                let signature = authority.qr.sign(&token.to_be_signed()).map_err(|e| e.to_string())?;
                match authority.qr_algorithm {
                    TokenAlgorithm::Esp256 => code::raw_signature_of_der(&signature).and_then(|raw| token.finish(&raw)),
                    TokenAlgorithm::Ed25519 => token.finish(&signature),
                }
                .map_err(|e| e.to_string())
            })
            .await?
            .map_err(|cause| Refusal::Unavailable { cause })?;
        let bytes = Arc::new(bytes);
        self.lists.keep(list, &bytes, now, changes);
        Ok(StatusList { bytes, made_at: now, fresh_for: longest })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_was_made_before_a_change_is_not_kept() {
        let (cache, made_at) = (ListCache::default(), OffsetDateTime::UNIX_EPOCH);
        let before = cache.find(1);
        assert!(before.list.is_none());
        cache.forget(1);
        cache.keep(1, &Arc::new(vec![1]), made_at, before.changes);
        assert!(cache.find(1).list.is_none());
        let before = cache.find(1);
        cache.keep(1, &Arc::new(vec![2]), made_at, before.changes);
        assert_eq!(*cache.find(1).list.unwrap().0, vec![2]);
        cache.forget(1);
        assert!(cache.find(1).list.is_none());
    }
}
