//! Takes over a mint whose lease expired: opens what is stored of it, so that its steps can go on where they stopped.

use crate::{
    domain::{
        actor::Actor,
        audit::{AuditAction, AuditEvent, AuditOutcome},
        digest::Digest,
        face::PhotoBytes,
        licence::LicenceId,
    },
    services::{Refusal, Services, describe_licence::OpenLicence, describe_licence::damaged, mint::Work},
    storage::{
        licences,
        mints::{self, MintRow},
    },
};
use std::{collections::BTreeMap, sync::Arc};
use time::OffsetDateTime;

impl Services {
    /// Takes the mint over; `None` when its lease lasts, or it is finished, or somebody else was quicker.
    pub(in crate::services) async fn take_over(&self, actor: &Actor, id: LicenceId) -> Result<Option<MintRow>, Refusal> {
        let now = self.now_ms();
        let mut transaction = self.store.database.begin().await?;
        let Some(row) = mints::take_over(&mut transaction, id, &self.owner, now, self.lease_end(now)).await? else { return Ok(None) };
        let event = AuditEvent::new(AuditAction::RecoverLicence, actor, AuditOutcome::Done).about(id).with("attempt", row.attempts);
        self.audit(&mut transaction, &event).await?;
        transaction.commit().await?;
        Ok(Some(row))
    }

    /// Opens a stored mint. Refused when this process has not the template, the definition or the seal that it was begun with.
    pub(in crate::services) async fn open_work(&self, mint: MintRow) -> Result<Work, Refusal> {
        let id = mint.licence_id;
        let row = licences::by_id(&self.store.database, id).await?.ok_or_else(|| damaged("licence"))?;
        let licence = self.open(row)?;
        let payload_json = self.open_payload_bytes(&licence, &mint)?;
        let payload: crate::domain::payload::Payload = serde_json::from_slice(&payload_json).map_err(|_| damaged("payload"))?;
        let OpenLicence { row, key } = licence;
        let missing = |what: &str| Refusal::Unavailable { cause: format!("{what} that the mint was begun with is not here") };

        let entry = self.types.find(&row.type_code).ok_or_else(|| missing("the licence type"))?.clone();
        if i64::from(entry.licence_type.version) != row.type_version || entry.template.digest() != Digest(mint.template_digest) {
            return Err(missing("the version of the template"));
        }
        let keyring = self.keyring();
        let with_its_seal = keyring.with_seal(&row.issuer_code, Digest(mint.seal_certificate), self.now());
        let authority = with_its_seal.ok_or_else(|| missing("the seal"))?.clone();
        let seal = Arc::new(self.planned_seal(&row, &authority).await?);
        let vault = &self.store.vault;
        let photos = match &mint.photos {
            Some(sealed) => open_photos(&vault.open(&key, &id.0, "photos", sealed)?)?,
            None => BTreeMap::new(),
        };
        let qr_text = match &mint.token {
            Some(sealed) => Some(String::from_utf8(vault.open(&key, &id.0, "token", sealed)?).map_err(|_| damaged("token"))?),
            None => None,
        };
        Ok(Work {
            licence_id: id,
            version: row.version,
            entry,
            authority,
            seal,
            data_key: Arc::new(key),
            payload: Arc::new(payload),
            payload_json: Arc::new(payload_json),
            photos: Arc::new(photos),
            signing_time: OffsetDateTime::from_unix_timestamp(mint.signing_time).map_err(|_| damaged("signing_time"))?,
            status_list: row.status_list,
            status_index: row.status_index,
            qr_text,
            target: mint.target,
            room: usize::try_from(mint.room).map_err(|_| damaged("room"))?,
            signature: mint.signature,
            attempts: mint.attempts,
            hold: mint.hold,
        })
    }
}

/// Photos as they are stored, sealed: a JSON object of base64.
pub(super) fn photos_to_bytes(photos: &BTreeMap<String, Vec<u8>>) -> Result<Vec<u8>, Refusal> {
    let photos: BTreeMap<&str, PhotoBytes> = photos.iter().map(|(code, bytes)| (code.as_str(), PhotoBytes(bytes.clone()))).collect();
    serde_json::to_vec(&photos).map_err(|_| damaged("photos"))
}

pub(in crate::services) fn open_photos(bytes: &[u8]) -> Result<BTreeMap<String, Vec<u8>>, Refusal> {
    let photos: BTreeMap<String, PhotoBytes> = serde_json::from_slice(bytes).map_err(|_| damaged("photos"))?;
    Ok(photos.into_iter().map(|(code, photo)| (code, photo.0)).collect())
}
