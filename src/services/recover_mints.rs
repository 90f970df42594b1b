//! Takes over mints whose lease expired, and finishes or voids them.

use crate::{
    domain::licence::LicenceId,
    services::{
        Refusal, Services, house,
        mint::{Halt, may_come_back, pause_after},
    },
    storage::mints,
};

/// Mints that one round takes over at most.
const BATCH: i64 = 100;

/// What was done about abandoned mints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recovered {
    /// Became active.
    pub finished: u64,
    /// Were given up.
    pub voided: u64,
    /// Failed again and wait for another try.
    pub left: u64,
}

enum Outcome {
    Finished,
    Voided,
    Left,
    /// Somebody else has it.
    NotOurs,
}

impl Services {
    /// Finishes or voids every mint whose lease expired. Live work of other processes is not touched.
    pub async fn recover_mints(&self) -> Result<Recovered, Refusal> {
        let mut recovered = Recovered::default();
        let expired = mints::expired(&self.store.database, self.now_ms(), BATCH).await?;
        // A mint is given up after some attempts; one that cannot succeed must not count.
        if expired.is_empty() || !self.keys_are_ready().await {
            return Ok(recovered);
        }
        for id in expired {
            match self.recover_one(id).await? {
                Outcome::Finished => recovered.finished += 1,
                Outcome::Voided => recovered.voided += 1,
                Outcome::Left => recovered.left += 1,
                Outcome::NotOurs => {}
            }
        }
        Ok(recovered)
    }

    async fn recover_one(&self, id: LicenceId) -> Result<Outcome, Refusal> {
        let house = house();
        let Some(mint) = self.take_over(&house, id).await? else { return Ok(Outcome::NotOurs) };
        let (hold, attempts) = (mint.hold.clone(), mint.attempts);
        let failed = match self.open_work(mint).await {
            Ok(work) => match self.finish_mint(&house, work).await {
                Ok(_) => return Ok(Outcome::Finished),
                Err(Halt::Overtaken) => return Ok(Outcome::NotOurs),
                Err(Halt::Superfluous(_)) => {
                    let voided = self.void_mint(&house, id, &hold).await?;
                    return Ok(if voided { Outcome::Voided } else { Outcome::NotOurs });
                }
                Err(Halt::Seal(refusal)) if may_come_back(&refusal) => {
                    self.wait_for_seal(id, &hold, &refusal).await?;
                    return Ok(Outcome::Left);
                }
                Err(halt) => format!("{halt:?}"),
            },
            Err(refusal) => format!("{refusal:?}"),
        };
        tracing::error!(licence = %id, failed, attempts, "an abandoned mint could not be finished");
        if attempts >= self.settings.most_attempts {
            let voided = self.void_mint(&house, id, &hold).await?;
            return Ok(if voided { Outcome::Voided } else { Outcome::NotOurs });
        }
        self.let_go(id, &hold, pause_after(attempts)).await?;
        Ok(Outcome::Left)
    }
}
