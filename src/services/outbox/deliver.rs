//! Delivers what waits: whoever holds a lane's lease sends its deliveries one after another; lanes do not wait for each other.
//!
//! An attempt is counted before it is made, and its end written down after it, under the same fence. A process that dies in between leaves
//! the delivery waiting: it is sent again under the same id once the lease has ended, so receivers must know ids that they have seen.

use crate::{
    clients::{FetchError, mail::MailError},
    domain::{
        event::Event,
        subscription::{Channel, DeliveryState},
    },
    services::{
        Refusal, Services,
        failpoint::failpoint,
        outbox::{SigningSecret, compose_notice::webhook_body, usable},
    },
    storage::{
        contacts,
        deliveries::{self, DeliveryRow, LaneHold},
        error::StorageError,
        events, subscriptions,
    },
};
use std::sync::Arc;
use tokio::task::JoinSet;

/// Lanes that are worked on at the same time by one process.
const LANES_AT_ONCE: usize = 32;
/// Deliveries after which a lane goes back to the end of the queue.
const TURN: usize = 50;
/// How long delivered ones are kept, milliseconds: 30 days.
const KEPT: i64 = 30 * 86_400_000;

/// How an attempt ended.
enum Sent {
    Taken,
    /// The receiver did not take it; what happened names nobody.
    NotNow(String),
    /// It never will be taken.
    Never(String),
}

impl Services {
    /// Delivers until nothing is due; how many were taken. Slow receivers keep only their own lane.
    pub async fn deliver_waiting(self: &Arc<Self>) -> Result<u64, Refusal> {
        let (mut lanes, mut taken) = (JoinSet::new(), 0);
        loop {
            while lanes.len() < LANES_AT_ONCE {
                let Some(hold) = self.take_lane().await? else { break };
                let services = self.clone();
                lanes.spawn(async move { services.work_lane(&hold).await });
            }
            match lanes.join_next().await {
                Some(Ok(Ok(number))) => taken += number,
                Some(Ok(Err(refusal))) => tracing::warn!(?refusal, "a lane of deliveries could not be worked on"),
                Some(Err(error)) => tracing::error!(%error, "a lane of deliveries broke off"),
                None => return Ok(taken),
            }
        }
    }

    /// Removes what was delivered long ago.
    pub async fn forget_delivered(&self) -> Result<u64, Refusal> {
        let mut transaction = self.store.database.begin().await?;
        let forgotten = deliveries::forget_delivered(&mut transaction, self.now_ms() - KEPT).await?;
        transaction.commit().await?;
        Ok(forgotten)
    }

    fn lane_lease(&self, now: i64) -> i64 {
        now.saturating_add(i64::try_from(self.messengers.lease.0.as_millis()).unwrap_or(i64::MAX))
    }

    async fn take_lane(&self) -> Result<Option<LaneHold>, Refusal> {
        let now = self.now_ms();
        let mut transaction = self.store.database.begin().await?;
        let hold = deliveries::take_lane(&mut transaction, &self.owner, now, self.lane_lease(now)).await?;
        transaction.commit().await?;
        Ok(hold)
    }

    /// Sends what waits in a lane, in order, until one is not taken.
    async fn work_lane(&self, hold: &LaneHold) -> Result<u64, Refusal> {
        let mut taken = 0;
        for _ in 0..TURN {
            let Some(delivery) = self.next_attempt(hold).await? else { return Ok(taken) };
            let sent = self.send(&delivery).await;
            failpoint!("outbox.sent");
            let go_on = self.end_attempt(hold, &delivery, &sent).await?;
            taken += u64::from(matches!(sent, Sent::Taken));
            if !go_on {
                return Ok(taken);
            }
        }
        let mut transaction = self.store.database.begin().await?;
        deliveries::give_lane_back(&mut transaction, hold, self.now_ms()).await?;
        transaction.commit().await?;
        Ok(taken)
    }

    /// The next delivery of a held lane, its attempt counted. `None`: nothing waits and the lane is closed, or somebody else has it.
    async fn next_attempt(&self, hold: &LaneHold) -> Result<Option<DeliveryRow>, Refusal> {
        let now = self.now_ms();
        let mut transaction = self.store.database.begin().await?;
        match deliveries::hold_lane(&mut transaction, hold, now, self.lane_lease(now)).await {
            Err(StorageError::RowCount { .. }) => return Ok(None),
            other => other?,
        }
        let next = deliveries::first_waiting(&mut transaction, &hold.lane).await?;
        match &next {
            Some(delivery) => deliveries::begin_attempt(&mut transaction, &delivery.delivery_id).await?,
            None => deliveries::close_lane(&mut transaction, hold).await?,
        }
        transaction.commit().await?;
        Ok(next.map(|delivery| DeliveryRow { attempts: delivery.attempts + 1, ..delivery }))
    }

