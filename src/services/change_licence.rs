//! Makes a new version of a licence: change (变更), renewal (延续), re-issue (补发). The old version stays as it is until the new one is
//! released, and is superseded in that transaction; a new version that fails leaves it untouched.

use crate::{
    domain::{
        actor::{Actor, Role},
        audit::{AuditAction, AuditEvent, AuditOutcome},
        canonical,
        change_notes::ChangeNotes,
        date::Until,
        face::{self, Face, FaceInput, FieldProblem, PhotoBytes, ProblemCode},
        identifier::Identifier,
        licence_type::{LicenceType, Review},
        life::Transition,
        payload::{FieldValue, Payload},
        trust_grade::TrustGrade,
    },
    services::{
        Minted, Refusal, Services,
        change_state::action_of,
        describe_licence::{OpenLicence, damaged},
        mint::{Basis, Predecessor, open_photos},
    },
    storage::idempotency,
};
use std::{collections::BTreeMap, sync::Arc};

/// What a renewal may set.
const DATES: [&str; 3] = ["ZZBFRQ", "ZZYXQQSRQ", "ZZYXQJZRQ"];
/// A single holder in flat codes.
const HOLDER: [&str; 3] = ["CZZT", "CZZTDM", "CZZTDMLXDM"];

/// What is asked for.
#[derive(Clone, Debug)]
pub struct VersionRequest {
    /// Change, renewal or re-issue.
    pub transition: Transition,
    /// Face data that differ from the old version's: what is given replaces, an empty text removes, what is not given stays. A
    /// renewal takes dates only, a re-issue nothing.
    pub face: FaceInput,
    /// Why.
    pub notes: ChangeNotes,
    /// As for a mint.
    pub idempotency_key: Option<String>,
}

impl Services {
    /// Makes and releases the next version of the licence with the identifier (证照标识), for the department that issued it.
    pub async fn change_licence(self: &Arc<Self>, actor: &Actor, identifier: &str, request: VersionRequest) -> Result<Minted, Refusal> {
        let transition = request.transition;
        let changed = self.try_change_licence(actor, identifier, request).await;
        match changed {
            Ok(minted) => self.await_validation(minted).await,
            Err(refusal) => {
                let event = AuditEvent::new(AuditAction::ChangeLicence, actor, AuditOutcome::Refused);
                self.audit_refusal(event.with("transition", transition.as_str()), &refusal).await;
                Err(refusal)
            }
        }
    }

    async fn try_change_licence(&self, actor: &Actor, identifier: &str, request: VersionRequest) -> Result<Minted, Refusal> {
        let transition = request.transition;
        let action = action_of(transition);
        self.permit_somewhere(actor, action).await?;
        let licence = self.find_for(actor, action, identifier).await?;
        let (id, type_code) = (licence.row.licence_id, licence.row.type_code.clone());
        let notes = request.notes.checked(transition).map_err(Refusal::BadNotes)?;
        let body = canonical::to_vec(&(transition, &request.face, &notes)).map_err(|e| Refusal::Unavailable { cause: e.to_string() })?;
        let keys = self.request_keys(actor, request.idempotency_key.as_deref(), &[b"version", &id.0, &body])?;
        if let Some(keys) = &keys
            && let Some(known) = idempotency::look_up(&self.store.database, &keys.caller_key).await?
        {
            return self.answer_again(actor, keys, known).await;
        }
        if !transition.makes_version() {
            return Err(Refusal::WrongState(licence.row.state));
        }
        licence.row.state.after(transition)?;

        let entry = self.types.find(&type_code).ok_or(Refusal::UnknownType(type_code.clone()))?.clone();
        // What needs two people for its first version needs them for every other content, too.
        let reviewed = entry.licence_type.issue.review == Review::Required && transition != Transition::Reissue;
        if reviewed && !actor.has(Role::System) {
            return Err(Refusal::ReviewRequired);
        }
        let seal = self.choose_seal(actor, &type_code).await?;
        self.may_mint(actor, &type_code).await?;
        if seal.authority.party.code != licence.row.issuer_code {
            return Err(Refusal::NotYourType);
        }
        let (before, number) = self.face_of(&licence).await?;
        let face = next_face(&entry.licence_type, transition, before, request.face, &number)?;
        let identity = self.open_identity(&licence)?;
        let serial = Identifier::parse(&identity.identifier).map_err(|_| damaged("identity"))?.serial().to_owned();
        let predecessor = Predecessor {
            licence_id: id,
            state: licence.row.state,
            state_version: licence.row.state_version,
            number: identity.number,
            serial,
            transition,
            notes: self.seal_notes(&licence.key, id, &notes)?,
        };
        let basis = Basis { predecessor: Some(predecessor), grade: TrustGrade::A };
        let reserved = self.reserve_with_keys(actor, entry, seal, face, keys, basis).await?;
        self.go_on_with(actor, keys, reserved).await
    }

