//! The steps of a mint after its reservation. Whoever holds the mint's lease runs them: the request that began it, or a recovery.

mod authorise;
mod draw;
mod release;
mod reserve;
mod resume;
mod seal;
mod sign_token;
mod supersede;
mod void;

pub(super) use reserve::{Basis, LICENCES_A_LIST, Predecessor, RequestKeys, Reserved};
pub(super) use resume::open_photos;
pub(super) use void::{may_come_back, pause_after};

use crate::{
    domain::{
        actor::Actor,
        digest::Digest,
        licence::{LicenceId, LicenceState},
        payload::Payload,
        seal_level::SealLevel,
    },
    services::{Minted, PreparedType, ReadyAuthority, Refusal, Services, check_own::Expected, failpoint::failpoint, seals::ChosenSeal},
    storage::{error::StorageError, mints::Hold, vault::DataKey},
};
use std::{collections::BTreeMap, sync::Arc};
use time::OffsetDateTime;

/// A reserved mint: everything that is stored of it, opened, and the right to go on.
#[derive(Clone)]
pub(super) struct Work {
    pub licence_id: LicenceId,
    /// 版本号; later ones replace the one before when they are released.
    pub version: i64,
    pub entry: Arc<PreparedType>,
    pub authority: Arc<ReadyAuthority>,
    pub seal: Arc<ChosenSeal>,
    pub data_key: Arc<DataKey>,
    pub payload: Arc<Payload>,
    /// The canonical bytes of the payload.
    pub payload_json: Arc<Vec<u8>>,
    pub photos: Arc<BTreeMap<String, Vec<u8>>>,
    pub signing_time: OffsetDateTime,
    pub status_list: i64,
    pub status_index: i64,
    pub qr_text: Option<String>,
    /// The level that the document is to reach.
    pub target: SealLevel,
    /// Bytes kept free for a time-stamp.
    pub room: usize,
    /// What the seal key answered already.
    pub signature: Option<Vec<u8>>,
    pub attempts: i64,
    pub hold: Hold,
}

/// Why a mint stopped on its way.
#[derive(Debug)]
pub(super) enum Halt {
    /// Somebody else took it over: nothing more to do here.
    Overtaken,
    /// The licence that it replaces is in a state that does not allow it any more: it must be given up.
    Superfluous(LicenceState),
    /// It could not go on now; what failed, and why for the log.
    Failed { step: &'static str, cause: String },
    /// The seal does not seal now.
    Seal(Refusal),
}

impl Halt {
    fn failed(step: &'static str) -> impl FnOnce(String) -> Self {
        move |cause| Self::Failed { step, cause }
    }

    fn storage(step: &'static str) -> impl FnOnce(StorageError) -> Self {
        move |error| match error {
            StorageError::RowCount { .. } => Self::Overtaken,
            other => Self::Failed { step, cause: other.to_string() },
        }
    }

    fn refusal(step: &'static str) -> impl FnOnce(Refusal) -> Self {
        move |refusal| match refusal {
            Refusal::Unavailable { cause } => Self::Failed { step, cause },
            other => Self::Failed { step, cause: other.to_string() },
        }
    }
}

impl Services {
    /// Steps 4 to 10. No transaction is open while a key, the renderer or the verifier works.
    pub(super) async fn finish_mint(&self, actor: &Actor, mut work: Work) -> Result<Minted, Halt> {
        failpoint!("mint.4.before");
        let qr_text = match work.qr_text.take() {
            Some(stored) => stored,
            None => self.sign_token(&work).await?,
        };
        failpoint!("mint.4.after");

        failpoint!("mint.5.before");
        let unsealed = self.draw(&work, &qr_text).await?;
        failpoint!("mint.5.after");

        failpoint!("mint.6.before");
        let (prepared, permit) = self.prepare_seal(&work, unsealed).await?;
        failpoint!("mint.6.after");

        failpoint!("mint.7.before");
        let permit = self.authorise_seal(actor, &mut work, permit).await?;
        failpoint!("mint.7.after");

        let signed_digest = prepared.digest();
        failpoint!("mint.8.before");
        let sealed = self.seal(&mut work, prepared, permit).await?;
        failpoint!("mint.8.after");

        failpoint!("mint.9.before");
        let level = if sealed.stamp.is_some() { SealLevel::T } else { SealLevel::B };
        let expected = Expected {
            licence_id: work.licence_id,
            identifier: work.payload.identifier.clone(),
            signed_digest,
            payload_digest: Digest::of(&work.payload_json),
            level,
        };
        let document = self.check_own(sealed.document, expected).await.map_err(Halt::failed("verifying the own document"))?;
        failpoint!("mint.9.after");

        failpoint!("mint.10.before");
        let released = self.release(actor, &work, document, signed_digest, sealed.stamp).await?;
        failpoint!("mint.10.after");

        Ok(Minted {
            licence_id: work.licence_id,
            identifier: work.payload.identifier.clone(),
            number: work.payload.number.clone(),
            type_code: work.payload.licence_type.code.clone(),
            type_name: work.payload.licence_type.name.clone(),
            qr_text,
            document: released.document,
            signed_digest,
            file_digest: released.file_digest,
            level,
            pending: released.pending,
            repeated: false,
        })
    }
}
