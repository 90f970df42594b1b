//! Step 8: the seal key signs, once, and its answer is kept; a time-stamp is put beside it; the permit is used up.

use crate::{
    cms::algorithm::SignatureAlgorithm,
    domain::seal_level::SealLevel,
    seal::{
        self, Prepared, Signed,
        signer::{SignError, Signer},
    },
    services::{
        Services, StampFailure,
        failpoint::failpoint,
        mint::{Halt, Work, authorise::Recorded},
        time_stamp::Stamp,
    },
    storage::mints,
};
use std::sync::Arc;

/// A sealed document and the time-stamp in it.
pub(super) struct Sealed {
    pub document: Vec<u8>,
    pub stamp: Option<Stamp>,
}

/// The answer that the seal key gave before the mint was interrupted; the key itself is not asked again.
struct KeptAnswer {
    key: Arc<dyn Signer>,
    signature: Vec<u8>,
}

impl Signer for KeptAnswer {
    fn algorithm(&self) -> SignatureAlgorithm {
        self.key.algorithm()
    }

    fn chain(&self) -> &[Vec<u8>] {
        self.key.chain()
    }

    fn sign(&self, _: &[u8]) -> Result<Vec<u8>, SignError> {
        Ok(self.signature.clone())
    }
}

impl Services {
    pub(super) async fn seal(&self, work: &mut Work, prepared: Prepared, permit: Recorded) -> Result<Sealed, Halt> {
        const STEP: &str = "sealing";
        let signed = match work.signature.clone() {
            Some(signature) => self.sign(Arc::new(KeptAnswer { key: work.authority.seal.clone(), signature }), prepared, permit).await?,
            None => {
                let signed = self.sign(work.authority.seal.clone(), prepared, permit).await?;
                failpoint!("mint.8.signed");
                self.keep_signature(work, signed.signature_value()).await?;
                signed
            }
        };
        failpoint!("mint.8.kept");
        let stamp = match work.target {
            SealLevel::B => None,
            SealLevel::T | SealLevel::Lt | SealLevel::Lta => self.stamp_for(work, signed.signature_value()).await?,
        };
        failpoint!("mint.8.stamped");
        let token = stamp.as_ref().map(|stamp| stamp.token.as_slice());
        let document = signed.finish(token).map_err(|e| Halt::failed(STEP)(e.to_string()))?;
        Ok(Sealed { document, stamp })
    }

    async fn sign(&self, key: Arc<dyn Signer>, prepared: Prepared, permit: Recorded) -> Result<Signed, Halt> {
        const STEP: &str = "signing";
        self.on_worker(move || seal::sign(prepared, permit.0, &*key).map_err(|e| e.to_string()))
            .await
            .map_err(Halt::refusal(STEP))?
            .map_err(Halt::failed(STEP))
    }

    /// From here on the seal key is not asked again for this mint. The lease begins anew: a time-stamp may take its time.
    async fn keep_signature(&self, work: &mut Work, signature: &[u8]) -> Result<(), Halt> {
        const STEP: &str = "keeping the signature";
        let now = self.now_ms();
        let lease_until = self.lease_end(now);
        let mut transaction = self.store.database.begin().await.map_err(Halt::storage(STEP))?;
        mints::set_signature(&mut transaction, work.licence_id, &work.hold, now, signature, lease_until)
            .await
            .map_err(Halt::storage(STEP))?;
        transaction.commit().await.map_err(Halt::storage(STEP))?;
        work.hold.lease_until = lease_until;
        Ok(())
    }

    /// A time-stamp over the signature; `None` where the document goes without one for now, and gets one appended later.
    async fn stamp_for(&self, work: &Work, signature: &[u8]) -> Result<Option<Stamp>, Halt> {
        const STEP: &str = "asking for a time-stamp";
        let is_final = work.entry.licence_type.seal.is_final;
        match self.time_stamp_over(signature).await {
            Ok(stamp) if stamp.room() <= work.room => Ok(Some(stamp)),
            Ok(stamp) if is_final => {
                Err(Halt::failed(STEP)(format!("it needs {} bytes, {} were kept free for it", stamp.room(), work.room)))
            }
            Ok(stamp) => {
                let (needed, room) = (stamp.room(), work.room);
                tracing::warn!(licence = %work.licence_id, needed, room, "a time-stamp is longer than its place; it will be appended instead");
                Ok(None)
            }
            Err(cause) if self.settings.stamp_failure == StampFailure::Refuse || is_final => Err(Halt::failed(STEP)(cause)),
            Err(cause) => {
                tracing::warn!(licence = %work.licence_id, cause, "sealed without a time-stamp; it will be appended later");
                Ok(None)
            }
        }
    }
}