    /// The face data that a licence was made from, and its number.
    async fn face_of(&self, licence: &OpenLicence) -> Result<(FaceInput, String), Refusal> {
        let mint = self.mint_of(licence.row.licence_id).await?;
        let payload = self.open_payload(licence, &mint)?;
        let photos = match &mint.photos {
            Some(sealed) => open_photos(&self.store.vault.open(&licence.key, &licence.row.licence_id.0, "photos", sealed)?)?,
            None => BTreeMap::new(),
        };
        let number = payload.number.clone();
        Ok((face_input(payload, photos), number))
    }
}

/// Face data as a department would send them to get this payload.
fn face_input(payload: Payload, photos: BTreeMap<String, Vec<u8>>) -> FaceInput {
    let mut input = FaceInput { fields: payload.fields, ..FaceInput::default() };
    input.photos = photos.into_iter().map(|(code, bytes)| (code, PhotoBytes(bytes))).collect();
    let dates = [Some(payload.issued_on), payload.valid_from, payload.valid_until];
    for (code, date) in DATES.into_iter().zip(dates) {
        input.fields.extend(date.map(|date| (code.to_owned(), FieldValue::Text(date))));
    }
    let mut holders = payload.holders;
    match (holders.pop(), holders.is_empty()) {
        (Some(only), true) => {
            let parts = HOLDER.into_iter().zip([only.name, only.code, only.code_type]);
            input.fields.extend(parts.map(|(code, part)| (code.to_owned(), FieldValue::Text(part))));
        }
        (last, _) => {
            holders.extend(last);
            input.holders = holders;
        }
    }
    input
}

/// The checked face data of the next version.
fn next_face(
    licence_type: &LicenceType,
    transition: Transition,
    before: FaceInput,
    given: FaceInput,
    number: &str,
) -> Result<Face, Refusal> {
    let not_allowed = |field: &str, zh: &str, en: &str| {
        let message = format!("{zh} {en}");
        Refusal::BadFields(vec![FieldProblem { field: field.to_owned(), code: ProblemCode::NotAllowed, message }])
    };
    let (changes, renews) = (transition == Transition::Change, transition == Transition::Renew);
    let takes = |code: &str| changes || (renews && DATES.contains(&code));
    let codes = given.fields.keys().chain(given.photos.keys()).map(String::as_str);
    let holders = (!given.holders.is_empty()).then_some("holders");
    if let Some(code) = codes.chain(holders).find(|code| *code != "ZZBH" && !takes(code)) {
        return Err(not_allowed(code, "延续只能更改日期，补发不能更改内容。", "A renewal changes dates only, a re-issue nothing."));
    }
    if given.fields.get("ZZBH").is_some_and(|given| *given != FieldValue::Text(number.to_owned())) {
        return Err(not_allowed("ZZBH", "新版本沿用原证照编号。", "A new version keeps the licence number."));
    }
    let old = face::check(licence_type, before.clone()).ok();
    let next = face::check(licence_type, overlaid(before, given)).map_err(Refusal::BadFields)?;
    // The old version may not fit today's definition; then there is nothing to compare with.
    let same = old.as_ref().is_some_and(|old| Face { number: old.number.clone(), ..next.clone() } == *old);
    let later = |old: &Face| match (old.valid_until, next.valid_until) {
        (Some(Until::Day(old)), Some(Until::Day(new))) => new > old,
        (Some(Until::Day(_)), Some(Until::LongTerm) | None) => true,
        (Some(Until::LongTerm) | None, _) => false,
    };
    if changes && same {
        return Err(Refusal::NothingChanged);
    }
    if renews && old.as_ref().is_some_and(|old| !later(old)) {
        return Err(not_allowed("ZZYXQJZRQ", "延续后的有效期截止日期须晚于原日期。", "A renewal must end later than the version before."));
    }
    Ok(next)
}

/// `before`, with what is given in its place.
fn overlaid(mut before: FaceInput, mut given: FaceInput) -> FaceInput {
    given.fields.remove("ZZBH");
    if !given.holders.is_empty() {
        before.holders = given.holders;
        before.fields.retain(|code, _| !HOLDER.contains(&code.as_str()));
    } else if given.fields.keys().any(|code| HOLDER.contains(&code.as_str())) {
        before.holders.clear();
    }
    before.fields.extend(given.fields);
    before.photos.extend(given.photos);
    before
}
