//! Step 3: transaction 1 reserves number, identifier, status index and idempotency key, and records everything that the document
//! will be made from. What can be refused for what was asked is refused before it, so that nothing half-done is left.

use crate::{
    code::{StatusReference, fit_claims, index_permutation::IndexPermutation},
    domain::{
        actor::Actor,
        audit::{AuditAction, AuditEvent, AuditOutcome},
        canonical,
        date::{LicenceDate, Until},
        digest::Digest,
        face::Face,
        identifier::{Identifier, TypeCode},
        licence::{LicenceId, LicenceState},
        life::Transition,
        payload::{PAYLOAD_FORMAT, Payload, TemplateRef, TypeRef},
        seal_level::SealLevel,
        trust_grade::TrustGrade,
    },
    render::{RenderError, print, print_photos},
    services::{
        PreparedType, ReadyAuthority, Refusal, Services,
        assign_number::assigned_number,
        describe_licence::{Identity, damaged},
        failpoint::failpoint,
        mint::{Work, resume::photos_to_bytes, sign_token::claims},
        seals::ChosenSeal,
    },
    storage::{
        counters,
        database::Transaction,
        error::StorageError,
        idempotency::{self, KnownRequest},
        licence_changes::{self, Replacement},
        licence_holders,
        licences::{self, LicenceRow},
        mints::{self, Hold, MintRow},
        seal_uses, status_lists,
        vault::{DataKey, Lookup, WrappedKey},
    },
};
use std::{sync::Arc, time::Duration};
use time::OffsetDateTime;

/// A list is followed by a new one when it is 80 % full (of 2^20).
pub(in crate::services) const LICENCES_A_LIST: i64 = 838_860;
/// How often a reservation starts again because another process took the number that was tried.
const TRIES: usize = 32;
/// A new licence's version (版本号).
const FIRST_VERSION: u16 = 1;

/// Keyed digests of a caller's idempotency key and of the request's body.
#[derive(Clone, Copy, Debug)]
pub(in crate::services) struct RequestKeys {
    pub caller_key: [u8; 32],
    pub body_key: [u8; 32],
}

/// What transaction 1 found.
pub(in crate::services) enum Reserved {
    /// A new mint, held by this process.
    New(Box<Work>),
    /// The idempotency key is known.
    Known(KnownRequest),
}

/// A number that is to be tried.
enum Number {
    /// The department gave it (部门给号).
    Given(String),
    /// The service assigns it: the counter goes from `from` to `to`.
    Assigned { number: String, counter: String, from: i64, to: i64 },
}

impl Number {
    fn as_str(&self) -> &str {
        match self {
            Self::Given(number) | Self::Assigned { number, .. } => number,
        }
    }
}

/// Everything of a mint that is fixed before its transaction.
struct Plan {
    licence_id: LicenceId,
    version: u16,
    payload: Payload,
    payload_json: Vec<u8>,
    data_key: DataKey,
    wrapped_key: WrappedKey,
    sealed_payload: Vec<u8>,
    sealed_photos: Option<Vec<u8>>,
    sealed_identity: Vec<u8>,
}

/// What a mint rests on, beside the request itself.
#[derive(Clone)]
pub(in crate::services) struct Basis {
    /// What it replaces; `None` for a new licence.
    pub predecessor: Option<Predecessor>,
    /// How far its content can be trusted.
    pub grade: TrustGrade,
}

impl Default for Basis {
    fn default() -> Self {
        Self { predecessor: None, grade: TrustGrade::A }
    }
}

/// The licence that a new version replaces, as it was read.
#[derive(Clone)]
pub(in crate::services) struct Predecessor {
    pub licence_id: LicenceId,
    pub state: LicenceState,
    pub state_version: i64,
    /// 证照编号, which every version has.
    pub number: String,
    /// 流水号 of its identifier, likewise.
    pub serial: String,
    pub transition: Transition,
    /// Sealed under its data key.
    pub notes: Vec<u8>,
}

/// What the plan is made from.
struct Request {
    entry: Arc<PreparedType>,
    authority: Arc<ReadyAuthority>,
    seal: Arc<ChosenSeal>,
    face: Face,
    predecessor: Option<Predecessor>,
    grade: TrustGrade,
}

