//! Second half of a verification: what was examined, the evidence, the policy and the moment make a report.

use crate::cms::build_path::{PathError, build_path};
use crate::cms::read_certificate::Certificate;
use crate::code::CodeError;
use crate::domain::verdict::{ChangesAfter, ReasonCode, Report, ReportKind, SignatureReport, StatusReport, Verdict};
use crate::verify::conclude_licence::{conclude_licence, licence_report};
use crate::verify::evidence::{Evidence, RegisterAnswer, TrustUse};
use crate::verify::examine::{Examined, ExaminedSignature};
use crate::verify::pdf_date::rfc3339;
use crate::verify::policy::Policy;
use crate::verify::token::{StatusAnswer, StatusSource, report_token};
use time::OffsetDateTime;

/// Concludes about an examined file at the moment `at`: certificates and dates are judged about that moment, which proves
/// nothing about when the seal was made. Pure.
pub fn conclude(examined: &Examined, evidence: &Evidence, policy: &Policy, at: OffsetDateTime) -> Report {
    let mut reasons: Vec<ReasonCode> = examined.stray.into_iter().collect();
    let mut signatures = Vec::with_capacity(examined.signatures.len());
    for signature in &examined.signatures {
        let judged = judge_signature(signature, evidence, at);
        reasons.extend(judged.failure);
        if signature.changes_after == ChangesAfter::Other && signature.facts.failure != Some(ReasonCode::FormatFailure) {
            reasons.push(ReasonCode::ModifiedAfterSigning);
        }
        if examined.licence.is_some() && judged.unused_certificates {
            reasons.push(ReasonCode::SigConstraints);
        }
        signatures.push(report_signature(signature, judged.failure));
    }
    if examined.signatures.is_empty() {
        reasons.push(ReasonCode::SigConstraints);
    }
    let mut qr = None;
    match &examined.licence {
        Some(licence) => {
            let concluded = conclude_licence(licence, examined.signatures.first(), evidence, policy, at);
            reasons.extend(concluded.reasons);
            qr = concluded.qr;
        }
        None => reasons.push(ReasonCode::NoLicencePayload),
    }
    reasons.push(ReasonCode::RevocationNotChecked);
    if evidence.register.is_none() {
        reasons.push(ReasonCode::StatusNotChecked);
    }
    let (verdict, reasons) = weigh(reasons);
    Report {
        kind: ReportKind::File,
        verdict,
        reasons: reasons.into_iter().map(ReasonCode::reason).collect(),
        signatures,
        qr,
        status: evidence.register.as_ref().map(status_report),
        licence: examined.licence.as_ref().and_then(|licence| licence.payload.as_ref()).map(licence_report),
    }
}

/// Concludes about the text of a QR code, or its `LC1:` form. An error means that the text is no licence code at all.
pub fn conclude_token(text: &str, evidence: &Evidence, policy: &Policy, at: OffsetDateTime) -> Result<Report, CodeError> {
    let status = evidence.register.as_ref().map(status_answer);
    report_token(text, &evidence.qr_keys, status.as_ref(), at, policy.audience.as_deref())
}

/// What the register said, as a token's status.
pub(super) fn status_answer(answer: &RegisterAnswer) -> StatusAnswer {
    StatusAnswer { state: answer.state, as_of: answer.as_of, good_until: None, source: StatusSource::Register }
}

struct Judged {
    failure: Option<ReasonCode>,
    /// Does the CMS carry certificates that its path does not use?
    unused_certificates: bool,
}

/// Adds the path to a trusted anchor (check V10) to what the bytes said.
fn judge_signature(signature: &ExaminedSignature, evidence: &Evidence, at: OffsetDateTime) -> Judged {
    let facts = &signature.facts;
    let whole = |failure| Judged { failure, unused_certificates: false };
    if facts.failure.is_some() {
        return whole(facts.failure);
    }
    let Some(signer) = &facts.signer else { return whole(Some(ReasonCode::NoSigningCertificate)) };
    if evidence.anchors.is_empty() {
        return whole(Some(ReasonCode::NoChain));
    }
    let Ok(leaf) = Certificate::read(&signer.der) else { return whole(Some(ReasonCode::ChainGeneral)) };
    let anchors: Vec<_> =
        evidence.anchors.iter().filter(|anchor| anchor.trusts(TrustUse::Seal, at)).map(|anchor| anchor.trust_anchor().clone()).collect();
    let others: Vec<&[u8]> = facts.others.iter().map(Vec::as_slice).collect();
    match build_path(&leaf, &others, &anchors, at) {
        Ok(path) => Judged { failure: None, unused_certificates: path.used.len() != others.len() },
        Err(error) => whole(Some(path_failure(error))),
    }
}

fn path_failure(error: PathError) -> ReasonCode {
    match error {
        PathError::NoChain => ReasonCode::NoChain,
        PathError::OutOfValidity => ReasonCode::CertExpired,
        PathError::Constraints => ReasonCode::ChainConstraints,
        PathError::Unsupported => ReasonCode::CryptoConstraints,
        PathError::Malformed => ReasonCode::ChainGeneral,
    }
}

fn report_signature(signature: &ExaminedSignature, failure: Option<ReasonCode>) -> SignatureReport {
    let indication = match failure.map(ReasonCode::effect) {
        None | Some(Verdict::Valid) => "TOTAL-PASSED",
        Some(Verdict::Invalid) => "TOTAL-FAILED",
        Some(Verdict::Indeterminate) => "INDETERMINATE",
    };
    SignatureReport {
        signer: signature.facts.signer.as_ref().map(|signer| signer.name.clone()),
        algorithm: signature.facts.algorithm.map(str::to_owned),
        level: (signature.facts.baseline && signature.facts.failure.is_none()).then(|| "B-B".to_owned()),
        indication: indication.into(),
        sub_indication: failure.map(|code| code.as_str().to_owned()),
        signed_at: signature.signed_at.clone(),
        covers_whole_file: signature.covers_whole_file,
        changes_after: signature.changes_after,
        best_signature_time: None,
        time_stamps: Vec::new(),
        evidence: Vec::new(),
        changes: Vec::new(),
    }
}

fn status_report(answer: &RegisterAnswer) -> StatusReport {
    StatusReport {
        state: answer.state.map_or("unknown", |state| state.as_str()).to_owned(),
        as_of: rfc3339(answer.as_of).unwrap_or_default(),
        source: "register".into(),
    }
}

/// The verdict is the worst effect of any reason; the worst reasons come first, each once, otherwise in the order found.
fn weigh(found: Vec<ReasonCode>) -> (Verdict, Vec<ReasonCode>) {
    let rank = |code: &ReasonCode| match code.effect() {
        Verdict::Invalid => 0,
        Verdict::Indeterminate => 1,
        Verdict::Valid => 2,
    };
    let mut reasons: Vec<ReasonCode> = Vec::with_capacity(found.len());
    for code in found {
        if !reasons.contains(&code) {
            reasons.push(code);
        }
    }
    reasons.sort_by_key(rank);
    (reasons.first().map_or(Verdict::Valid, |worst| worst.effect()), reasons)
}
