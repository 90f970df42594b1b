//! Our own verifier judges every document before it is handed out: it must be valid, the licence that was meant, and of the level that was made.

use crate::{
    domain::{
        digest::Digest,
        licence::{LicenceId, LicenceState},
        seal_level::SealLevel,
        verdict::{ReasonCode, Report, Verdict},
    },
    services::Services,
    verify::{Limits, Policy, RegisterAnswer, RevocationRule, conclude, examine},
};

/// What the verifier must read in a document.
pub(super) struct Expected {
    pub licence_id: LicenceId,
    pub identifier: String,
    pub signed_digest: Digest,
    pub payload_digest: Digest,
    pub level: SealLevel,
}

impl Services {
    /// Gives the document back when it is sound; else what is wrong with it, for the log.
    pub(super) async fn check_own(&self, document: Vec<u8>, expected: Expected) -> Result<Vec<u8>, String> {
        // What the register will say once the document is released.
        let answer = RegisterAnswer {
            state: Some(LicenceState::Active),
            signed_digest_matches: true,
            payload_digest_matches: true,
            as_of: self.now(),
        };
        let (evidence, at) = (self.evidence(Some(answer)), self.now());
        // From B-LT on the document must stand without anything from outside.
        let revocation = if expected.level >= SealLevel::Lt { RevocationRule::Require } else { RevocationRule::Prefer };
        let policy = Policy { revocation, ..Policy::default() };
        self.on_worker(move || {
            let examined = examine(&document, &Limits::default()).map_err(|e| e.to_string())?;
            let question = examined.register_question().ok_or("its own verifier does not recognise it as a licence")?;
            let same = question.licence_id == expected.licence_id
                && question.identifier == expected.identifier
                && question.signed_digest == expected.signed_digest
                && question.payload_digest == expected.payload_digest;
            if !same {
                return Err("its own verifier reads another licence in it".to_owned());
            }
            let report = conclude(&examined, &evidence, &policy, at);
            let level = report.signatures.first().and_then(|seal| seal.level.as_deref());
            if level != Some(expected.level.as_str()) {
                return Err(format!("its own verifier sees level {level:?}, it should be {}; {}", expected.level, words(&report)));
            }
            if is_sound(&report) { Ok(document) } else { Err(words(&report)) }
        })
        .await
        .map_err(|refusal| refusal.to_string())?
    }
}

/// Valid; or in every way but that the licence's own days are not now: stock that has expired, or a licence for next month.
fn is_sound(report: &Report) -> bool {
    let days = [ReasonCode::LicenceExpired.as_str(), ReasonCode::LicenceNotYet.as_str()];
    let other = ReasonCode::ALL.iter().filter(|code| code.effect() != Verdict::Valid).map(|code| code.as_str());
    let mut other = other.filter(|code| !days.contains(code));
    let only_days = report.verdict == Verdict::Invalid
        && report.reasons.iter().any(|r| days.contains(&r.code.as_str()))
        && !other.any(|code| report.reasons.iter().any(|r| r.code == code));
    report.verdict == Verdict::Valid || only_days
}

fn words(report: &Report) -> String {
    let codes: Vec<_> = report.reasons.iter().map(|r| r.code.as_str()).collect();
    format!("verdict {:?}: {}", report.verdict, codes.join(", "))
}
