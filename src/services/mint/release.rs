//! Step 10: the document is stored so that it lasts; then transaction 3 makes the licence active.

use crate::{
    domain::{
        actor::Actor,
        audit::{AuditAction, AuditEvent, AuditOutcome},
        digest::Digest,
        event::{Event, EventKind},
        licence::LicenceState,
        life::Transition,
        seal_level::SealLevel,
    },
    services::{
        Services,
        change_state::event_kind,
        failpoint::failpoint,
        milliseconds,
        mint::{Halt, Work},
        time_stamp::Stamp,
    },
    storage::{
        augmentations,
        licence_changes::ChangeRow,
        licences, mints,
        sealed_documents::{self, DocumentRow},
    },
};

const STEP: &str = "storing the document";

/// What was released.
pub(super) struct Released {
    pub document: Vec<u8>,
    pub file_digest: Digest,
    /// Does it wait for more?
    pub pending: bool,
}

impl Services {
    pub(super) async fn release(
        &self,
        actor: &Actor,
        work: &Work,
        document: Vec<u8>,
        signed_digest: Digest,
        stamp: Option<Stamp>,
    ) -> Result<Released, Halt> {
        let id = work.licence_id;
        let (store, key) = (self.store.clone(), work.data_key.clone());
        let (document, name) = self
            .on_worker(move || {
                let name = store.documents.store(&store.vault, &key, &id.0, &document);
                (document, name)
            })
            .await
            .map_err(Halt::refusal(STEP))?;
        let name = name.map_err(Halt::storage(STEP))?;
        failpoint!("mint.10.stored");

        let (now, file_digest) = (self.now_ms(), Digest::of(&document));
        let row = DocumentRow {
            signed_digest: signed_digest.0,
            licence_id: id,
            file_digest: file_digest.0,
            name,
            size: i64::try_from(document.len()).map_err(|e| Halt::failed(STEP)(e.to_string()))?,
            made_at: now,
            level: if stamp.is_some() { SealLevel::T } else { SealLevel::B },
            target: work.target,
            proof_until: stamp.as_ref().map(|stamp| milliseconds(stamp.until)),
        };
        let pending = row.level < row.target;
        let mut transaction = self.store.database.begin().await.map_err(Halt::storage(STEP))?;
        // The lease first: whoever lost it changes nothing.
        mints::finish(&mut transaction, id, &work.hold, now).await.map_err(Halt::storage(STEP))?;
        // Nothing is handed out once its seal is suspended, even if the key had signed before.
        self.require_seal_in_use(&mut transaction, work, now).await?;
        let replaced = match work.version > 1 {
            true => Some(self.supersede(&mut transaction, id, now).await?),
            false => None,
        };
        let released = ChangeRow::new(id, (LicenceState::Minting, 1), Transition::Release, actor, now);
        let released = released.map_err(|e| Halt::failed(STEP)(e.to_string()))?;
        licences::change_state(&mut transaction, &released, None).await.map_err(Halt::storage(STEP))?;
        sealed_documents::add(&mut transaction, &row).await.map_err(Halt::storage(STEP))?;
        if pending {
            let due = stamp.map_or(now, |stamp| stamp.next_second());
            let document = (&row.signed_digest, id);
            augmentations::add(&mut transaction, document, row.target, now, due).await.map_err(Halt::storage(STEP))?;
        }
        let event = AuditEvent::new(AuditAction::MintLicence, actor, AuditOutcome::Done)
            .about(id)
            .with("type", &work.payload.licence_type.code)
            .with("level", row.level)
            .with("document", file_digest);
        self.audit(&mut transaction, &event).await.map_err(Halt::refusal(STEP))?;
        let kind = replaced.as_ref().map_or(EventKind::LicenceMinted, |replaced| event_kind(replaced.transition));
        let mut minted = Event::new(kind, &work.authority.party.code, self.now()).of_type(&work.payload.licence_type.code).about(id);
        if let Some(replaced) = &replaced {
            minted = minted.with("replaces", replaced.licence_id).with("transition", replaced.transition.as_str());
        }
        self.announce(&mut transaction, &minted).await.map_err(Halt::refusal(STEP))?;
        failpoint!("mint.10.written");
        transaction.commit().await.map_err(Halt::storage(STEP))?;
        if let Some(replaced) = replaced {
            self.lists.forget(replaced.status_list);
        }
        Ok(Released { document, file_digest, pending })
    }
}
