//! Fills the register with invented licences (测试证照), for tests of scale: whole rows, sealed like real ones, in large transactions.
//! They have no document: where it would stand is known, but the file is not there.

mod invent;

pub use invent::Invented;

use crate::{
    code::index_permutation::IndexPermutation,
    domain::{
        actor::Actor,
        audit::{AuditAction, AuditEvent, AuditOutcome},
        authority::Action,
        canonical,
        date::LicenceDate,
        digest::Digest,
        licence_type::FieldDefinition,
        payload::{FieldValue, PAYLOAD_FORMAT, Payload, TemplateRef, TypeRef},
        seal_level::SealLevel,
        trust_grade::TrustGrade,
    },
    services::{
        PreparedType, ReadyAuthority, Refusal, Services,
        describe_licence::{Identity, damaged},
        mint::LICENCES_A_LIST,
    },
    storage::{
        counters,
        error::StorageError,
        licence_holders,
        licences::{self, LicenceRow},
        mints::{self, Hold, MintRow},
        sealed_documents::{self, DocumentRow},
        status_lists::{self, Place},
        vault::Lookup,
    },
};
use std::sync::Arc;

/// Counts the invented licences of a register.
const COUNTER: &str = "seeded licences";
/// Licences that one transaction adds.
const BATCH: u64 = 1000;
/// A day in milliseconds.
const DAY: i64 = 86_400_000;
/// Digits of an invented token: as long as a real one.
const TOKEN_DIGITS: usize = 480;

/// One licence, sealed, without its place in a status list.
struct Planned {
    licence: LicenceRow,
    holder_key: [u8; 32],
    mint: MintRow,
    document: DocumentRow,
}

impl Services {
    /// Adds invented licences until there are `total` of them; calls `told` with their number after each transaction. It goes on where it
    /// was interrupted.
    pub async fn seed_licences(&self, actor: &Actor, total: u64, mut told: impl FnMut(u64)) -> Result<u64, Refusal> {
        self.permit(actor, Action::SeedLicences, &actor.department.code).await?;
        let mut done = self.seeded().await?;
        let mut planned = self.plan_batch(done, total).await?;
        while !planned.is_empty() {
            let after = done + planned.len() as u64;
            // The next batch is sealed while this one is written.
            let (written, next) = tokio::join!(self.write_batch(actor, done, planned), self.plan_batch(after, total));
            written?;
            (done, planned) = (after, next?);
            told(done);
        }
        Ok(done)
    }

    /// How many invented licences there are.
    pub async fn seeded(&self) -> Result<u64, Refusal> {
        Ok(u64::try_from(counters::last(&self.store.database, COUNTER).await?).unwrap_or_default())
    }

    /// The `n`-th invented licence, from 1.
    pub fn invented(&self, n: u64) -> Result<Invented, Refusal> {
        let (entry, authority) = self.maker(n)?;
        invent::invent(n, &entry.licence_type, &authority.code).map_err(|e| Refusal::Unavailable { cause: e.to_string() })
    }

    /// Types and departments take turns.
    fn maker(&self, n: u64) -> Result<(Arc<PreparedType>, Arc<ReadyAuthority>), Refusal> {
        let none = || Refusal::Unavailable { cause: "there is no licence type, or no department with a seal".into() };
        let keyring = self.keyring();
        let authorities: Vec<_> = keyring.all_current(self.now()).collect();
        let types: Vec<_> = self.types.entries().collect();
        let turn = usize::try_from(n).unwrap_or_default();
        let authority = authorities.get(turn.checked_rem(authorities.len()).ok_or_else(none)?).ok_or_else(none)?;
        let entry = types.get(turn.checked_rem(types.len()).ok_or_else(none)?).ok_or_else(none)?;
        Ok((Arc::clone(entry), Arc::clone(authority)))
    }

    async fn plan_batch(&self, done: u64, total: u64) -> Result<Vec<Planned>, Refusal> {
        let mut invented = Vec::new();
        for n in done + 1..=total.min(done + BATCH) {
            invented.push((self.invented(n)?, self.maker(n)?));
        }
        let (store, url, now) = (self.store.clone(), self.public_url.clone(), self.now_ms());
        self.on_worker(move || {
            invented.iter().map(|(one, (entry, authority))| plan(&store.vault, one, (entry, authority), &url, now)).collect()
        })
        .await?
    }

