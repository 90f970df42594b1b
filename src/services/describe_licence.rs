//! Opens a licence's sealed columns for those who may see them.

use crate::{
    domain::{
        actor::Actor,
        authority::Action,
        date::LicenceDate,
        digest::Digest,
        licence::{LicenceId, LicenceState},
        outward_status::Standing,
        payload::Payload,
        seal_level::SealLevel,
        trust_grade::TrustGrade,
    },
    services::{Refusal, Services, moment},
    storage::{
        augmentations, licence_changes,
        licences::{self, LicenceRow},
        mints::{self, MintRow},
        sealed_documents,
        vault::{DataKey, Lookup},
    },
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// Annotations that are shown with a licence; the log has all of them.
const MOST_ANNOTATIONS: i64 = 50;

/// One licence as its department sees it. `Debug` shows the id only.
#[derive(Clone, PartialEq, Serialize)]
pub struct LicenceView {
    /// Licence id.
    pub licence_id: LicenceId,
    /// 证照标识.
    pub identifier: String,
    /// 证照编号.
    pub number: String,
    /// What the licence says.
    pub payload: Payload,
    /// The full text in the QR symbol.
    pub qr_text: String,
    /// State.
    pub state: LicenceState,
    /// Grows with every change of state.
    pub state_version: i64,
    /// When the state last changed.
    #[serde(with = "time::serde::rfc3339")]
    pub state_changed_at: OffsetDateTime,
    /// Why it changed.
    pub state_reason: Option<String>,
    /// Status list and index.
    pub status: (i64, i64),
    /// Digest of the signed byte ranges of the current document.
    pub signed_digest: Digest,
    /// Digest of the whole current file.
    pub file_digest: Digest,
    /// The level that the current document has reached.
    pub level: SealLevel,
    /// Does the document wait for validation data or a time-stamp?
    pub pending: bool,
    /// When the licence was minted.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// 版本号.
    pub version: i64,
    /// Where it stands today.
    #[serde(skip)]
    pub standing: Standing,
    /// 可信等级.
    pub trust_grade: TrustGrade,
    /// When it went to the archive.
    #[serde(with = "time::serde::rfc3339::option")]
    pub archived_at: Option<OffsetDateTime>,
    /// Last day that the newest passed inspection covers.
    pub inspected_until: Option<LicenceDate>,
    /// 加注, the newest first.
    pub annotations: Vec<Annotation>,
    /// 证照标识 of the version that it replaces.
    pub replaces: Option<String>,
    /// 证照标识 of the version that replaced it.
    pub replaced_by: Option<String>,
}

/// A public note on a licence (加注).
#[derive(Clone, PartialEq, Serialize, JsonSchema)]
pub struct Annotation {
    /// When it was added, RFC 3339.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "String")]
    pub at: OffsetDateTime,
    /// The words.
    pub note: String,
}

impl std::fmt::Debug for LicenceView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LicenceView({}, {})", self.licence_id, self.state.as_str())
    }
}

/// The sealed identity of a register row.
#[derive(Serialize, Deserialize)]
pub(super) struct Identity {
    pub identifier: String,
    pub number: String,
}

/// A register row with its data key.
pub(super) struct OpenLicence {
    pub row: LicenceRow,
    pub key: DataKey,
}

impl Services {
    /// The licence with this identifier, if it exists and `actor` may do this to it. For everybody else there is none.
    pub(super) async fn find_for(&self, actor: &Actor, action: Action, identifier: &str) -> Result<OpenLicence, Refusal> {
        let key = self.store.vault.lookup(Lookup::Identifier, &[identifier.trim().as_bytes()])?;
        let row = licences::by_identifier(&self.store.database, &key).await?.ok_or(Refusal::NotFound)?;
        self.permit_found(actor, action, &row.issuer_code).await?;
        // Before its release a licence is not visible to anybody.
        if matches!(row.state, LicenceState::Minting | LicenceState::Void) {
            return Err(Refusal::NotFound);
        }
        self.open(row)
    }

    pub(super) fn open(&self, row: LicenceRow) -> Result<OpenLicence, Refusal> {
        let key = self.store.vault.unwrap(&row.licence_id.0, &row.data_key)?;
        Ok(OpenLicence { row, key })
    }