impl Services {
    pub(in crate::services) async fn reserve(
        &self,
        actor: &Actor,
        entry: Arc<PreparedType>,
        seal: ChosenSeal,
        face: Face,
        keys: Option<RequestKeys>,
        basis: Basis,
    ) -> Result<Reserved, Refusal> {
        let request = self.on_worker(move || printable(entry, seal, face, basis)).await??;
        let _one_at_a_time = if request.face.number.is_none() { Some(self.numbering.lock().await) } else { None };
        for _ in 0..TRIES {
            let number = self.number_to_try(&request).await?;
            let version = self.version_to_try(&request, number.as_str()).await?;
            let plan = self.plan(&request, number.as_str(), version).await?;
            match self.reserve_planned(actor, &request, &number, plan, keys).await {
                Ok(Some(reserved)) => return Ok(reserved),
                // Another process was quicker with number, identifier or idempotency key: look again.
                Ok(None) | Err(Refusal::NumberTaken) if matches!(number, Number::Assigned { .. }) => {}
                Ok(None) => {}
                Err(refusal) => return Err(refusal),
            }
        }
        Err(StorageError::Busy.into())
    }

    /// 001 for a new licence; for a new version the one after the newest. While one is being made there is no other.
    async fn version_to_try(&self, request: &Request, number: &str) -> Result<u16, Refusal> {
        if request.predecessor.is_none() {
            return Ok(FIRST_VERSION);
        }
        let key = self.number_key(&request.entry.licence_type.code, &request.authority.party.code, number)?;
        let versions = licences::versions(&self.store.database, &key).await?;
        if versions.iter().any(|(.., state)| *state == LicenceState::Minting) {
            return Err(Refusal::InProgress { retry_after: Duration::from_secs(2) });
        }
        let newest = versions.first().map_or(0, |(version, ..)| *version);
        u16::try_from(newest.saturating_add(1)).map_err(|_| damaged("version"))
    }

    async fn number_to_try(&self, request: &Request) -> Result<Number, Refusal> {
        if let Some(predecessor) = &request.predecessor {
            return Ok(Number::Given(predecessor.number.clone()));
        }
        if let Some(given) = &request.face.number {
            return Ok(Number::Given(given.clone()));
        }
        let definition = &request.entry.licence_type;
        let (year, issuer) = (request.face.issued_on.year(), &request.authority.party.code);
        let counter = format!("number {} {issuer} {year}", definition.code);
        let from = counters::last(&self.store.database, &counter).await?;
        let mut to = from;
        loop {
            to += 1;
            let number = assigned_number(&definition.number_pattern, year, to)
                .ok_or_else(|| Refusal::Unavailable { cause: format!("the number pattern of type {} is none", definition.code) })?;
            // A department may have given this number by hand.
            let key = self.number_key(&definition.code, issuer, &number)?;
            if !licences::number_known(&self.store.database, &key).await? {
                return Ok(Number::Assigned { number, counter, from, to });
            }
        }
    }

    pub(in crate::services) fn number_key(&self, type_code: &str, issuer: &str, number: &str) -> Result<[u8; 32], StorageError> {
        self.store.vault.lookup(Lookup::Number, &[type_code.as_bytes(), issuer.as_bytes(), number.as_bytes()])
    }

    /// How a holder is looked up: by the type and the code, in its canonical spelling.
    pub(in crate::services) fn holder_key(&self, code_type: &str, code: &str) -> Result<[u8; 32], StorageError> {
        self.store.vault.lookup(Lookup::Holder, &[code_type.as_bytes(), code.as_bytes()])
    }

    /// Puts the payload together, lays the text out (so that a missing glyph or a text that does not fit is refused now), and seals.
    async fn plan(&self, request: &Arc<Request>, number: &str, version: u16) -> Result<Plan, Refusal> {
        let (licence_id, salt) = (LicenceId(self.random()?), hex::encode(self.random::<16>()?));
        let (store, request, number) = (self.store.clone(), request.clone(), number.to_owned());
        let (public_url, now) = (self.public_url.clone(), self.now());
        self.on_worker(move || {
            let payload = payload(&request, licence_id, salt, &number, version)?;
            let payload_json = canonical::to_vec(&payload).map_err(|e| Refusal::Unavailable { cause: e.to_string() })?;
            // The largest status reference there can be: if that fits, the real one does.
            let largest = StatusReference { list: u32::MAX, index: u32::MAX };
            fit_claims(claims(licence_id, &payload, &payload_json, largest, now), &public_url)
                .map_err(|_| Refusal::CannotPrint(RenderError::QrTooLarge))?;
            let vault = &store.vault;
            let (data_key, wrapped_key) = vault.new_data_key(&licence_id.0)?;
            let sealed_payload = vault.seal(&data_key, &licence_id.0, "payload", &payload_json)?;
            let sealed_photos = match request.face.photos.is_empty() {
                true => None,
                false => Some(vault.seal(&data_key, &licence_id.0, "photos", &photos_to_bytes(&request.face.photos)?)?),
            };
            let identity = Identity { identifier: payload.identifier.clone(), number: payload.number.clone() };
            let identity = serde_json::to_vec(&identity).map_err(|_| damaged("identity"))?;
            let sealed_identity = vault.seal(&data_key, &licence_id.0, "identity", &identity)?;
            Ok(Plan { licence_id, version, payload, payload_json, data_key, wrapped_key, sealed_payload, sealed_photos, sealed_identity })
        })
        .await?
    }

