//! Downloads a licence's document (下载): opened from the store and checked against its digest before it leaves.

use crate::{
    domain::{
        actor::Actor,
        audit::{AuditAction, AuditEvent, AuditOutcome},
        authority::Action,
        digest::Digest,
        event::{Event, EventKind},
        licence::LicenceId,
        seal_level::SealLevel,
    },
    services::{Refusal, Services, describe_licence::OpenLicence, describe_licence::damaged},
    storage::sealed_documents::{self, DocumentRow},
};

/// A document, opened.
pub struct Download {
    /// The licence.
    pub licence_id: LicenceId,
    /// The PDF.
    pub bytes: Vec<u8>,
    /// Digest of the file.
    pub file_digest: Digest,
    /// Digest of the signed byte ranges.
    pub signed_digest: Digest,
    /// The level that it has reached.
    pub level: SealLevel,
}

impl Services {
    /// Gives the current document of the licence with the identifier (证照标识). Audited before it is answered.
    pub async fn download_licence(&self, actor: &Actor, identifier: &str) -> Result<Download, Refusal> {
        self.permit_somewhere(actor, Action::DownloadLicence).await?;
        let event = |outcome| AuditEvent::new(AuditAction::DownloadLicence, actor, outcome);
        let opened = match self.find_for(actor, Action::DownloadLicence, identifier).await {
            Ok(licence) => self.open_document(&licence).await.map(|download| (licence.row, download)),
            Err(refusal) => Err(refusal),
        };
        match opened {
            Ok((row, download)) => {
                let downloaded =
                    Event::new(EventKind::LicenceDownloaded, &row.issuer_code, self.now()).of_type(&row.type_code).about(row.licence_id);
                let mut transaction = self.store.database.begin().await?;
                self.audit(&mut transaction, &event(AuditOutcome::Done).about(row.licence_id)).await?;
                self.announce(&mut transaction, &downloaded).await?;
                transaction.commit().await?;
                Ok(download)
            }
            Err(refusal) => {
                self.audit_refusal(event(AuditOutcome::Refused), &refusal).await;
                Err(refusal)
            }
        }
    }

    /// Opens the current document and compares it with the register. A file that another replaced, and that is gone since its name
    /// was read, is looked for once more under its new name.
    pub(super) async fn open_document(&self, licence: &OpenLicence) -> Result<Download, Refusal> {
        let id = licence.row.licence_id;
        let document = self.current_document(id).await?;
        let (document, bytes) = match self.load_document(licence, &document).await {
            Ok(bytes) => (document, bytes),
            Err(error) => {
                let newer = self.current_document(id).await?;
                if newer.name == document.name {
                    return Err(error);
                }
                let bytes = self.load_document(licence, &newer).await?;
                (newer, bytes)
            }
        };
        Ok(Download {
            licence_id: id,
            bytes,
            file_digest: Digest(document.file_digest),
            signed_digest: Digest(document.signed_digest),
            level: document.level,
        })
    }

    async fn current_document(&self, id: LicenceId) -> Result<DocumentRow, Refusal> {
        sealed_documents::current(&self.store.database, id).await?.ok_or_else(|| damaged("document"))
    }

    /// The file of `document`, opened; damaged when it is not the one that the register knows.
    pub(super) async fn load_document(&self, licence: &OpenLicence, document: &DocumentRow) -> Result<Vec<u8>, Refusal> {
        let id = licence.row.licence_id;
        let key = self.store.vault.unwrap(&id.0, &licence.row.data_key)?;
        let (store, name) = (self.store.clone(), document.name.clone());
        let bytes = self.on_worker(move || store.documents.load(&store.vault, &key, &id.0, &name)).await??;
        if Digest::of(&bytes) == Digest(document.file_digest) { Ok(bytes) } else { Err(damaged("document")) }
    }
}
