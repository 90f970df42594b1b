//! What a running service does by itself, every second: takes over abandoned mints and chains audit lines.

use crate::services::Services;
use std::{sync::Arc, time::Duration};

impl Services {
    /// Keeps house until `stop` is done. Failures are logged and tried again.
    pub async fn keep_house(self: Arc<Self>, stop: impl Future<Output = ()>) {
        tokio::pin!(stop);
        let mut beat = tokio::time::interval(Duration::from_secs(1));
        beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = &mut stop => return,
                _ = beat.tick() => {}
            }
            self.tidy().await;
        }
    }

    /// Does it once, for a command that ends. Failures are logged: whoever keeps house next tries again.
    pub async fn tidy(&self) {
        match self.recover_mints().await {
            Ok(recovered) if recovered.finished + recovered.voided > 0 => tracing::info!(?recovered, "abandoned mints"),
            Ok(_) => {}
            Err(error) => tracing::warn!(?error, "abandoned mints could not be taken over"),
        }
        if let Err(error) = self.chain_audit().await {
            tracing::warn!(?error, "audit lines could not be chained");
        }
    }
}
