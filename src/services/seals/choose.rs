//! Chooses the seal for a document (选章): of the department's own seals that are in use, one that the actor may use for the type.

use crate::{
    domain::{
        actor::Actor,
        digest::Digest,
        licence::LicenceId,
        seal_record::{SealId, SealState, SealUser},
    },
    services::{ReadyAuthority, Refusal, Services, describe_licence::damaged, seals::look::SealLook},
    storage::{
        licences::LicenceRow,
        seal_uses::{self, PlannedUse},
        seals::{self, SealRow},
    },
};
use std::sync::Arc;

/// A seal with its keys, and the grant by which it may be used.
#[derive(Clone)]
pub(in crate::services) struct ChosenSeal {
    pub authority: Arc<ReadyAuthority>,
    pub look: Arc<SealLook>,
    pub seal_id: SealId,
    pub version: i64,
    pub user: SealUser,
}

impl ChosenSeal {
    /// The use that is planned with the numbers of a document.
    pub fn planned_use(&self, subject: LicenceId, type_code: &str, actor: &Actor) -> PlannedUse {
        PlannedUse {
            subject,
            seal_id: self.seal_id,
            version: self.version,
            type_code: type_code.to_owned(),
            grantee: self.user.to_string(),
            actor: actor.id.clone(),
        }
    }
}

/// Why a seal cannot seal now, if it cannot.
pub(in crate::services) fn not_usable(seal: &SealRow, now: i64) -> Option<Refusal> {
    match seal.state {
        SealState::InUse if now < seal.valid_from || seal.valid_until.is_some_and(|until| now > until) => Some(Refusal::SealOutOfTime),
        SealState::InUse => None,
        other => Some(Refusal::SealNotInUse(other)),
    }
}

impl Services {
    /// The newest of the department's seals that the actor may use for this type now. Transaction 2 of the mint looks again: only that
    /// decides.
    pub(in crate::services) async fn choose_seal(&self, actor: &Actor, type_code: &str) -> Result<ChosenSeal, Refusal> {
        let keyring = self.keyring();
        let mut why = None;
        for authority in keyring.candidates(&actor.department.code, self.now()) {
            let may_sign = |key: &crate::domain::key_set::QrKey| key.may_sign(&authority.party.code, type_code, self.now());
            if !keyring.qr_keys.lookup(&authority.qr_kid).any(may_sign) {
                continue;
            }
            match self.try_seal(actor, authority, type_code).await? {
                Ok(chosen) => return Ok(chosen),
                // What is said of the newest seal says most.
                Err(refusal) => why = why.or(Some(refusal)),
            }
        }
        Err(why.unwrap_or(Refusal::NotYourType))
    }

    async fn try_seal(
        &self,
        actor: &Actor,
        authority: &Arc<ReadyAuthority>,
        type_code: &str,
    ) -> Result<Result<ChosenSeal, Refusal>, Refusal> {
        let certificate = authority.seal_facts.certificate_digest();
        let Some(seal) = self.seal_of(authority, certificate).await? else { return Ok(Err(Refusal::NotYourType)) };
        if let Some(refusal) = not_usable(&seal, self.now_ms()) {
            return Ok(Err(refusal));
        }
        if !seal.configured {
            let current =
                seals::version(&self.store.database, seal.seal_id, seal.version).await?.ok_or_else(|| damaged("seal_versions"))?;
            if current.certificate != Some(certificate.0) {
                return Ok(Err(Refusal::NotYourType));
            }
        }
        let grants = seals::grants_for(&self.store.database, seal.seal_id, type_code).await?;
        let granted = grants.into_iter().map(|grant| grant.user).find(|user| match user {
            SealUser::Actor(id) => *id == actor.id,
            SealUser::Role(role) => actor.has(*role),
        });
        let Some(user) = granted else { return Ok(Err(Refusal::SealNotPermitted)) };
        let look = self.look(&seal, seal.version, authority).await?;
        Ok(Ok(ChosenSeal { authority: authority.clone(), look, seal_id: seal.seal_id, version: seal.version, user }))
    }

    /// The seal of a certificate; those of the settings are recorded when they are first met.
    async fn seal_of(&self, authority: &ReadyAuthority, certificate: Digest) -> Result<Option<SealRow>, Refusal> {
        let found = seals::by_certificate(&self.store.database, &certificate.0).await?;
        let found = match found {
            Some(found) => Some(found),
            None => {
                self.record_configured_seals(&authority.party.code).await?;
                seals::by_certificate(&self.store.database, &certificate.0).await?
            }
        };
        Ok(found.filter(|seal| seal.organisation_code == authority.party.code))
    }

    /// The seal that a half-done mint was begun with, whatever its state is now.
    pub(in crate::services) async fn planned_seal(&self, row: &LicenceRow, authority: &Arc<ReadyAuthority>) -> Result<ChosenSeal, Refusal> {
        let certificate = authority.seal_facts.certificate_digest();
        let seal = self.seal_of(authority, certificate).await?.ok_or_else(|| damaged("seal_certificates"))?;
        let planned = match seal_uses::planned(&self.store.database, row.licence_id).await? {
            Some(planned) => planned,
            // The mint was begun by a program that did not plan uses: whoever may issue could use every seal.
            None => {
                let user = SealUser::Role(crate::domain::actor::Role::Issuer);
                let planned = PlannedUse {
                    subject: row.licence_id,
                    seal_id: seal.seal_id,
                    version: seal.version,
                    type_code: row.type_code.clone(),
                    grantee: user.to_string(),
                    actor: super::super::house().id,
                };
                let mut transaction = self.store.database.begin().await?;
                seal_uses::plan_if_missing(&mut transaction, &planned).await?;
                transaction.commit().await?;
                planned
            }
        };
        let user = SealUser::from_word(&planned.grantee).ok_or_else(|| damaged("grantee"))?;
        let look = self.look(&seal, planned.version, authority).await?;
        Ok(ChosenSeal { authority: authority.clone(), look, seal_id: seal.seal_id, version: planned.version, user })
    }
}
