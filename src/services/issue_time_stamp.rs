//! Answers a time-stamp request with the built-in authority; serial numbers come from the durable counter and never repeat.

use crate::{
    seal::authority::time_stamp::{StampPolicy, answer},
    services::{Refusal, Services, StampSource},
    storage::{Store, counters},
};
use std::ops::Range;
use time::Duration;
use tokio::sync::Mutex;

/// The counter of time-stamps.
const COUNTER: &str = "time_stamps";
/// Numbers that are reserved at once: one transaction for so many time-stamps, and at most so many are lost with the process.
const BLOCK: i64 = 256;
/// How far the clock of a server with NTP may be off; times are cut to the second, too.
const ACCURACY: Duration = Duration::SECOND;

/// The numbers that are reserved for this process.
#[derive(Debug, Default)]
pub(super) struct StampNumbers(Mutex<Range<i64>>);

impl StampNumbers {
    /// A number that no process on this database has had or will have: a block is recorded before its first number is used.
    async fn take(&self, store: &Store) -> Result<i64, Refusal> {
        let mut reserved = self.0.lock().await;
        if reserved.is_empty() {
            let mut transaction = store.database.begin().await?;
            let first = counters::reserve(&mut transaction, COUNTER, BLOCK).await?;
            transaction.commit().await?;
            *reserved = first..first + BLOCK;
        }
        let number = reserved.start;
        reserved.start += 1;
        Ok(number)
    }
}

impl Services {
    /// Answers `request` (TimeStampReq, DER) with a TimeStampResp: a token, or why there is none. [`Refusal::NotFound`] when this
    /// installation has no time-stamp authority of its own.
    pub async fn issue_time_stamp(&self, request: &[u8]) -> Result<Vec<u8>, Refusal> {
        let Some(StampSource::Own(own)) = &self.time_stamps else { return Err(Refusal::NotFound) };
        let (signer, policy) = (own.signer.clone(), StampPolicy { policy: own.policy, accuracy: ACCURACY });
        let number = self.stamp_numbers.take(&self.store).await?;
        // Random bits behind the counter: a database that was restored from a backup counts again from there, and two
        // installations may share an example key.
        let chance = u64::from_be_bytes(self.random()?);
        let serial = u128::from(number.unsigned_abs()) << 64 | u128::from(chance);
        let (request, now) = (request.to_vec(), self.now());
        let answered = self.on_worker(move || answer(&request, serial, now, &policy, &*signer)).await?;
        answered.map_err(|error| Refusal::Unavailable { cause: error.to_string() })
    }
}
