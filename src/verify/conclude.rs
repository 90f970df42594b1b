//! Second half of a verification: what was examined, the evidence, the policy and the moment make a report.

use crate::code::CodeError;
use crate::domain::verdict::{ChangesAfter, ReasonCode, Report, ReportKind, SignatureReport, StatusReport, Verdict};
use crate::verify::conclude_licence::{conclude_licence, licence_report};
use crate::verify::differences::judge_changes;
use crate::verify::evidence::{Evidence, RegisterAnswer, RevocationQuestion};
use crate::verify::examine::{Examined, ExaminedSignature};
use crate::verify::judge_signature::{Judge, JudgedSignature, missing};
use crate::verify::level::level;
use crate::verify::pdf_date::rfc3339;
use crate::verify::policy::Policy;
use crate::verify::token::{StatusAnswer, StatusSource, report_token};
use time::OffsetDateTime;

/// Concludes about an examined file at the moment `at`. That moment proves nothing about when the seal was made; valid time-stamps do,
/// and then the seal's certificates are judged about the moment that they prove. Pure.
pub fn conclude(examined: &Examined, evidence: &Evidence, policy: &Policy, at: OffsetDateTime) -> Report {
    let mut reasons: Vec<ReasonCode> = examined.stray.into_iter().collect();
    let judge = Judge::new(examined, evidence, policy, at);
    let mut signatures = Vec::with_capacity(examined.signatures.len());
    let (mut all, mut unjudged) = (Vec::with_capacity(examined.signatures.len()), false);
    for signature in &examined.signatures {
        let judged = judge.signature(signature);
        reasons.extend(judged.failure);
        reasons.extend(&judged.notes);
        let is_broken = signature.facts.failure == Some(ReasonCode::FormatFailure);
        let (mut changes_after, changes) = judge_changes(&signature.changes, policy.profile, examined.licence.is_some());
        if is_broken && !signature.covers_whole_file {
            changes_after = ChangesAfter::Other;
        }
        if changes_after == ChangesAfter::Other && !is_broken {
            reasons.push(ReasonCode::ModifiedAfterSigning);
        }
        if examined.licence.is_some() && judged.failure.is_none() && judged.chain.leaves_unused(&signature.facts.others) {
            reasons.push(ReasonCode::SigConstraints);
        }
        unjudged |= judged.chain.unjudged || judged.chain.path.is_empty();
        signatures.push(SignatureReport { changes_after, changes, ..report_signature(signature, &judged, &judge) });
        all.push(judged);
    }
    // Without a path nothing is known about the certificates that the evidence hangs from.
    let is_trusted = all.iter().all(|judged| judged.failure.is_none());
    if examined.store_is_broken || (examined.licence.is_some() && is_trusted && judge.has_idle_material(&all)) {
        reasons.push(ReasonCode::SigConstraints);
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
        None => {
            reasons.push(ReasonCode::NoLicencePayload);
            reasons.extend(examined.is_active.then_some(ReasonCode::ActiveContent));
        }
    }
    if unjudged {
        reasons.push(ReasonCode::RevocationNotChecked);
    }
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

/// The certificates whose state the evidence at hand does not tell, each once.
pub(super) fn revocation_needs(examined: &Examined, evidence: &Evidence, policy: &Policy, at: OffsetDateTime) -> Vec<RevocationQuestion> {
    let judge = Judge::new(examined, evidence, policy, at);
    let signatures: Vec<_> = examined.signatures.iter().map(|signature| judge.signature(signature)).collect();
    missing(&judge, &signatures)
}

fn report_signature<'a>(signature: &ExaminedSignature, judged: &JudgedSignature<'a>, judge: &Judge<'a>) -> SignatureReport {
    let indication = match judged.failure.map(ReasonCode::effect) {
        None | Some(Verdict::Valid) => "TOTAL-PASSED",
        Some(Verdict::Invalid) => "TOTAL-FAILED",
        Some(Verdict::Indeterminate) => "INDETERMINATE",
    };
    SignatureReport {
        signer: signature.facts.signer.as_ref().map(|signer| signer.name.clone()),
        algorithm: signature.facts.algorithm.map(str::to_owned),
        level: level(signature, judged, judge).map(str::to_owned),
        indication: indication.into(),
        sub_indication: judged.failure.map(|code| code.sub_indication().to_owned()),
        signed_at: signature.signed_at.clone(),
        covers_whole_file: signature.covers_whole_file,
        changes_after: ChangesAfter::None,
        best_signature_time: judged.known.proven.then(|| rfc3339(judged.known.at)).flatten(),
        time_stamps: judged.reports.clone(),
        evidence: judged.evidence(judge.document_stamps()),
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
