//! Judges a licence token (QR code) offline: the key it is pinned to, its signature, its dates, then the status at hand.

use crate::code::status_list::StatusListToken;
use crate::code::{Claims, CodeError, Token, cose_from_text, verify_signature};
use crate::domain::date::LicenceDate;
use crate::domain::key_set::{KeySet, QrKey, TokenAlgorithm};
use crate::domain::licence::LicenceState;
use crate::domain::verdict::{LicenceReport, QrReport, QrVerdict, ReasonCode, Report, ReportKind, StatusReport, Verdict};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// How far the issuer's clock may be ahead of ours, in seconds.
const CLOCK_SKEW: i64 = 300;

/// What is known of the licence's state from elsewhere than the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusAnswer {
    /// The state; `None` when the register does not know the licence.
    pub state: Option<LicenceState>,
    /// When that was so.
    pub as_of: OffsetDateTime,
    /// After this moment the answer is too old to call a licence in force; `None` = asked just now.
    pub good_until: Option<OffsetDateTime>,
    /// Who said so.
    pub source: StatusSource,
}

/// Where a state comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusSource {
    /// The register itself.
    Register,
    /// A signed status list.
    StatusList,
}

impl StatusSource {
    fn as_str(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::StatusList => "status-list",
        }
    }
}

impl StatusAnswer {
    /// What a signed list says of a token's licence; `None` when the list is another one, of another issuer, not signed by
    /// one of the issuer's keys, or has no such place.
    pub fn from_list(list: &StatusListToken, claims: &Claims, keys: &KeySet) -> Option<Self> {
        let number = list.claims.subject.rsplit('/').next().and_then(|last| last.parse::<u32>().ok());
        if list.claims.issuer != claims.issuer || number != Some(claims.status.list) {
            return None;
        }
        let issued_at = OffsetDateTime::from_unix_timestamp(list.claims.issued_at).ok()?;
        let signed = candidates(keys, &list.kid, list.alg).any(|key| {
            key.issuer == claims.issuer
                && (key.not_before..=key.not_after).contains(&issued_at)
                && verify_signature(key, list.signed_message(), &list.signature)
        });
        let state = match list.list.get(claims.status.index)? {
            0 => LicenceState::Active,
            1 => LicenceState::Revoked,
            2 => LicenceState::Suspended,
            _ => LicenceState::Superseded,
        };
        let good_until = OffsetDateTime::from_unix_timestamp(list.claims.expires).ok()?;
        signed.then_some(Self { state: Some(state), as_of: issued_at, good_until: Some(good_until), source: StatusSource::StatusList })
    }
}

/// Judges a token at the moment `at`. `audience` is the code of the organisation that verifies; an annotated copy (加注件) is for
/// the audience named in it and for nobody else. The digest against the document is compared by whoever has the document.
pub fn judge_token(token: &Token, keys: &KeySet, status: Option<&StatusAnswer>, at: OffsetDateTime, audience: Option<&str>) -> QrVerdict {
    match judge_signature(token, keys) {
        Ok(()) => {}
        Err(verdict) => return verdict,
    }
    let claims = &token.claims;
    if let Some(verdict) = judge_dates(claims, at) {
        return verdict;
    }
    if claims.annotation.as_ref().is_some_and(|annotation| Some(annotation.audience.as_str()) != audience) {
        return QrVerdict::NotForYou;
    }
    status.map_or(QrVerdict::ValidAsOf, |answer| judge_status(answer, at))
}

/// Signature by a key that is pinned to the token's algorithm, issuer and type, and was valid when the token was signed.
fn judge_signature(token: &Token, keys: &KeySet) -> Result<(), QrVerdict> {
    if keys.lookup(&token.kid).next().is_none() {
        return Err(QrVerdict::UnknownIssuer);
    }
    let signed_at = OffsetDateTime::from_unix_timestamp(token.claims.issued_at);
    let mut verdict = QrVerdict::Tampered;
    for key in candidates(keys, &token.kid, token.alg) {
        if verify_signature(key, token.signed_message(), &token.signature) {
            if signed_at.is_ok_and(|at| key.may_sign(&token.claims.issuer, &token.claims.type_code, at)) {
                return Ok(());
            }
            verdict = QrVerdict::UnknownIssuer;
        }
    }
    Err(verdict)
}

fn candidates<'a>(keys: &'a KeySet, kid: &'a [u8; 4], alg: i64) -> impl Iterator<Item = &'a QrKey> {
    keys.lookup(kid).filter(move |key| TokenAlgorithm::from_cose_id(alg) == Some(key.alg))
}

fn judge_dates(claims: &Claims, at: OffsetDateTime) -> Option<QrVerdict> {
    let (second, today) = (at.unix_timestamp(), LicenceDate::in_china(at).days_since_epoch());
    if claims.issued_at > second.saturating_add(CLOCK_SKEW) || claims.first_day().is_some_and(|day| day > today) {
        return Some(QrVerdict::NotYet);
    }
    let over = claims.expires.is_some_and(|end| end < second)
        || claims.expiry_day.is_some_and(|day| day < today)
        || claims.annotation.as_ref().is_some_and(|annotation| annotation.not_after < second);
    over.then_some(QrVerdict::Expired)
}