    async fn write_batch(&self, actor: &Actor, done: u64, planned: Vec<Planned>) -> Result<(), Refusal> {
        let permutation = IndexPermutation::new(&self.store.vault.lookup(Lookup::StatusIndex, &[])?);
        let count = i64::try_from(planned.len()).map_err(|_| damaged(COUNTER))?;
        let from = i64::try_from(done).map_err(|_| damaged(COUNTER))?;
        let mut transaction = self.store.database.begin().await?;
        if !counters::advance(&mut transaction, COUNTER, from, from + count).await? {
            return Err(StorageError::Busy.into());
        }
        let mut issuers: Vec<String> = planned.iter().map(|one| one.licence.issuer_code.clone()).collect();
        issuers.sort_unstable();
        let mut places = Vec::new();
        for same in issuers.chunk_by(|a, b| a == b) {
            let Some(issuer) = same.first() else { continue };
            places.push((issuer.clone(), status_lists::next_places(&mut transaction, issuer, LICENCES_A_LIST, same.len()).await?));
        }
        for mut one in planned {
            let own = places.iter_mut().find(|(issuer, _)| *issuer == one.licence.issuer_code);
            let place = own.and_then(|(_, places)| places.pop()).ok_or_else(|| damaged("status_lists"))?;
            one.licence.status_list = place.list;
            one.licence.status_index = index(&permutation, place).ok_or_else(|| damaged("status_lists"))?;
            licences::insert(&mut transaction, &one.licence).await?;
            licence_holders::insert(&mut transaction, one.licence.licence_id, &[one.holder_key]).await?;
            mints::insert_finished(&mut transaction, &one.mint).await?;
            sealed_documents::add(&mut transaction, &one.document).await?;
        }
        let event = AuditEvent::new(AuditAction::SeedLicences, actor, AuditOutcome::Done).with("licences", count);
        self.audit(&mut transaction, &event).await?;
        Ok(transaction.commit().await?)
    }
}

fn index(permutation: &IndexPermutation, place: Place) -> Option<i64> {
    permutation.index(u32::try_from(place.list).ok()?, u32::try_from(place.counter).ok()?).map(i64::from)
}

fn plan(
    vault: &crate::storage::vault::Vault,
    one: &Invented,
    (entry, authority): (&PreparedType, &ReadyAuthority),
    url: &str,
    now: i64,
) -> Result<Planned, Refusal> {
    let (definition, template, id) = (&entry.licence_type, &entry.template, one.licence_id);
    let day = |days: i64| LicenceDate::from_days_since_epoch(days).map(|day| day.to_string());
    let text = |field: &FieldDefinition| (field.code.clone(), FieldValue::Text(format!("示例{}", field.name)));
    let payload = Payload {
        format: PAYLOAD_FORMAT.into(),
        licence_id: id,
        salt: hex::encode(Digest::of(&id.0).0.get(..16).unwrap_or_default()),
        identifier: one.identifier.clone(),
        number: one.number.clone(),
        licence_type: TypeRef { code: definition.code.clone(), name: definition.name.clone(), version: definition.version },
        template: TemplateRef { name: template.template().name.clone(), version: template.template().version, digest: template.digest() },
        issuer: authority.party.clone(),
        issued_on: day(one.issued_on).unwrap_or_default(),
        valid_from: None,
        valid_until: one.valid_until.and_then(day),
        holders: vec![one.holder.clone()],
        fields: definition.fields.iter().map(text).collect(),
        photos: Default::default(),
        pages: Vec::new(),
    };
    let unavailable = |e: serde_json::Error| Refusal::Unavailable { cause: e.to_string() };
    let payload = canonical::to_vec(&payload).map_err(|e| Refusal::Unavailable { cause: e.to_string() })?;
    let identity = Identity { identifier: one.identifier.clone(), number: one.number.clone() };
    let identity = serde_json::to_vec(&identity).map_err(unavailable)?;
    let (key, data_key) = vault.new_data_key(&id.0)?;
    let seal = |what: &str, plain: &[u8]| vault.seal(&key, &id.0, what, plain);
    let created_at = (one.issued_on * DAY).min(now);
    let file = Digest::of(&payload);
    Ok(Planned {
        holder_key: vault.lookup(Lookup::Holder, &[one.holder.code_type.as_bytes(), one.holder.code.as_bytes()])?,
        mint: MintRow {
            licence_id: id,
            template: template.template().name.clone(),
            template_digest: template.digest().0,
            seal_certificate: authority.seal_facts.certificate_digest().0,
            signing_time: created_at / 1000,
            payload: seal("payload", &payload)?,
            photos: None,
            token: Some(seal("token", format!("{url}/q#1{}", "7".repeat(TOKEN_DIGITS)).as_bytes())?),
            to_be_signed: None,
            signature: None,
            target: SealLevel::B,
            room: 0,
            attempts: 1,
            hold: Hold { owner: String::new(), fence: 1, lease_until: created_at },
            finished_at: Some(created_at),
        },
        document: DocumentRow {
            signed_digest: Digest::of(&id.0).0,
            licence_id: id,
            file_digest: file.0,
            name: hex::encode(file.0),
            size: 0,
            made_at: created_at,
            level: SealLevel::B,
            target: SealLevel::B,
            proof_until: None,
        },
        licence: LicenceRow {
            licence_id: id,
            type_code: definition.code.clone(),
            type_version: definition.version.into(),
            issuer_code: authority.party.code.clone(),
            identifier_key: vault.lookup(Lookup::Identifier, &[one.identifier.as_bytes()])?,
            number_key: vault
                .lookup(Lookup::Number, &[definition.code.as_bytes(), authority.party.code.as_bytes(), one.number.as_bytes()])?,
            version: 1,
            state: one.state,
            state_version: 2,
            state_changed_at: created_at,
            status_list: 0,
            status_index: 0,
            data_key,
            identity: seal("identity", &identity)?,
            state_reason: None,
            created_at,
            valid_from: Some(one.issued_on),
            valid_until: one.valid_until,
            state_by: None,
            archived_at: None,
            inspected_until: None,
            trust_grade: TrustGrade::A,
            holders: 1,
        },
    })
}
