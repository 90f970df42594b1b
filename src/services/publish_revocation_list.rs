//! Publishes the revocation lists and the certificates of the certification authorities of this installation.

use crate::{
    seal::authority::revocation_list::{RevocationListSpec, revocation_list},
    services::{Refusal, Services, own_authority::ReadyIssuer},
    storage::counters,
};
use std::sync::{Arc, PoisonError};
use time::Duration;

/// How long a list is given out again before a new one is signed.
const LIST_AGE: Duration = Duration::MINUTE;

impl Services {
    /// The revocation list of the authority `name`, DER, at most a minute old; an authority without its key here gives the list that was
    /// configured. [`Refusal::NotFound`] for any other name.
    pub async fn publish_revocation_list(&self, name: &str) -> Result<Arc<Vec<u8>>, Refusal> {
        let authority = self.own_authority(name)?;
        let now = self.now();
        let published = authority.published.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match published {
            Some((list, made_at)) if now - made_at < LIST_AGE => Ok(list),
            _ => self.sign_revocation_list(authority).await,
        }
    }

    /// The certificate of the authority `name`, DER.
    pub fn publish_authority(&self, name: &str) -> Result<Vec<u8>, Refusal> {
        Ok(self.own_authority(name)?.certificate.clone())
    }

    /// A new list of `authority`, made now.
    pub(super) async fn sign_revocation_list(&self, authority: Arc<ReadyIssuer>) -> Result<Arc<Vec<u8>>, Refusal> {
        let Some(signer) = authority.signer.clone() else {
            return authority.list.clone().map(Arc::new).ok_or(Refusal::NotFound);
        };
        let mut transaction = self.store.database.begin().await?;
        let number = counters::next(&mut transaction, &format!("revocation_list:{}", authority.name)).await?;
        transaction.commit().await?;
        let (now, number) = (self.now(), authority.list_number.saturating_add(number.unsigned_abs()));
        let signing = authority.clone();
        let list = self
            .on_worker(move || {
                let next_update = now + signing.list_for;
                let spec = RevocationListSpec { number, this_update: now, next_update, revoked: &signing.revoked };
                revocation_list(&spec, &signing.issuer, &*signer)
            })
            .await?
            .map_err(|error| Refusal::Unavailable { cause: error.to_string() })?;
        let list = Arc::new(list);
        *authority.published.lock().unwrap_or_else(PoisonError::into_inner) = Some((list.clone(), now));
        Ok(list)
    }

    fn own_authority(&self, name: &str) -> Result<Arc<ReadyIssuer>, Refusal> {
        self.own_authorities.iter().find(|authority| authority.name == name).cloned().ok_or(Refusal::NotFound)
    }
}
