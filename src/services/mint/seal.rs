//! Steps 8 and 9: the seal key signs, the permit is used up; then our own verifier must call the document valid.

use crate::{
    cms::algorithm::SignatureAlgorithm,
    domain::{
        digest::Digest,
        licence::LicenceState,
        verdict::{ReasonCode, Report, Verdict},
    },
    seal::{
        self, Prepared,
        signer::{SignError, Signer},
    },
    services::{
        Services,
        failpoint::failpoint,
        mint::{Halt, Work, authorise::Recorded},
    },
    storage::mints,
    verify::{Limits, Policy, RegisterAnswer, conclude, examine},
};
use std::sync::{Arc, OnceLock};

/// The seal key, asked at most once: a mint that goes on after its signature was stored gets the stored one.
struct OnceSigner {
    key: Arc<dyn Signer>,
    answered: OnceLock<Vec<u8>>,
}

impl Signer for OnceSigner {
    fn algorithm(&self) -> SignatureAlgorithm {
        self.key.algorithm()
    }

    fn chain(&self) -> &[Vec<u8>] {
        self.key.chain()
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        match self.answered.get() {
            Some(answered) => Ok(answered.clone()),
            None => {
                let answer = self.key.sign(message)?;
                Ok(self.answered.get_or_init(|| answer).clone())
            }
        }
    }
}

impl Services {
    pub(super) async fn seal(&self, work: &Work, prepared: Prepared, permit: Recorded) -> Result<Vec<u8>, Halt> {
        const STEP: &str = "sealing";
        let key =
            OnceSigner { key: work.authority.seal.clone(), answered: work.signature.clone().map_or_else(OnceLock::new, OnceLock::from) };
        let (document, signature) = self
            .on_worker(move || {
                let document = seal::sign(prepared, permit.0, &key).and_then(|signed| signed.finish(None)).map_err(|e| e.to_string())?;
                Ok((document, key.answered.into_inner().unwrap_or_default()))
            })
            .await
            .map_err(Halt::refusal(STEP))?
            .map_err(Halt::failed(STEP))?;
        failpoint!("mint.8.signed");
        if work.signature.is_none() {
            let mut transaction = self.store.database.begin().await.map_err(Halt::storage(STEP))?;
            mints::set_signature(&mut transaction, work.licence_id, &work.hold, self.now_ms(), &signature)
                .await
                .map_err(Halt::storage(STEP))?;
            transaction.commit().await.map_err(Halt::storage(STEP))?;
        }
        Ok(document)
    }

    /// Gives the document back when it is valid, and signs exactly what was recorded.
    pub(super) async fn check_own(&self, work: &Work, document: Vec<u8>, signed: Digest) -> Result<Vec<u8>, Halt> {
        const STEP: &str = "verifying the own document";
        // What the register will say once the licence is released.
        let answer = RegisterAnswer {
            state: Some(LicenceState::Active),
            signed_digest_matches: true,
            payload_digest_matches: true,
            as_of: self.now(),
        };
        let evidence = self.evidence(Some(answer));
        let (id, payload_digest, at) = (work.licence_id, Digest::of(&work.payload_json), self.now());
        let identifier = work.payload.identifier.clone();
        self.on_worker(move || {
            let examined = examine(&document, &Limits::default()).map_err(|e| e.to_string())?;
            let question = examined.register_question().ok_or("its own verifier does not recognise it as a licence")?;
            let same = question.licence_id == id
                && question.identifier == identifier
                && question.signed_digest == signed
                && question.payload_digest == payload_digest;
            if !same {
                return Err("its own verifier reads another licence in it".to_owned());
            }
            let report = conclude(&examined, &evidence, &Policy::default(), at);
            if is_sound(&report) { Ok(document) } else { Err(why_not(&report)) }
        })
        .await
        .map_err(Halt::refusal(STEP))?
        .map_err(Halt::failed(STEP))
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

fn why_not(report: &Report) -> String {
    let codes: Vec<_> = report.reasons.iter().map(|r| r.code.as_str()).collect();
    format!("verdict {:?}: {}", report.verdict, codes.join(", "))
}
