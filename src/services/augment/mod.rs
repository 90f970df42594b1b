//! Brings waiting documents to their level (增强签名): one batch shares its answers about revocation, each document stands or falls by itself.

mod open;
mod raise;
mod wait;

use crate::{
    domain::seal_level::SealLevel,
    services::{Refusal, Services, gather_validation::Answers, mint::pause_after},
    storage::augmentations::{self, Claim, Waiting},
};
use open::Opened;
use std::{sync::Arc, time::Duration};
use tokio::{sync::OwnedMutexGuard, task::JoinSet, time::Instant};

/// Documents of one batch at most.
const BATCH: i64 = 64;
/// Longest wait between two batches while somebody waits for all of them.
const BEAT: Duration = Duration::from_millis(50);

/// What was done about waiting documents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Augmented {
    /// Reached the level that they were to reach, or got their new archive time-stamp.
    pub reached: u64,
    /// Came one step nearer.
    pub nearer: u64,
    /// Failed, and wait for another try.
    pub failed: u64,
}

/// What became of one document.
enum Outcome {
    Reached,
    Nearer,
    Failed,
    /// Somebody else has it.
    NotOurs,
}

impl Augmented {
    fn count(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Reached => self.reached += 1,
            Outcome::Nearer => self.nearer += 1,
            Outcome::Failed => self.failed += 1,
            Outcome::NotOurs => {}
        }
    }

    fn add(&mut self, other: Self) {
        self.reached += other.reached;
        self.nearer += other.nearer;
        self.failed += other.failed;
    }

    fn is_nothing(self) -> bool {
        self == Self::default()
    }
}

impl Services {
    /// Works on one batch of documents that are due.
    pub async fn augment_waiting(self: &Arc<Self>) -> Result<Augmented, Refusal> {
        let turn = self.augmenting.clone().lock_owned().await;
        self.augment_batch(turn).await
    }

    /// Works until nothing waits any more, or until `patience` is over; what failed is tried once more at the beginning.
    pub async fn augment_all(self: &Arc<Self>, patience: Duration) -> Result<(Augmented, Waiting), Refusal> {
        let end = Instant::now() + patience;
        let mut transaction = self.store.database.begin().await?;
        augmentations::hurry(&mut transaction, self.now_ms()).await?;
        transaction.commit().await?;
        let mut all = Augmented::default();
        loop {
            let round = self.augment_waiting().await?;
            all.add(round);
            let waiting = augmentations::waiting(&self.store.database).await?;
            // What failed has its pause now: going on would only wait for it.
            if waiting.documents == 0 || round.failed > 0 || Instant::now() >= end {
                return Ok((all, waiting));
            }
            if round.is_nothing() {
                tokio::time::sleep(BEAT).await;
            }
        }
    }

    /// One process works on one batch at a time: what becomes due meanwhile makes the next one larger.
    async fn augment_batch(self: &Arc<Self>, _turn: OwnedMutexGuard<()>) -> Result<Augmented, Refusal> {
        let claims = self.claim_waiting().await?;
        let mut done = Augmented::default();
        let mut opened = Vec::new();
        for claim in claims {
            match self.open_waiting(claim.clone()).await {
                Ok(document) => opened.push(document),
                Err(cause) => done.count(self.postpone(&claim, cause).await),
            }
        }
        let answers = Arc::new(self.gather_for(&mut opened).await);
        let mut running = JoinSet::new();
        for document in opened {
            let (services, answers) = (self.clone(), answers.clone());
            running.spawn(async move {
                let claim = document.claim.clone();
                match services.raise(document, &answers).await {
                    Ok(outcome) => outcome,
                    Err(cause) => services.postpone(&claim, cause).await,
                }
            });
        }
        while let Some(outcome) = running.join_next().await {
            done.count(outcome.map_err(|e| Refusal::Unavailable { cause: e.to_string() })?);
        }
        self.augmented.send_modify(|rounds| *rounds += 1);
        Ok(done)
    }

    async fn claim_waiting(&self) -> Result<Vec<Claim>, Refusal> {
        let now = self.now_ms();
        if !augmentations::any_due(&self.store.database, now).await? {
            return Ok(Vec::new());
        }
        let until = now.saturating_add(i64::try_from(self.settings.batch_lease.as_millis()).unwrap_or(i64::MAX));
        let mut transaction = self.store.database.begin().await?;
        let claims = augmentations::claim(&mut transaction, &self.owner, now, until, BATCH).await?;
        transaction.commit().await?;
        Ok(claims)
    }

    /// What the verifier still wants to know of the documents, asked for once for all of them. An answer may come from an
    /// authority about which there is a question in turn; three generations are more than any chain needs.
    async fn gather_for(&self, documents: &mut [Opened]) -> Answers {
        let mut answers = Answers::default();
        for _ in 0..3 {
            let mut new = false;
            // A document without a time-stamp gets that first.
            for document in documents.iter_mut().filter(|document| document.row.level > SealLevel::B) {
                document.ask(self, &answers);
                let after = document.newest_time_stamp.filter(|_| self.settings.fresh_revocation);
                for question in &document.questions {
                    new |= self.answer(&mut answers, question, after).await;
                }
            }
            if !new {
                break;
            }
        }
        answers
    }

    /// Lets go of a document that could not be worked on now; the pause grows with every try.
    async fn postpone(&self, claim: &Claim, cause: String) -> Outcome {
        tracing::error!(licence = %claim.licence_id, target = %claim.target, attempts = claim.attempts, cause, "a document could not be augmented");
        let pause = i64::try_from(pause_after(claim.attempts).as_millis()).unwrap_or(i64::MAX);
        match self.let_go_of(claim, self.now_ms().saturating_add(pause)).await {
            Ok(true) => Outcome::Failed,
            Ok(false) => Outcome::NotOurs,
            Err(error) => {
                // Its lease ends by itself.
                tracing::warn!(licence = %claim.licence_id, ?error, "a claim was not given back");
                Outcome::Failed
            }
        }
    }

    async fn let_go_of(&self, claim: &Claim, due: i64) -> Result<bool, Refusal> {
        let mut transaction = self.store.database.begin().await?;
        let held = augmentations::let_go(&mut transaction, claim, due).await?;
        transaction.commit().await?;
        Ok(held)
    }
}
