//! Verifies an uploaded document (验证): limits, examine, ask register and own authorities what is needed, conclude.

use crate::{
    domain::{
        digest::Digest,
        event::{Event, EventKind},
        verdict::Report,
    },
    services::{Refusal, Services, moment},
    storage::{
        licences::{self, LicenceRow},
        sealed_documents,
        vault::Lookup,
    },
    verify::{Evidence, Limits, Policy, RegisterAnswer, RegisterQuestion, conclude, examine},
};
use time::OffsetDateTime;

impl Services {
    /// Verifies `bytes` as of `at` (now, when absent). Every verdict is an answer; a refusal says that there is nothing to
    /// conclude about, or that the register cannot be reached.
    pub async fn verify_document(&self, bytes: Vec<u8>, at: Option<OffsetDateTime>) -> Result<Report, Refusal> {
        if bytes.len() > self.settings.verify_bytes {
            return Err(Refusal::TooLarge(self.settings.verify_bytes));
        }
        let examined = self.on_worker(move || examine(&bytes, &Limits::default())).await??;
        let register = match examined.register_question() {
            Some(question) => Some(self.ask_register(&question).await?),
            None => None,
        };
        if let (Some(answer), Some(question)) = (&register, examined.register_question())
            && answer.signed_digest_matches
            && let Some(row) = licences::by_id(&self.store.database, question.licence_id).await?
        {
            self.announce_verified(&row, "document").await;
        }
        let evidence = self.evidence(register);
        let at = at.unwrap_or_else(|| self.now());
        let (examined, mut evidence, questions) = self
            .on_worker(move || {
                let questions = examined.needs(&evidence, &Policy::default(), at).revocation;
                (examined, evidence, questions)
            })
            .await?;
        if !questions.is_empty() {
            evidence.fetched = self.look_up_revocation(&questions).await;
        }
        self.on_worker(move || conclude(&examined, &evidence, &Policy::default(), at)).await
    }

    /// What the register says about a document that an intact seal stands on.
    pub async fn ask_register(&self, question: &RegisterQuestion) -> Result<RegisterAnswer, Refusal> {
        let as_of = moment(self.now_ms());
        let unknown = RegisterAnswer { state: None, signed_digest_matches: false, payload_digest_matches: false, as_of };
        let database = &self.store.database;
        let Some(row) = licences::by_id(database, question.licence_id).await? else { return Ok(unknown) };
        let identifier_key = self.store.vault.lookup(Lookup::Identifier, &[question.identifier.as_bytes()])?;
        if row.identifier_key != identifier_key {
            return Ok(unknown);
        }
        let state = row.state;
        let document = sealed_documents::by_digest(database, &question.signed_digest.0).await?;
        let signed_digest_matches = document.is_some_and(|d| d.licence_id == question.licence_id);
        if row.data_key.is_destroyed() {
            // The payload is gone, but the seal covers it: what was signed tells.
            return Ok(RegisterAnswer { state: Some(state), signed_digest_matches, payload_digest_matches: signed_digest_matches, as_of });
        }
        let licence = self.open(row)?;
        let mint = self.mint_of(question.licence_id).await?;
        let payload = self.open_payload_bytes(&licence, &mint)?;
        Ok(RegisterAnswer {
            state: Some(state),
            signed_digest_matches,
            payload_digest_matches: Digest::of(&payload) == question.payload_digest,
            as_of,
        })
    }

    /// Says that a licence of the register was verified. A verification is answered all the same when that cannot be written down.
    pub(super) async fn announce_verified(&self, row: &LicenceRow, by: &'static str) {
        let event = Event::new(EventKind::LicenceVerified, &row.issuer_code, self.now())
            .of_type(&row.type_code)
            .about(row.licence_id)
            .with("by", by);
        if let Err(error) = self.announce_alone(&event).await {
            tracing::warn!(?error, "a verification could not be counted");
        }
    }

    /// This service's own anchors and QR keys with a register's answer.
    pub(super) fn evidence(&self, register: Option<RegisterAnswer>) -> Evidence {
        let keyring = self.keyring();
        let memory = self.signature_memory.clone();
        Evidence { anchors: keyring.anchors.clone(), qr_keys: keyring.qr_keys.clone(), register, memory, ..Evidence::default() }
    }
}