fn judge_status(answer: &StatusAnswer, at: OffsetDateTime) -> QrVerdict {
    let stale = answer.good_until.is_some_and(|until| until < at);
    match answer.state {
        // What ended has ended for good, however old the news is.
        None | Some(LicenceState::Minting | LicenceState::Void | LicenceState::Revoked | LicenceState::Cancelled) => QrVerdict::Revoked,
        Some(LicenceState::Superseded) => QrVerdict::Superseded,
        Some(LicenceState::Active | LicenceState::Suspended | LicenceState::Restricted | LicenceState::Lost) if stale => {
            QrVerdict::StaleVerifier
        }
        Some(LicenceState::Suspended | LicenceState::Restricted | LicenceState::Lost) => QrVerdict::Suspended,
        Some(LicenceState::Active) => QrVerdict::Valid,
    }
}

/// Reads a text form and reports on it. An error means that the text holds no whole token (no licence code, or cut short); a
/// token that is not as it was signed is reported as tampered. What an unproven token says is not repeated in the report.
pub fn report_token(
    text: &str,
    keys: &KeySet,
    status: Option<&StatusAnswer>,
    at: OffsetDateTime,
    audience: Option<&str>,
) -> Result<Report, CodeError> {
    let token = match cose_from_text(text).and_then(|cose| Token::parse(&cose)) {
        Ok(token) => token,
        Err(CodeError::Damaged(_)) => return Ok(report(QrVerdict::Tampered, None, None)),
        Err(error) => return Err(error),
    };
    let verdict = judge_token(&token, keys, status, at, audience);
    Ok(match verdict {
        QrVerdict::Tampered | QrVerdict::UnknownIssuer => report(verdict, None, None),
        QrVerdict::Valid
        | QrVerdict::ValidAsOf
        | QrVerdict::NotYet
        | QrVerdict::Expired
        | QrVerdict::Suspended
        | QrVerdict::Revoked
        | QrVerdict::Superseded
        | QrVerdict::NotForYou
        | QrVerdict::StaleVerifier => report(verdict, Some(&token.claims), status),
    })
}

fn report(verdict: QrVerdict, claims: Option<&Claims>, status: Option<&StatusAnswer>) -> Report {
    let unknown = status.is_some_and(|answer| answer.state.is_none());
    let reasons = reason_of(verdict, unknown).map(ReasonCode::reason).into_iter().collect();
    Report {
        kind: ReportKind::Qr,
        verdict: reason_of(verdict, unknown).map_or(Verdict::Valid, ReasonCode::effect),
        reasons,
        signatures: Vec::new(),
        qr: Some(QrReport { verdict }),
        status: status.map(status_report),
        licence: claims.map(licence_report),
    }
}

fn reason_of(verdict: QrVerdict, unknown: bool) -> Option<ReasonCode> {
    Some(match verdict {
        QrVerdict::Valid => return None,
        QrVerdict::ValidAsOf => ReasonCode::StatusNotChecked,
        QrVerdict::NotYet => ReasonCode::LicenceNotYet,
        QrVerdict::Expired => ReasonCode::LicenceExpired,
        QrVerdict::Suspended => ReasonCode::StatusSuspended,
        QrVerdict::Revoked if unknown => ReasonCode::RegisterUnknown,
        QrVerdict::Revoked => ReasonCode::StatusRevoked,
        QrVerdict::Superseded => ReasonCode::StatusSuperseded,
        QrVerdict::Tampered => ReasonCode::QrTampered,
        QrVerdict::UnknownIssuer => ReasonCode::QrUnknownIssuer,
        QrVerdict::NotForYou => ReasonCode::QrNotForYou,
        QrVerdict::StaleVerifier => ReasonCode::QrStale,
    })
}

fn status_report(answer: &StatusAnswer) -> StatusReport {
    StatusReport {
        state: answer.state.map_or("unknown", LicenceState::as_str).into(),
        as_of: answer.as_of.format(&Rfc3339).unwrap_or_default(),
        source: answer.source.as_str().into(),
    }
}

fn licence_report(claims: &Claims) -> LicenceReport {
    let day = |day: Option<i64>| day.and_then(LicenceDate::from_days_since_epoch).map(|date| date.to_string());
    LicenceReport {
        identifier: None,
        type_code: claims.type_code.clone(),
        type_name: None,
        number: claims.number.clone(),
        holder: claims.holder.clone(),
        issuer: Some(claims.issuer.clone()),
        issued_on: day(claims.issue_day),
        valid_until: day(claims.expiry_day),
    }
}

#[cfg(test)]
mod tests;