    /// Writes down how the attempt ended; does the lane go on?
    async fn end_attempt(&self, hold: &LaneHold, delivery: &DeliveryRow, sent: &Sent) -> Result<bool, Refusal> {
        let patience = &self.messengers.patience;
        let (state, error) = match sent {
            Sent::Taken => (DeliveryState::Delivered, None),
            Sent::Never(error) => (DeliveryState::Dead, Some(error)),
            Sent::NotNow(error) if delivery.attempts >= patience.attempts => (DeliveryState::Dead, Some(error)),
            Sent::NotNow(error) => (DeliveryState::Waiting, Some(error)),
        };
        let now = self.now_ms();
        let mut transaction = self.store.database.begin().await?;
        match deliveries::hold_lane(&mut transaction, hold, now, self.lane_lease(now)).await {
            // Somebody took the lane over because this attempt was too slow; it is sent again, under the same id.
            Err(StorageError::RowCount { .. }) => return Ok(false),
            other => other?,
        }
        deliveries::end_attempt(&mut transaction, &delivery.delivery_id, state, error.map(String::as_str), now).await?;
        let go_on = match state {
            DeliveryState::Delivered => true,
            DeliveryState::Dead => {
                tracing::warn!(delivery = delivery.delivery_id, channel = delivery.channel.as_str(), "a delivery was given up");
                true
            }
            DeliveryState::Waiting => {
                let [chance] = self.random::<1>()?;
                let wait = i64::try_from(patience.wait(delivery.attempts, chance).as_millis()).unwrap_or(i64::MAX);
                deliveries::give_lane_back(&mut transaction, hold, now.saturating_add(wait)).await?;
                false
            }
        };
        transaction.commit().await?;
        Ok(go_on)
    }

    async fn send(&self, delivery: &DeliveryRow) -> Sent {
        let event = match events::at(&self.store.database, delivery.position).await {
            Ok(Some(numbered)) => numbered.event,
            Ok(None) => return Sent::Never("the event is gone".into()),
            Err(error) => return Sent::NotNow(error.to_string()),
        };
        let opened = if delivery.to_holder { self.open_contact(delivery).await } else { self.open_subscription(delivery).await };
        match opened {
            Ok(Some((target, secrets))) => self.carry(delivery, &event, &target, &secrets).await,
            Ok(None) => Sent::Never("the recipient is gone".into()),
            Err(refusal) => Sent::NotNow(refusal.code().to_owned()),
        }
    }

    async fn carry(&self, delivery: &DeliveryRow, event: &Event, target: &str, secrets: &[SigningSecret]) -> Sent {
        let (id, at) = (&delivery.delivery_id, self.now().unix_timestamp());
        let away = || Sent::NotNow(format!("no {} client is configured", delivery.channel.as_str()));
        match delivery.channel {
            Channel::Webhook => {
                let Some(client) = &self.messengers.webhooks else { return away() };
                let body = webhook_body(event).to_string();
                posted(client.post(target, id, at, &usable(secrets, self.now_ms()), body.as_bytes()).await)
            }
            Channel::Mail => {
                let Some(client) = &self.messengers.mail else { return away() };
                let notice = self.notice(event);
                match client.send(target, id, &notice.subject, &notice.text).await {
                    Ok(()) => Sent::Taken,
                    Err(error @ (MailError::Message | MailError::Refused(_))) => Sent::Never(error.to_string()),
                    Err(error @ (MailError::Settings(_) | MailError::Unavailable | MailError::TimedOut)) => Sent::NotNow(error.to_string()),
                }
            }
            Channel::Sms => {
                let Some(client) = &self.messengers.sms else { return away() };
                posted(client.send(target, id, at, &self.notice(event).text).await)
            }
        }
    }

    async fn open_subscription(&self, delivery: &DeliveryRow) -> Result<Option<(String, Vec<SigningSecret>)>, Refusal> {
        match subscriptions::find(&self.store.database, &delivery.recipient).await? {
            Some(row) => Ok(Some((self.open_target(&row)?, self.open_secrets(&row)?))),
            None => Ok(None),
        }
    }

    async fn open_contact(&self, delivery: &DeliveryRow) -> Result<Option<(String, Vec<SigningSecret>)>, Refusal> {
        match contacts::find(&self.store.database, &delivery.recipient).await? {
            Some(row) => Ok(Some((self.open_address(&row)?, Vec::new()))),
            None => Ok(None),
        }
    }
}

/// The host may be told to whoever reads the delivery: it is the subscriber's own.
fn posted(answer: Result<(), FetchError>) -> Sent {
    match answer {
        Ok(()) => Sent::Taken,
        Err(error) => Sent::NotNow(error.to_string()),
    }
}
