//! Mints a licence (签发): what is asked, what is answered, and the ten steps in their order.

use crate::{
    domain::{
        actor::{Actor, Role},
        audit::{AuditAction, AuditEvent, AuditOutcome},
        authority::Action,
        canonical,
        digest::Digest,
        face::{self, Face, FaceInput},
        licence::{LicenceId, LicenceState},
        licence_type::Review,
        seal_level::SealLevel,
    },
    services::{
        PreparedType, Refusal, Services,
        describe_licence::damaged,
        failpoint::failpoint,
        mint::{Basis, RequestKeys, Reserved, Work},
        seals::ChosenSeal,
    },
    storage::{
        augmentations,
        idempotency::{self, KnownRequest},
        licences::{self, LicenceRow},
        vault::Lookup,
    },
};
use std::{sync::Arc, time::Duration};

/// What a department asks for. `Debug` shows no values of the face data.
#[derive(Clone, Debug)]
pub struct MintRequest {
    /// 证照类型代码, 21 characters.
    pub type_code: String,
    /// Face data.
    pub face: FaceInput,
    /// The same key and request give the same licence, also after a crash: 1 to 200 printable ASCII characters.
    pub idempotency_key: Option<String>,
}

/// A licence that was minted.
#[derive(Clone)]
pub struct Minted {
    /// Licence id.
    pub licence_id: LicenceId,
    /// 证照标识.
    pub identifier: String,
    /// 证照编号.
    pub number: String,
    /// 证照类型代码.
    pub type_code: String,
    /// 证照类型名称.
    pub type_name: String,
    /// The full text in the QR symbol.
    pub qr_text: String,
    /// The sealed PDF.
    pub document: Vec<u8>,
    /// SHA-256 over the signed byte ranges.
    pub signed_digest: Digest,
    /// SHA-256 of the file.
    pub file_digest: Digest,
    /// The level that the document has reached.
    pub level: SealLevel,
    /// Does it wait for validation data or a time-stamp? The download gives the newer document then.
    pub pending: bool,
    /// Was it minted by an earlier request with the same idempotency key?
    pub repeated: bool,
}

impl std::fmt::Debug for Minted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Minted({}, {} bytes)", self.licence_id, self.document.len())
    }
}

impl Services {
    /// Mints one licence for the actor's department. When this returns a licence, it is in the register, valid by our own
    /// verification, and survives a power cut.
    ///
    /// It waits a little for the licence's validation data; without them the answer is `pending`, and the licence is whole all the
    /// same.
    pub async fn mint_licence(self: &Arc<Self>, actor: &Actor, request: MintRequest) -> Result<Minted, Refusal> {
        let minted = self.mint_without_waiting(actor, request).await?;
        self.await_validation(minted).await
    }

    /// The same, and gives the document as soon as there is one.
    pub(super) async fn mint_without_waiting(&self, actor: &Actor, request: MintRequest) -> Result<Minted, Refusal> {
        self.permit(actor, Action::MintLicence, &actor.department.code).await?;
        let reviewed = self.types.find(&request.type_code).is_some_and(|entry| entry.licence_type.issue.review == Review::Required);
        if reviewed && !actor.has(Role::System) {
            let refusal = Refusal::ReviewRequired;
            self.audit_refusal(AuditEvent::new(AuditAction::MintLicence, actor, AuditOutcome::Refused), &refusal).await;
            return Err(refusal);
        }
        self.mint_on(actor, request, Basis::default()).await
    }

    /// The same for whoever was permitted already; `basis` says what the licence rests on.
    pub(super) async fn mint_on(&self, actor: &Actor, request: MintRequest, basis: Basis) -> Result<Minted, Refusal> {
        let minted = self.try_mint(actor, request, basis).await;
        if let Err(refusal) = &minted {
            self.audit_refusal(AuditEvent::new(AuditAction::MintLicence, actor, AuditOutcome::Refused), refusal).await;
        }
        minted
    }

    async fn try_mint(&self, actor: &Actor, request: MintRequest, basis: Basis) -> Result<Minted, Refusal> {
        failpoint!("mint.1.before");
        let entry = self.types.find(&request.type_code).ok_or_else(|| Refusal::UnknownType(request.type_code.clone()))?.clone();
        self.may_mint(actor, &request.type_code).await?;
        let body = canonical::to_vec(&request.face).map_err(|e| Refusal::Unavailable { cause: e.to_string() })?;
        let key = request.idempotency_key.as_deref();
        let keys = self.request_keys(actor, key, &[request.type_code.as_bytes(), &body])?;
        failpoint!("mint.1.after");

        // Before the face data are checked: a known request gets its answer, whatever rules have changed since.
        if let Some(keys) = &keys
            && let Some(known) = idempotency::look_up(&self.store.database, &keys.caller_key).await?
        {
            return self.answer_again(actor, keys, known).await;
        }
        let seal = self.choose_seal(actor, &request.type_code).await?;

        failpoint!("mint.2.before");
        let face = face::check(&entry.licence_type, request.face).map_err(Refusal::BadFields)?;
        failpoint!("mint.2.after");

        let reserved = self.reserve_with_keys(actor, entry, seal, face, keys, basis).await?;
        self.go_on_with(actor, keys, reserved).await
    }

