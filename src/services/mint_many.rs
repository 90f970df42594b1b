//! Mints many rows side by side; they share nothing but speed: each row stands or falls by itself.

use crate::{
    domain::actor::Actor,
    services::{MintRequest, Minted, Refusal, Services},
};
use std::{sync::Arc, time::Duration};
use tokio::{sync::mpsc, task::JoinSet};

impl Services {
    /// Mints one licence and, where the same request is in progress elsewhere, waits for its end up to `patience`: after a crash
    /// that is as long as the dead process's lease lasts.
    pub async fn mint_patiently(&self, actor: &Actor, request: MintRequest, patience: Duration) -> Result<Minted, Refusal> {
        let begun = tokio::time::Instant::now();
        loop {
            match self.mint_licence(actor, request.clone()).await {
                Err(Refusal::InProgress { retry_after }) if begun.elapsed() + retry_after <= patience => {
                    tokio::time::sleep(retry_after).await;
                }
                answer => return answer,
            }
        }
    }

    /// Mints every request and gives `(row, answer)` as each is done, rows counted from 0. Dropping the receiver stops what has
    /// not begun; what has begun is finished.
    pub fn mint_many(self: &Arc<Self>, actor: &Actor, requests: Vec<MintRequest>) -> mpsc::Receiver<(usize, Result<Minted, Refusal>)> {
        let side_by_side = 2 * self.settings.workers.max(1);
        let (sender, receiver) = mpsc::channel(side_by_side);
        let (services, actor) = (self.clone(), actor.clone());
        tokio::spawn(async move {
            let mut running = JoinSet::new();
            for (row, request) in requests.into_iter().enumerate() {
                while running.len() >= side_by_side {
                    running.join_next().await;
                }
                if sender.is_closed() {
                    break;
                }
                let (services, actor, sender) = (services.clone(), actor.clone(), sender.clone());
                running.spawn(async move {
                    let answer = services.mint_patiently(&actor, request, 2 * services.settings.lease).await;
                    // Nobody listens any more: the licence is in the register all the same.
                    let _ = sender.send((row, answer)).await;
                });
            }
            while running.join_next().await.is_some() {}
        });
        receiver
    }
}
