//! Looks up the revocation of certificates for a verification: what authorities of this installation say, not signed anew for each question.

use crate::{
    domain::digest::Digest,
    services::{OwnAnswer, Services},
    verify::{RevocationQuestion, ValidationMaterial},
};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};
use time::{Duration, OffsetDateTime};

/// How long an own answer is given to verifications again. Whoever uploads documents must not make the key sign each time.
const ANSWER_AGE: Duration = Duration::MINUTE;
/// Certificates that are remembered at most.
const MOST_ANSWERS: usize = 4096;

/// Own answers of the last minute, by certificate and issuer.
#[derive(Default)]
pub(super) struct RecentAnswers(Mutex<HashMap<(Digest, Digest), (OwnAnswer, OffsetDateTime)>>);

impl RecentAnswers {
    fn find(&self, key: &(Digest, Digest), now: OffsetDateTime) -> Option<OwnAnswer> {
        let answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        answers.get(key).filter(|(_, made_at)| (*made_at..*made_at + ANSWER_AGE).contains(&now)).map(|(answer, _)| answer.clone())
    }

    fn keep(&self, key: (Digest, Digest), answer: &OwnAnswer, now: OffsetDateTime) {
        let mut answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if answers.len() >= MOST_ANSWERS {
            answers.clear();
        }
        answers.insert(key, (answer.clone(), now));
    }
}

impl Services {
    /// What is known here about these certificates. A question that nobody can answer stays open: the verifier says so.
    pub(super) async fn look_up_revocation(&self, questions: &[RevocationQuestion]) -> ValidationMaterial {
        let mut material = ValidationMaterial::default();
        for question in questions {
            let (list, der) = match self.recent_answer(question).await {
                Some(OwnAnswer::Ocsp(der)) => (&mut material.ocsp_answers, der),
                Some(OwnAnswer::List(der)) => (&mut material.revocation_lists, der),
                None => continue,
            };
            if !list.contains(&der) {
                list.push(der);
            }
        }
        material
    }

    async fn recent_answer(&self, question: &RevocationQuestion) -> Option<OwnAnswer> {
        let (key, now) = ((Digest::of(&question.certificate), Digest::of(&question.issuer)), self.now());
        if let Some(answer) = self.recent_answers.find(&key, now) {
            return Some(answer);
        }
        match self.own_revocation(&question.certificate, &question.issuer).await {
            Ok(answer) => {
                let answer = answer?;
                self.recent_answers.keep(key, &answer, now);
                Some(answer)
            }
            Err(refusal) => {
                tracing::warn!(?refusal, "an own authority gave no answer about revocation");
                None
            }
        }
    }
}