    /// Reserves when the keys are there.
    pub(super) async fn reserve_with_keys(
        &self,
        actor: &Actor,
        entry: Arc<PreparedType>,
        seal: ChosenSeal,
        face: Face,
        keys: Option<RequestKeys>,
        basis: Basis,
    ) -> Result<Reserved, Refusal> {
        self.require_keys(&seal.authority).await?;
        self.reserve(actor, entry, seal, face, keys, basis).await
    }

    /// Finishes what was reserved, or answers what an earlier request with the same key has made.
    pub(super) async fn go_on_with(&self, actor: &Actor, keys: Option<RequestKeys>, reserved: Reserved) -> Result<Minted, Refusal> {
        match reserved {
            Reserved::New(work) => self.finish_or_halt(actor, *work).await,
            Reserved::Known(known) => match &keys {
                Some(keys) => self.answer_again(actor, keys, known).await,
                None => Err(Refusal::Unavailable { cause: "a request without a key was recognised".into() }),
            },
        }
    }

    /// Steps 4 to 10; a mint that halts is left for another try, and the caller hears when.
    pub(super) async fn finish_or_halt(&self, actor: &Actor, work: Work) -> Result<Minted, Refusal> {
        match self.finish_mint(actor, work.clone()).await {
            Ok(minted) => Ok(minted),
            Err(halt) => Err(self.halt_mint(actor, &work, halt).await),
        }
    }

    /// An idempotency key belongs to its caller; what it was used for is recognised by a keyed digest of the request.
    /// `body` is what the request asks for.
    pub(super) fn request_keys(&self, actor: &Actor, key: Option<&str>, body: &[&[u8]]) -> Result<Option<RequestKeys>, Refusal> {
        let Some(key) = key else { return Ok(None) };
        if !(1..=200).contains(&key.len()) || !key.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(Refusal::BadKey);
        }
        let caller = [actor.department.code.as_bytes(), actor.id.as_bytes(), key.as_bytes()];
        Ok(Some(RequestKeys {
            caller_key: self.store.vault.lookup(Lookup::Idempotency, &caller)?,
            body_key: self.store.vault.lookup(Lookup::RequestBody, body)?,
        }))
    }

    /// The same key and body give the same answer; a half-done mint that nobody works on is gone on with.
    pub(super) async fn answer_again(&self, actor: &Actor, keys: &RequestKeys, known: KnownRequest) -> Result<Minted, Refusal> {
        if known.body_key != keys.body_key {
            return Err(Refusal::KeyReused);
        }
        let id = known.licence_id;
        let row = licences::by_id(&self.store.database, id).await?.ok_or_else(|| damaged("idempotency"))?;
        match row.state {
            LicenceState::Void => Err(Refusal::Voided),
            LicenceState::Minting => match self.take_over(actor, id).await? {
                Some(mint) => {
                    let work = self.open_work(mint).await?;
                    self.finish_or_halt(actor, work).await
                }
                None => Err(Refusal::InProgress { retry_after: Duration::from_secs(2) }),
            },
            LicenceState::Active
            | LicenceState::Suspended
            | LicenceState::Restricted
            | LicenceState::Lost
            | LicenceState::Superseded
            | LicenceState::Revoked
            | LicenceState::Cancelled => self.minted_before(actor, row).await,
        }
    }

    async fn minted_before(&self, actor: &Actor, row: LicenceRow) -> Result<Minted, Refusal> {
        let licence = self.open(row)?;
        let view = self.describe(&licence).await?;
        let document = self.open_document(&licence).await?;
        let read = AuditEvent::new(AuditAction::DownloadLicence, actor, AuditOutcome::Done).about(view.licence_id).with("repeated", true);
        self.audit_alone(&read).await?;
        Ok(Minted {
            licence_id: view.licence_id,
            identifier: view.identifier,
            number: view.number,
            type_code: view.payload.licence_type.code,
            type_name: view.payload.licence_type.name,
            qr_text: view.qr_text,
            signed_digest: document.signed_digest,
            file_digest: document.file_digest,
            level: document.level,
            pending: augmentations::is_waiting(&self.store.database, &document.signed_digest.0).await?,
            document: document.bytes,
            repeated: true,
        })
    }
}