    /// `None`: somebody else was quicker, everything was rolled back.
    async fn reserve_planned(
        &self,
        actor: &Actor,
        request: &Request,
        number: &Number,
        plan: Plan,
        keys: Option<RequestKeys>,
    ) -> Result<Option<Reserved>, Refusal> {
        let now = self.now_ms();
        let signing_time = OffsetDateTime::from_unix_timestamp(now / 1000).map_err(|e| Refusal::Unavailable { cause: e.to_string() })?;
        let (id, issuer, definition) = (plan.licence_id, &request.authority.party.code, &request.entry.licence_type);
        let number_key = self.number_key(&definition.code, issuer, number.as_str())?;
        let identifier_key = self.store.vault.lookup(Lookup::Identifier, &[plan.payload.identifier.as_bytes()])?;
        let holder_keys = request.face.holders.iter().map(|holder| self.holder_key(&holder.code_type, &holder.code));
        let holder_keys = holder_keys.collect::<Result<Vec<_>, _>>()?;
        let permutation = IndexPermutation::new(&self.store.vault.lookup(Lookup::StatusIndex, &[])?);

        let target = self.target_level(definition);
        let room = if target > SealLevel::B { self.stamp_size().await.room() } else { 0 };

        failpoint!("mint.3.before");
        let mut transaction = self.store.database.begin().await?;
        if let Some(keys) = &keys
            && let Some(known) = idempotency::find(&mut transaction, &keys.caller_key).await?
        {
            return Ok(Some(Reserved::Known(known)));
        }
        match &request.predecessor {
            None if licences::number_used(&mut transaction, &number_key).await? => return Err(Refusal::NumberTaken),
            None => {}
            Some(predecessor) => still_replaceable(&mut transaction, predecessor).await?,
        }
        if let Number::Assigned { counter, from, to, .. } = number
            && !counters::advance(&mut transaction, counter, *from, *to).await?
        {
            return Ok(None);
        }
        let place = status_lists::next_place(&mut transaction, issuer, LICENCES_A_LIST).await?;
        let index = match (u32::try_from(place.list), u32::try_from(place.counter)) {
            (Ok(list), Ok(counter)) => permutation.index(list, counter),
            _ => None,
        };
        let status_index = i64::from(index.ok_or_else(|| damaged("status_lists"))?);
        let licence = LicenceRow {
            licence_id: id,
            type_code: definition.code.clone(),
            type_version: definition.version.into(),
            issuer_code: issuer.clone(),
            identifier_key,
            number_key,
            version: plan.version.into(),
            state: LicenceState::Minting,
            state_version: 1,
            state_changed_at: now,
            status_list: place.list,
            status_index,
            data_key: plan.wrapped_key,
            identity: plan.sealed_identity,
            state_reason: None,
            created_at: now,
            valid_from: Some(request.face.valid_from.unwrap_or(request.face.issued_on).days_since_epoch()),
            valid_until: request.face.valid_until.and_then(Until::day).map(LicenceDate::days_since_epoch),
            state_by: None,
            archived_at: None,
            inspected_until: None,
            trust_grade: request.grade,
            holders: i64::try_from(holder_keys.len()).map_err(|_| damaged("holders"))?,
        };
        let hold = Hold { owner: self.owner.clone(), fence: 1, lease_until: self.lease_end(now) };
        let mint = MintRow {
            licence_id: id,
            template: plan.payload.template.name.clone(),
            template_digest: request.entry.template.digest().0,
            seal_certificate: request.authority.seal_facts.certificate_digest().0,
            signing_time: signing_time.unix_timestamp(),
            payload: plan.sealed_payload,
            photos: plan.sealed_photos,
            token: None,
            to_be_signed: None,
            signature: None,
            target,
            room: i64::try_from(room).map_err(|_| damaged("room"))?,
            attempts: 1,
            hold: hold.clone(),
            finished_at: None,
        };
        match licences::insert(&mut transaction, &licence).await {
            Err(StorageError::Conflict(_)) => return Ok(None),
            other => other?,
        }
        mints::insert(&mut transaction, &mint).await?;
        licence_holders::insert(&mut transaction, id, &holder_keys).await?;
        if let Some(predecessor) = &request.predecessor {
            let replacement = Replacement {
                licence_id: id,
                replaced_id: predecessor.licence_id,
                transition: predecessor.transition,
                actor: actor.id.clone(),
                department: actor.department.code.clone(),
                notes: predecessor.notes.clone(),
            };
            licence_changes::insert_replacement(&mut transaction, &replacement).await?;
        }
        seal_uses::plan(&mut transaction, &request.seal.planned_use(id, &definition.code, actor)).await?;
        if let Some(keys) = &keys {
            let known = KnownRequest { body_key: keys.body_key, licence_id: id };
            match idempotency::insert(&mut transaction, &keys.caller_key, &known, now).await {
                Err(StorageError::Conflict(_)) => return Ok(None),
                other => other?,
            }
        }
        let event = AuditEvent::new(AuditAction::ReserveLicence, actor, AuditOutcome::Done).about(id).with("type", &definition.code);
        self.audit(&mut transaction, &event).await?;
        failpoint!("mint.3.written");
        transaction.commit().await?;
        failpoint!("mint.3.after");

        Ok(Some(Reserved::New(Box::new(Work {
            licence_id: id,
            entry: request.entry.clone(),
            authority: request.authority.clone(),
            version: plan.version.into(),
            seal: request.seal.clone(),
            data_key: Arc::new(plan.data_key),
            payload: Arc::new(plan.payload),
            payload_json: Arc::new(plan.payload_json),
            photos: Arc::new(request.face.photos.clone()),
            signing_time,
            status_list: place.list,
            status_index,
            qr_text: None,
            target,
            room,
            signature: None,
            attempts: 1,
            hold,
        }))))
    }
}

