//! One step of one document: what it lacks is appended, our own verifier judges it, and it becomes the current file.

use super::{Outcome, open::Opened};
use crate::{
    domain::{
        audit::{AuditAction, AuditEvent, AuditOutcome},
        digest::Digest,
        seal_level::SealLevel,
    },
    seal,
    services::{
        Refusal, Services,
        check_own::Expected,
        failpoint::failpoint,
        gather_validation::Answers,
        house, milliseconds,
        time_stamp::{HASH, Stamp},
    },
    storage::{augmentations, earlier_files, error::StorageError, sealed_documents, sealed_documents::DocumentRow},
};

/// What a step made of a document.
struct Raised {
    bytes: Vec<u8>,
    level: SealLevel,
    stamp: Option<Stamp>,
}

impl Services {
    /// Makes the document's next file the current one. What failed is for the log.
    pub(super) async fn raise(&self, document: Opened, answers: &Answers) -> Result<Outcome, String> {
        failpoint!("augment.1.before");
        let raised = self.append(&document, answers).await?;
        failpoint!("augment.1.after");
        let expected = Expected {
            licence_id: document.row.licence_id,
            identifier: document.identifier.clone(),
            signed_digest: Digest(document.row.signed_digest),
            payload_digest: document.payload_digest,
            level: raised.level,
        };
        let bytes = self.check_own(raised.bytes, expected).await?;
        failpoint!("augment.2.after");
        self.publish(document, bytes, raised.level, raised.stamp).await.or_else(|refusal| match refusal {
            Publish::Overtaken => Ok(Outcome::NotOurs),
            Publish::Failed(cause) => Err(cause),
        })
    }

    /// A document without a time-stamp gets one; one with a time-stamp gets validation data, and an archive time-stamp over them.
    async fn append(&self, document: &Opened, answers: &Answers) -> Result<Raised, String> {
        let (row, bytes) = (&document.row, document.bytes.clone());
        if row.level == SealLevel::B {
            let (bytes, stamp) = self.stamp_document(bytes).await?;
            return Ok(Raised { bytes, level: SealLevel::T, stamp: Some(stamp) });
        }
        if row.target == SealLevel::T {
            return Err("the document has its level already and cannot be renewed".into());
        }
        let data = answers.data(&document.questions)?;
        let at = self.now();
        let bytes = if document.questions.is_empty() {
            bytes
        } else {
            self.on_worker(move || seal::append_validation(bytes, &data, at))
                .await
                .map_err(|e| e.to_string())?
                .map_err(|e| e.to_string())?
        };
        match row.target {
            SealLevel::B | SealLevel::T | SealLevel::Lt => Ok(Raised { bytes, level: SealLevel::Lt, stamp: None }),
            SealLevel::Lta => {
                let (bytes, stamp) = self.stamp_document(bytes).await?;
                Ok(Raised { bytes, level: SealLevel::Lta, stamp: Some(stamp) })
            }
        }
    }

    /// Appends a document time-stamp over everything there is.
    async fn stamp_document(&self, bytes: Vec<u8>) -> Result<(Vec<u8>, Stamp), String> {
        let size = self.stamp_size().await;
        let prepared = self.on_worker(move || seal::prepare_archive(bytes, size)).await.map_err(|e| e.to_string())?;
        let prepared = prepared.map_err(|e| e.to_string())?;
        let stamp = self.time_stamp(&prepared.imprint(HASH)).await?;
        let bytes = prepared.embed(&stamp.token).map_err(|e| e.to_string())?;
        Ok((bytes, stamp))
    }

    async fn publish(&self, document: Opened, bytes: Vec<u8>, level: SealLevel, stamp: Option<Stamp>) -> Result<Outcome, Publish> {
        let Opened { claim, row, licence, .. } = document;
        let id = row.licence_id;
        let (store, file_digest, size) = (self.store.clone(), Digest::of(&bytes), bytes.len());
        let name = self
            .on_worker(move || store.documents.store(&store.vault, &licence.key, &id.0, &bytes))
            .await
            .map_err(|refusal| Publish::Failed(refusal.to_string()))??;
        failpoint!("augment.3.stored");

        let now = self.now_ms();
        let newer = DocumentRow {
            file_digest: file_digest.0,
            name,
            size: i64::try_from(size).map_err(|e| Publish::Failed(e.to_string()))?,
            made_at: now,
            level,
            proof_until: stamp.as_ref().map(|stamp| milliseconds(stamp.until)).or(row.proof_until),
            ..row.clone()
        };
        let reached = level >= claim.target;
        let mut transaction = self.store.database.begin().await?;
        // The claim first: whoever lost it changes nothing.
        augmentations::finish(&mut transaction, &claim, now).await?;
        if !reached {
            let due = stamp.map_or(now, |stamp| stamp.next_second());
            augmentations::add(&mut transaction, (&row.signed_digest, id), claim.target, now, due).await?;
        }
        sealed_documents::replace_file(&mut transaction, &row.file_digest, &newer).await?;
        earlier_files::add(&mut transaction, &row, now).await?;
        let action = if row.level == SealLevel::Lta { AuditAction::RenewLicence } else { AuditAction::AugmentLicence };
        let event = AuditEvent::new(action, &house(), AuditOutcome::Done).about(id).with("level", level).with("document", file_digest);
        self.audit(&mut transaction, &event).await.map_err(|refusal| Publish::Failed(format!("{refusal:?}")))?;
        failpoint!("augment.3.written");
        transaction.commit().await?;
        failpoint!("augment.3.after");
        Ok(if reached { Outcome::Reached } else { Outcome::Nearer })
    }
}

/// Why a file did not become the current one.
enum Publish {
    /// Somebody else took the document over.
    Overtaken,
    /// For the log.
    Failed(String),
}

impl From<StorageError> for Publish {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::RowCount { .. } => Self::Overtaken,
            other => Self::Failed(other.to_string()),
        }
    }
}

impl From<Refusal> for Publish {
    fn from(refusal: Refusal) -> Self {
        Self::Failed(format!("{refusal:?}"))
    }
}
