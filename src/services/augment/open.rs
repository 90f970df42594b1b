//! Opens a waiting document, and says what must be asked about the certificates in it.

use crate::{
    domain::{digest::Digest, payload::Payload},
    services::{
        Refusal, Services,
        describe_licence::{OpenLicence, damaged},
        gather_validation::Answers,
    },
    storage::{
        augmentations::Claim,
        licences,
        sealed_documents::{self, DocumentRow},
    },
    verify::{Examined, Limits, Policy, RevocationQuestion, RevocationRule, examine},
};
use time::OffsetDateTime;

/// A waiting document, with everything that is known of it.
pub(super) struct Opened {
    pub claim: Claim,
    pub row: DocumentRow,
    pub licence: OpenLicence,
    pub bytes: Vec<u8>,
    pub identifier: String,
    pub payload_digest: Digest,
    examined: Examined,
    /// The moment of the newest time-stamp in it.
    pub newest_time_stamp: Option<OffsetDateTime>,
    /// What must be known about its certificates.
    pub questions: Vec<RevocationQuestion>,
}

impl Services {
    /// Opens it; what is in the way is for the log.
    pub(super) async fn open_waiting(&self, claim: Claim) -> Result<Opened, String> {
        self.try_open(claim).await.map_err(|refusal| match refusal {
            Refusal::Unavailable { cause } => cause,
            other => other.to_string(),
        })
    }

    async fn try_open(&self, claim: Claim) -> Result<Opened, Refusal> {
        let database = &self.store.database;
        let row = sealed_documents::by_digest(database, &claim.signed_digest).await?.ok_or_else(|| damaged("document"))?;
        let licence = licences::by_id(database, claim.licence_id).await?.ok_or_else(|| damaged("licence"))?;
        let licence = self.open(licence)?;
        let payload = self.open_payload_bytes(&licence, &self.mint_of(claim.licence_id).await?)?;
        let identifier = serde_json::from_slice::<Payload>(&payload).map_err(|_| damaged("payload"))?.identifier;
        let bytes = self.load_document(&licence, &row).await?;
        let (bytes, examined) = self
            .on_worker(move || {
                let examined = examine(&bytes, &Limits::default());
                (bytes, examined)
            })
            .await?;
        let examined = examined?;
        Ok(Opened {
            newest_time_stamp: examined.newest_time_stamp(),
            payload_digest: Digest::of(&payload),
            questions: Vec::new(),
            claim,
            row,
            licence,
            bytes,
            identifier,
            examined,
        })
    }
}

impl Opened {
    /// Adds what is still to be asked, given these answers.
    pub fn ask(&mut self, services: &Services, answers: &Answers) {
        let mut evidence = services.evidence(None);
        evidence.fetched = answers.material(&self.questions);
        let policy = Policy { revocation: RevocationRule::Require, ..Policy::default() };
        for question in self.examined.needs(&evidence, &policy, services.now()).revocation {
            if self.questions.iter().all(|known| known.certificate != question.certificate) {
                self.questions.push(question);
            }
        }
    }
}
