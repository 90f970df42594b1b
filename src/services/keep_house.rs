//! What a running service does by itself, every second: takes over abandoned mints, brings documents to their level, chains audit lines;
//! and once an hour: renews archive time-stamps, announces licences that expire soon.

use crate::services::{Augmented, Services};
use std::{sync::Arc, time::Duration};
use tokio::time::{Instant, MissedTickBehavior};

/// How often archive time-stamps are looked at.
const RENEWAL_BEAT: Duration = Duration::from_secs(3600);

impl Services {
    /// Keeps house until `stop` is done. Failures are logged and tried again.
    pub async fn keep_house(self: Arc<Self>, stop: impl Future<Output = ()>) {
        tokio::pin!(stop);
        let mut beat = tokio::time::interval(Duration::from_secs(1));
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut renewed: Option<Instant> = None;
        let delivering = tokio::spawn(self.clone().keep_delivering());
        if let Err(error) = self.sort_audit_lines().await {
            tracing::warn!(?error, "earlier audit lines could not be made ready for searches");
        }
        loop {
            tokio::select! {
                () = &mut stop => {
                    // An attempt that is cut off is made again under the same id.
                    delivering.abort();
                    return;
                }
                _ = beat.tick() => {}
            }
            self.tidy().await;
            if renewed.is_none_or(|at| at.elapsed() >= RENEWAL_BEAT) {
                self.renew().await;
                self.remind().await;
                renewed = Some(Instant::now());
            }
        }
    }

    async fn renew(self: &Arc<Self>) {
        match self.renew_licences(None).await {
            Ok(report) if report.due.is_empty() && report.not_renewable.is_empty() => {}
            Ok(report) => tracing::info!(due = report.due.len(), not_renewable = report.not_renewable.len(), "archive time-stamps weaken"),
            Err(error) => tracing::warn!(?error, "archive time-stamps could not be looked at"),
        }
    }

    async fn remind(&self) {
        match self.remind_of_expiry().await {
            Ok(0) => {}
            Ok(announced) => tracing::info!(announced, "licences expire soon"),
            Err(error) => tracing::warn!(?error, "expiring licences could not be announced"),
        }
    }

    /// Does it once, for a command that ends. Failures are logged: whoever keeps house next tries again.
    pub async fn tidy(self: &Arc<Self>) {
        match self.recover_mints().await {
            Ok(recovered) if recovered.finished + recovered.voided > 0 => tracing::info!(?recovered, "abandoned mints"),
            Ok(_) => {}
            Err(error) => tracing::warn!(?error, "abandoned mints could not be taken over"),
        }
        match self.mint_approved().await {
            Ok(0) => {}
            Ok(minted) => tracing::info!(minted, "approved applications got their licences"),
            Err(error) => tracing::warn!(?error, "approved applications wait for their licences"),
        }
        match self.augment_waiting().await {
            Ok(done) if done != Augmented::default() => tracing::info!(?done, "documents were augmented"),
            Ok(_) => {}
            Err(error) => tracing::warn!(?error, "waiting documents could not be augmented"),
        }
        if let Err(error) = self.remove_replaced_files().await {
            tracing::warn!(?error, "replaced files could not be removed");
        }
        if let Err(error) = self.chain_audit().await {
            tracing::warn!(?error, "audit lines could not be chained");
        }
        self.tell().await;
    }

    /// Events become statistics and deliveries.
    async fn tell(&self) {
        if let Err(error) = self.number_events().await {
            tracing::warn!(?error, "events could not be numbered");
        }
        if let Err(error) = self.fold_statistics().await {
            tracing::warn!(?error, "statistics could not be folded");
        }
        if let Err(error) = self.fan_out().await {
            tracing::warn!(?error, "events could not be made deliveries");
        }
    }

    /// Delivers every second, beside everything else: a receiver that is slow keeps nothing but its own lane waiting.
    async fn keep_delivering(self: Arc<Self>) {
        let mut beat = tokio::time::interval(Duration::from_secs(1));
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut forgotten: Option<Instant> = None;
        loop {
            beat.tick().await;
            if let Err(error) = self.deliver_waiting().await {
                tracing::warn!(?error, "deliveries could not be made");
            }
            if forgotten.is_none_or(|at| at.elapsed() >= RENEWAL_BEAT) {
                if let Err(error) = self.forget_delivered().await {
                    tracing::warn!(?error, "earlier deliveries could not be removed");
                }
                forgotten = Some(Instant::now());
            }
        }
    }
}
