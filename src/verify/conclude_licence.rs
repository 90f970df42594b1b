//! What a licence's own data add to a verdict: certification, profile, content agreement, token, dates, the register's answer.

use crate::code::{Token, cose_from_text};
use crate::domain::date::{LicenceDate, Until};
use crate::domain::licence::LicenceState;
use crate::domain::payload::Payload;
use crate::domain::verdict::{LicenceReport, QrReport, QrVerdict, ReasonCode};
use crate::verify::conclude::status_answer;
use crate::verify::evidence::{Evidence, RegisterAnswer};
use crate::verify::examine::ExaminedSignature;
use crate::verify::licence_content::LicenceContent;
use crate::verify::policy::Policy;
use crate::verify::token::judge_token;
use time::OffsetDateTime;

/// What [`conclude_licence`] found.
pub struct ConcludedLicence {
    /// Reasons in the order found.
    pub reasons: Vec<ReasonCode>,
    /// What the token says.
    pub qr: Option<QrReport>,
}

/// Judges the licence data under the first signature, which must be the certifying seal.
pub fn conclude_licence(
    licence: &LicenceContent,
    seal: Option<&ExaminedSignature>,
    evidence: &Evidence,
    policy: &Policy,
    at: OffsetDateTime,
) -> ConcludedLicence {
    let mut reasons = Vec::new();
    match seal {
        Some(seal) if seal.facts.failure == Some(ReasonCode::FormatFailure) => {}
        Some(seal) => reasons.extend(judge_seal(seal)),
        None => reasons.push(ReasonCode::NotCertified),
    }
    if licence.disagreement.is_some() {
        reasons.push(ReasonCode::ContentMismatch);
    }
    if let Some(answer) = &evidence.register {
        reasons.extend(judge_register(answer));
    }
    let qr = judge_qr(licence, evidence, policy, at);
    reasons.extend(qr.as_ref().and_then(|(_, reason)| *reason));
    if let Some(payload) = &licence.payload {
        reasons.extend(judge_dates(payload, at));
    }
    ConcludedLicence { reasons, qr: qr.map(|(report, _)| report) }
}

/// An original is certified with P=1 or P=2, is baseline with nothing unsigned in the CMS but time-stamps, has one spelling of its
/// hex digits, and covers the file but for validation data.
fn judge_seal(seal: &ExaminedSignature) -> Vec<ReasonCode> {
    let mut reasons = Vec::new();
    if !matches!(seal.certifies, Some(1 | 2)) {
        reasons.push(ReasonCode::NotCertified);
    }
    if !seal.lower_case {
        reasons.push(ReasonCode::FormatFailure);
    }
    if !seal.facts.baseline {
        reasons.push(ReasonCode::SigConstraints);
    }
    // Bytes that belong to no revision; revisions are judged as changes.
    if !seal.covers_whole_file && seal.changes.is_empty() {
        reasons.push(ReasonCode::ModifiedAfterSigning);
    }
    reasons
}

fn judge_register(answer: &RegisterAnswer) -> Option<ReasonCode> {
    let by_state = match answer.state {
        None | Some(LicenceState::Minting | LicenceState::Void) => Some(ReasonCode::RegisterUnknown),
        Some(LicenceState::Revoked | LicenceState::Cancelled) => Some(ReasonCode::StatusRevoked),
        Some(LicenceState::Suspended | LicenceState::Restricted | LicenceState::Lost) => Some(ReasonCode::StatusSuspended),
        Some(LicenceState::Superseded) => Some(ReasonCode::StatusSuperseded),
        Some(LicenceState::Active) => None,
    };
    let same_document = answer.signed_digest_matches && answer.payload_digest_matches;
    match by_state {
        Some(ReasonCode::RegisterUnknown) => by_state,
        _ if !same_document => Some(ReasonCode::RegisterMismatch),
        other => other,
    }
}

/// A token whose key is not at hand makes no difference to the verdict, but is said.
fn judge_qr(licence: &LicenceContent, evidence: &Evidence, policy: &Policy, at: OffsetDateTime) -> Option<(QrReport, Option<ReasonCode>)> {
    let text = licence.token_text.as_ref()?;
    let Ok(token) = cose_from_text(text).and_then(|cose| Token::parse(&cose)) else {
        return Some((QrReport { verdict: QrVerdict::Tampered }, Some(ReasonCode::QrTampered)));
    };
    let status = evidence.register.as_ref().map(status_answer);
    let verdict = judge_token(&token, &evidence.qr_keys, status.as_ref(), at, policy.audience.as_deref());
    let key_at_hand = evidence.qr_keys.lookup(&token.kid).next().is_some();
    let reason = match verdict {
        // The state came from the register, which `judge_register` has heard.
        QrVerdict::Valid | QrVerdict::ValidAsOf | QrVerdict::Suspended | QrVerdict::Revoked | QrVerdict::Superseded => None,
        QrVerdict::NotYet => Some(ReasonCode::LicenceNotYet),
        QrVerdict::Expired => Some(ReasonCode::LicenceExpired),
        QrVerdict::Tampered => Some(ReasonCode::QrTampered),
        QrVerdict::UnknownIssuer if key_at_hand => Some(ReasonCode::QrUnknownIssuer),
        QrVerdict::UnknownIssuer => Some(ReasonCode::QrNotChecked),
        QrVerdict::NotForYou => Some(ReasonCode::QrNotForYou),
        QrVerdict::StaleVerifier => Some(ReasonCode::QrStale),
    };
    Some((QrReport { verdict }, reason))
}

/// 有效期 includes its first and its last day, in China's time.
fn judge_dates(payload: &Payload, at: OffsetDateTime) -> Option<ReasonCode> {
    let today = LicenceDate::in_china(at);
    let first = payload.valid_from.as_deref().unwrap_or(&payload.issued_on);
    let last = payload.valid_until.as_deref().map(Until::parse);
    match (LicenceDate::parse(first), last) {
        (Err(_), _) | (_, Some(Err(_))) => Some(ReasonCode::ContentMismatch),
        (Ok(first), _) if today < first => Some(ReasonCode::LicenceNotYet),
        (_, Some(Ok(last))) if last.day().is_some_and(|last| last < today) => Some(ReasonCode::LicenceExpired),
        _ => None,
    }
}

/// What the payload says, for a reader.
pub fn licence_report(payload: &Payload) -> LicenceReport {
    let holders: Vec<&str> = payload.holders.iter().map(|holder| holder.name.as_str()).collect();
    LicenceReport {
        identifier: Some(payload.identifier.clone()),
        type_code: payload.licence_type.code.clone(),
        type_name: Some(payload.licence_type.name.clone()),
        number: payload.number.clone(),
        holder: (!holders.is_empty()).then(|| holders.join("、")),
        issuer: Some(payload.issuer.name.clone()),
        issued_on: Some(payload.issued_on.clone()),
        valid_until: payload.valid_until.clone(),
    }
}