/// The request with its photos as they will stand in the document: only these are stored.
fn printable(entry: Arc<PreparedType>, seal: ChosenSeal, mut face: Face, basis: Basis) -> Result<Arc<Request>, Refusal> {
    face.photos = print_photos(&entry.template, &face.photos).map_err(not_printable)?;
    let authority = seal.authority.clone();
    Ok(Arc::new(Request { entry, authority, seal: Arc::new(seal), face, predecessor: basis.predecessor, grade: basis.grade }))
}

/// Is the licence that is to be replaced still in a state that allows it? What else happened to it meanwhile does not matter.
async fn still_replaceable(transaction: &mut Transaction, predecessor: &Predecessor) -> Result<(), Refusal> {
    let row = licences::by_id_in(transaction, predecessor.licence_id).await?.ok_or(Refusal::NotFound)?;
    if row.state == predecessor.state && row.state_version == predecessor.state_version {
        return Ok(());
    }
    row.state.after(predecessor.transition).map(|_| ()).map_err(Refusal::from)
}

fn payload(request: &Request, licence_id: LicenceId, salt: String, number: &str, version: u16) -> Result<Payload, Refusal> {
    let (definition, face, issuer) = (&request.entry.licence_type, &request.face, &request.authority.party);
    let template = &request.entry.template;
    let serial = match &request.predecessor {
        Some(predecessor) => predecessor.serial.clone(),
        None => Identifier::serial_for(number, licence_id),
    };
    let identifier = TypeCode::parse(&definition.code)
        .and_then(|code| Identifier::new(code, &request.authority.code, &serial, version))
        .map_err(|e| Refusal::Unavailable { cause: e.to_string() })?
        .to_string();
    let pages = print(template, &face.values(definition, issuer, number, &identifier)).map_err(not_printable)?;
    Ok(Payload {
        format: PAYLOAD_FORMAT.into(),
        licence_id,
        salt,
        identifier,
        number: number.to_owned(),
        licence_type: TypeRef { code: definition.code.clone(), name: definition.name.clone(), version: definition.version },
        template: TemplateRef { name: template.template().name.clone(), version: template.template().version, digest: template.digest() },
        issuer: issuer.clone(),
        issued_on: face.issued_on.to_string(),
        valid_from: face.valid_from.map(|day| day.to_string()),
        valid_until: face.valid_until.map(|until| until.to_string()),
        holders: face.holders.clone(),
        fields: face.fields.clone(),
        photos: face.photos.iter().map(|(code, bytes)| (code.clone(), Digest::of(bytes))).collect(),
        pages,
    })
}

/// What is wrong with the face data is the caller's to correct; what is wrong with the template is the operator's.
fn not_printable(error: RenderError) -> Refusal {
    match error {
        RenderError::MissingGlyph { .. }
        | RenderError::DoesNotFit { .. }
        | RenderError::TooManyRows { .. }
        | RenderError::BadImage { .. }
        | RenderError::PhotoAspect { .. }
        | RenderError::QrTooLarge => Refusal::CannotPrint(error),
        RenderError::BadFont { .. }
        | RenderError::MissingFontFile { .. }
        | RenderError::UnknownFont { .. }
        | RenderError::MissingImage { .. }
        | RenderError::Mismatch(_)
        | RenderError::BadTemplate(_) => Refusal::Unavailable { cause: error.to_string() },
    }
}
