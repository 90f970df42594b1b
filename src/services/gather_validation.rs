//! Gathers answers about revocation (吊销状态): from the authorities of this installation, or from others. One answer serves a whole batch.

use crate::{
    cms::{read_ocsp::OcspAnswer, read_revocation_list::RevocationList},
    seal::ValidationData,
    services::{OwnAnswer, Refusal, Services},
    verify::{RevocationQuestion, ValidationMaterial},
};
use std::collections::BTreeMap;
use time::OffsetDateTime;

/// Answers by the certificate (DER) that they are about; or why there is none, for the log.
#[derive(Default)]
pub(super) struct Answers(BTreeMap<Vec<u8>, Result<Answer, String>>);

/// One answer, DER.
struct Answer {
    kind: Kind,
    der: Vec<u8>,
    this_update: OffsetDateTime,
}

#[derive(Clone, Copy)]
enum Kind {
    List,
    Ocsp,
}

impl Answers {
    /// What is known about these questions, for the verifier.
    pub fn material(&self, questions: &[RevocationQuestion]) -> ValidationMaterial {
        let mut material = ValidationMaterial::default();
        for answer in questions.iter().filter_map(|question| self.0.get(&question.certificate)?.as_ref().ok()) {
            match answer.kind {
                Kind::List => material.revocation_lists.push(answer.der.clone()),
                Kind::Ocsp => material.ocsp_answers.push(answer.der.clone()),
            }
        }
        material
    }

    /// Everything that a document needs for these questions: certificates with their issuers, and every answer; or the first one that
    /// is missing.
    pub fn data(&self, questions: &[RevocationQuestion]) -> Result<ValidationData, String> {
        for question in questions {
            match self.0.get(&question.certificate) {
                Some(Ok(_)) => {}
                Some(Err(cause)) => return Err(cause.clone()),
                None => return Err("a certificate was not asked about".into()),
            }
        }
        let ValidationMaterial { revocation_lists, ocsp_answers, .. } = self.material(questions);
        let certificates = questions.iter().flat_map(|question| [question.certificate.clone(), question.issuer.clone()]).collect();
        Ok(ValidationData { certificates, revocation_lists, ocsp_answers })
    }
}

impl Services {
    /// Asks about a certificate, if no answer is there yet that was made after `after`; whether it asked.
    pub(super) async fn answer(&self, answers: &mut Answers, question: &RevocationQuestion, after: Option<OffsetDateTime>) -> bool {
        match answers.0.get(&question.certificate) {
            Some(Ok(answer)) if after.is_none_or(|after| answer.this_update > after) => return false,
            // Once a batch: the next one tries again.
            Some(Err(_)) => return false,
            _ => {}
        }
        let answer = self.ask_about(question, after).await.and_then(|answer| match after {
            Some(after) if answer.this_update <= after => {
                Err(format!("the newest answer about a certificate is of {}, before the time-stamp of {after}", answer.this_update))
            }
            _ => Ok(answer),
        });
        answers.0.insert(question.certificate.clone(), answer);
        true
    }

    async fn ask_about(&self, question: &RevocationQuestion, after: Option<OffsetDateTime>) -> Result<Answer, String> {
        let own = self.own_revocation(&question.certificate, &question.issuer).await.map_err(|refusal: Refusal| format!("{refusal:?}"))?;
        match own {
            Some(OwnAnswer::Ocsp(der)) => Answer::ocsp(der),
            Some(OwnAnswer::List(der)) => Answer::list(der),
            None => self.ask_others(question, after).await,
        }
    }

    async fn ask_others(&self, question: &RevocationQuestion, after: Option<OffsetDateTime>) -> Result<Answer, String> {
        let Some(client) = &self.revocation else { return Err("nobody answers about a certificate that was issued elsewhere".into()) };
        // Answers count in seconds.
        let since = after.and_then(|after| OffsetDateTime::from_unix_timestamp(after.unix_timestamp() + 1).ok());
        let gathered = client.fetch(std::slice::from_ref(question), since, self.now()).await;
        if let Some((_, error)) = gathered.missing.first() {
            return Err(error.to_string());
        }
        let ValidationMaterial { revocation_lists, ocsp_answers, .. } = gathered.material;
        match (ocsp_answers.into_iter().next(), revocation_lists.into_iter().next()) {
            (Some(answer), _) => Answer::ocsp(answer),
            (None, Some(list)) => Answer::list(list),
            (None, None) => Err("nobody said anything about a certificate".into()),
        }
    }
}

impl Answer {
    fn list(der: Vec<u8>) -> Result<Self, String> {
        let this_update = RevocationList::read(&der).map_err(|e| e.to_string())?.this_update;
        Ok(Self { kind: Kind::List, der, this_update })
    }

    fn ocsp(der: Vec<u8>) -> Result<Self, String> {
        let answers = OcspAnswer::read(&der).map_err(|e| e.to_string())?.answers;
        let this_update = answers.iter().map(|answer| answer.this_update).min().ok_or("an OCSP answer about nothing")?;
        Ok(Self { kind: Kind::Ocsp, der, this_update })
    }
}