    /// Everything that the department may see of a released licence.
    pub(super) async fn describe(&self, licence: &OpenLicence) -> Result<LicenceView, Refusal> {
        let row = &licence.row;
        let mint = self.mint_of(row.licence_id).await?;
        let payload = self.open_payload(licence, &mint)?;
        let qr_text = match &mint.token {
            Some(token) => self.open_text(licence, "token", token)?,
            None => return Err(damaged("token")),
        };
        let identity = self.open_identity(licence)?;
        let state_reason = match &row.state_reason {
            Some(reason) => Some(self.open_text(licence, "state reason", reason)?),
            None => None,
        };
        let document = sealed_documents::current(&self.store.database, row.licence_id).await?.ok_or_else(|| damaged("document"))?;
        Ok(LicenceView {
            licence_id: row.licence_id,
            identifier: identity.identifier,
            number: identity.number,
            payload,
            qr_text,
            state: row.state,
            state_version: row.state_version,
            state_changed_at: moment(row.state_changed_at),
            state_reason,
            status: (row.status_list, row.status_index),
            signed_digest: Digest(document.signed_digest),
            file_digest: Digest(document.file_digest),
            level: document.level,
            pending: augmentations::is_waiting(&self.store.database, &document.signed_digest).await?,
            created_at: moment(row.created_at),
            version: row.version,
            standing: self.standing_of(row),
            trust_grade: row.trust_grade,
            archived_at: row.archived_at.map(moment),
            inspected_until: row.inspected_until.and_then(LicenceDate::from_days_since_epoch),
            annotations: self.annotations_of(licence).await?,
            replaces: match licence_changes::read_replacement_of(&self.store.database, row.licence_id).await? {
                Some(replacement) => self.identifier_of(replacement.replaced_id).await?,
                None => None,
            },
            replaced_by: match licence_changes::successor_of(&self.store.database, row.licence_id).await? {
                Some(successor) => self.identifier_of(successor).await?,
                None => None,
            },
        })
    }

    pub(super) fn open_identity(&self, licence: &OpenLicence) -> Result<Identity, Refusal> {
        let row = &licence.row;
        let identity = self.store.vault.open(&licence.key, &row.licence_id.0, "identity", &row.identity)?;
        serde_json::from_slice(&identity).map_err(|_| damaged("identity"))
    }

    /// Where a licence stands today, in China's time.
    pub(super) fn standing_of(&self, row: &LicenceRow) -> Standing {
        let today = LicenceDate::in_china(self.now()).days_since_epoch();
        Standing { state: row.state, by: row.state_by, valid_from: row.valid_from, valid_until: row.valid_until, today }
    }

    async fn identifier_of(&self, id: LicenceId) -> Result<Option<String>, Refusal> {
        let Some(row) = licences::by_id(&self.store.database, id).await? else { return Ok(None) };
        let licence = self.open(row)?;
        Ok(Some(self.open_identity(&licence)?.identifier))
    }

    async fn annotations_of(&self, licence: &OpenLicence) -> Result<Vec<Annotation>, Refusal> {
        let id = licence.row.licence_id;
        let mut annotations = Vec::new();
        for (at, sealed) in licence_changes::annotations(&self.store.database, id, MOST_ANNOTATIONS).await? {
            let notes = self.open_notes(&licence.key, id, &sealed)?;
            annotations.extend(notes.note.map(|note| Annotation { at: moment(at), note }));
        }
        Ok(annotations)
    }

    pub(super) async fn mint_of(&self, id: LicenceId) -> Result<MintRow, Refusal> {
        mints::by_id(&self.store.database, id).await?.ok_or_else(|| damaged("mint"))
    }

    /// The stored canonical payload, exactly as attached.
    pub(super) fn open_payload_bytes(&self, licence: &OpenLicence, mint: &MintRow) -> Result<Vec<u8>, Refusal> {
        Ok(self.store.vault.open(&licence.key, &licence.row.licence_id.0, "payload", &mint.payload)?)
    }

    pub(super) fn open_payload(&self, licence: &OpenLicence, mint: &MintRow) -> Result<Payload, Refusal> {
        serde_json::from_slice(&self.open_payload_bytes(licence, mint)?).map_err(|_| damaged("payload"))
    }

    pub(super) fn open_text(&self, licence: &OpenLicence, what: &'static str, sealed: &[u8]) -> Result<String, Refusal> {
        let bytes = self.store.vault.open(&licence.key, &licence.row.licence_id.0, what, sealed)?;
        String::from_utf8(bytes).map_err(|_| damaged(what))
    }
}

pub(super) fn damaged(what: &'static str) -> Refusal {
    crate::storage::error::StorageError::Damaged(what).into()
}
