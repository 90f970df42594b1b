//! Step 4: the QR key signs the token, once; it is stored before anything is drawn, and recovery uses the stored one.

use crate::{
    code::{self, Claims, FIRST_DAY_IN_FORCE, StatusReference, TokenToSign, Value, fit_claims},
    domain::{
        date::{LicenceDate, Until},
        digest::Digest,
        face::HOLDER_SEPARATOR,
        key_set::TokenAlgorithm,
        licence::LicenceId,
        payload::{HolderRef, Payload},
    },
    services::{
        Services,
        failpoint::failpoint,
        mint::{Halt, Work},
    },
    storage::mints,
};
use std::collections::BTreeMap;
use time::OffsetDateTime;

const STEP: &str = "signing the QR token";

impl Services {
    pub(super) async fn sign_token(&self, work: &Work) -> Result<String, Halt> {
        let status = StatusReference {
            list: u32::try_from(work.status_list).map_err(|e| Halt::failed(STEP)(e.to_string()))?,
            index: u32::try_from(work.status_index).map_err(|e| Halt::failed(STEP)(e.to_string()))?,
        };
        let claims = claims(work.licence_id, &work.payload, &work.payload_json, status, work.signing_time);
        let claims = fit_claims(claims, &self.public_url).map_err(|e| Halt::failed(STEP)(e.to_string()))?;
        let (authority, public_url) = (work.authority.clone(), self.public_url.clone());
        let text = self
            .on_worker(move || {
                let token = TokenToSign::new(&claims, authority.qr_algorithm, authority.qr_kid);
                let signature = authority.qr.sign(&token.to_be_signed()).map_err(|e| e.to_string())?;
                let cose = finish(token, authority.qr_algorithm, &signature).map_err(|e| e.to_string())?;
                Ok(code::qr_text(&public_url, &cose))
            })
            .await
            .map_err(Halt::refusal(STEP))?
            .map_err(Halt::failed(STEP))?;

        failpoint!("mint.4.signed");
        let sealed = self.store.vault.seal(&work.data_key, &work.licence_id.0, "token", text.as_bytes()).map_err(Halt::storage(STEP))?;
        let mut transaction = self.store.database.begin().await.map_err(Halt::storage(STEP))?;
        mints::set_token(&mut transaction, work.licence_id, &work.hold, self.now_ms(), &sealed).await.map_err(Halt::storage(STEP))?;
        transaction.commit().await.map_err(Halt::storage(STEP))?;
        Ok(text)
    }
}

/// Our signers give ECDSA signatures as DER; COSE wants them raw.
fn finish(token: TokenToSign, algorithm: TokenAlgorithm, signature: &[u8]) -> Result<Vec<u8>, code::CodeError> {
    match algorithm {
        TokenAlgorithm::Esp256 => token.finish(&code::raw_signature_of_der(signature)?),
        TokenAlgorithm::Ed25519 => token.finish(signature),
    }
}

/// What the token says: only facts of the payload, its digest, and where the state stands.
pub(super) fn claims(id: LicenceId, payload: &Payload, json: &[u8], status: StatusReference, at: OffsetDateTime) -> Claims {
    let day = |text: &str| LicenceDate::parse(text).ok().map(LicenceDate::days_since_epoch);
    let issue_day = day(&payload.issued_on);
    let first_day = payload.valid_from.as_deref().and_then(day).filter(|first| Some(*first) > issue_day);
    let expiry = payload.valid_until.as_deref().and_then(|text| Until::parse(text).ok());
    let mut digest = [0; 16];
    digest.copy_from_slice(&Digest::of(json).0[..16]);
    let holders: Vec<_> = payload.holders.iter().map(HolderRef::public_name).collect();
    Claims {
        issuer: payload.issuer.code.clone(),
        issued_at: at.unix_timestamp(),
        expires: None,
        licence_id: id,
        type_code: payload.licence_type.code.clone(),
        number: payload.number.clone(),
        holder: Some(holders.join(HOLDER_SEPARATOR)),
        issue_day,
        expiry_day: expiry.and_then(Until::day).map(LicenceDate::days_since_epoch),
        status,
        digest,
        more: first_day.map(|first| BTreeMap::from([(FIRST_DAY_IN_FORCE, Value::Int(first))])).unwrap_or_default(),
        annotation: None,
    }
}
