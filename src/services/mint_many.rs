//! Mints many rows side by side; they share nothing but speed: each row stands or falls by itself.

use crate::{
    domain::actor::Actor,
    services::{MintRequest, Minted, Refusal, Services},
};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::{Semaphore, mpsc},
    task::JoinSet,
};

/// Rows that are minted, or wait for their validation data, at the same time; each holds its document in memory.
const MOST_AT_ONCE: usize = 256;

impl Services {
    /// Mints one licence and, where the same request is in progress elsewhere, waits for its end up to `patience`: after a crash
    /// that is as long as the dead process's lease lasts. It does not wait for validation data.
    pub async fn mint_patiently(&self, actor: &Actor, request: MintRequest, patience: Duration) -> Result<Minted, Refusal> {
        let begun = tokio::time::Instant::now();
        loop {
            match self.mint_without_waiting(actor, request.clone()).await {
                Err(Refusal::InProgress { retry_after }) if begun.elapsed() + retry_after <= patience => {
                    tokio::time::sleep(retry_after).await;
                }
                answer => return answer,
            }
        }
    }

    /// Mints every request and gives `(row, answer)` as each is done, rows counted from 0. Dropping the receiver stops what has
    /// not begun; what has begun is finished. Rows that wait for their validation data, all by the same batch, keep no other from
    /// being minted.
    pub fn mint_many(self: &Arc<Self>, actor: &Actor, requests: Vec<MintRequest>) -> mpsc::Receiver<(usize, Result<Minted, Refusal>)> {
        let side_by_side = 2 * self.settings.workers.max(1);
        let (sender, receiver) = mpsc::channel(side_by_side);
        let (services, actor, minting) = (self.clone(), actor.clone(), Arc::new(Semaphore::new(side_by_side)));
        tokio::spawn(async move {
            let mut running = JoinSet::new();
            for (row, request) in requests.into_iter().enumerate() {
                while running.len() >= MOST_AT_ONCE {
                    running.join_next().await;
                }
                let Ok(turn) = minting.clone().acquire_owned().await else { break };
                if sender.is_closed() {
                    break;
                }
                let (services, actor, sender) = (services.clone(), actor.clone(), sender.clone());
                running.spawn(async move {
                    let minted = services.mint_patiently(&actor, request, 2 * services.settings.lease).await;
                    drop(turn);
                    let answer = match minted {
                        Ok(minted) => services.await_validation(minted).await,
                        Err(refusal) => Err(refusal),
                    };
                    // Nobody listens any more: the licence is in the register all the same.
                    let _ = sender.send((row, answer)).await;
                });
            }
            while running.join_next().await.is_some() {}
        });
        receiver
    }
}
