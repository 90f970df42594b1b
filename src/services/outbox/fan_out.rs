//! Makes deliveries from events: one for every subscription that wants the event, and one for every contact of a holder whom it concerns.

use crate::{
    domain::{
        event::EventKind,
        subscription::{Channel, DeliveryState},
    },
    services::{Refusal, Services, outbox::compose_notice::concerns_holder},
    storage::{
        contacts,
        database::Transaction,
        deliveries::{self, DeliveryRow},
        error::StorageError,
        events::{self, NumberedEvent},
        subscriptions,
    },
};

/// Name of the watermark.
const READER: &str = "deliveries";
/// Events that one transaction reads at most.
const BATCH: i64 = 200;

impl Services {
    /// Makes the deliveries of events that were numbered since the last time; how many events. Deliveries and watermark become permanent
    /// together, so that none is made twice or forgotten.
    pub async fn fan_out(&self) -> Result<u64, Refusal> {
        let mut read = 0;
        loop {
            let batch = match self.fan_out_batch().await {
                // Somebody else moved the watermark: what was made here was rolled back.
                Err(Refusal::Busy { .. }) => return Ok(read),
                other => other?,
            };
            read += batch;
            if batch < BATCH.unsigned_abs() {
                return Ok(read);
            }
        }
    }

    async fn fan_out_batch(&self) -> Result<u64, Refusal> {
        let database = &self.store.database;
        let from = events::read_watermark(database, READER).await?;
        if events::read_after(database, from, 1).await?.is_empty() {
            return Ok(0);
        }
        let mut transaction = database.begin().await?;
        let from = events::watermark(&mut transaction, READER).await?;
        let batch = events::after(&mut transaction, from, BATCH).await?;
        let Some(last) = batch.last() else { return Ok(0) };
        match events::move_watermark(&mut transaction, READER, from, last.position).await {
            Err(StorageError::RowCount { .. }) => return Ok(0),
            other => other?,
        }
        for event in &batch {
            self.deliver_to_all(&mut transaction, event).await?;
        }
        transaction.commit().await?;
        Ok(batch.len() as u64)
    }

    async fn deliver_to_all(&self, transaction: &mut Transaction, numbered: &NumberedEvent) -> Result<(), Refusal> {
        let event = &numbered.event;
        for subscription in subscriptions::of(transaction, &event.organisation).await? {
            if subscription.filter.wants(event) && self.messengers.carries(subscription.channel) {
                let id = subscription.subscription_id;
                self.add_delivery(transaction, numbered, subscription.channel, (id.clone(), id, false)).await?;
            }
        }
        let (Some(licence), true) = (event.subject, concerns_holder(event.kind)) else { return Ok(()) };
        for contact in contacts::of_licence(transaction, licence, &event.organisation).await? {
            if self.messengers.carries(contact.channel) {
                // A lane of its own: one holder's address keeps no other's notice waiting.
                let lane = format!("{} {}", contact.contact_id, numbered.position);
                self.add_delivery(transaction, numbered, contact.channel, (lane, contact.contact_id, true)).await?;
            }
        }
        Ok(())
    }

    async fn add_delivery(
        &self,
        transaction: &mut Transaction,
        numbered: &NumberedEvent,
        channel: Channel,
        (lane, recipient, to_holder): (String, String, bool),
    ) -> Result<(), Refusal> {
        let (organisation, kind): (_, EventKind) = (numbered.event.organisation.clone(), numbered.event.kind);
        let row = DeliveryRow {
            delivery_id: hex::encode(self.random::<16>()?),
            lane,
            recipient,
            to_holder,
            channel,
            organisation,
            position: numbered.position,
            kind,
            state: DeliveryState::Waiting,
            attempts: 0,
            last_error: None,
            created_at: self.now_ms(),
            finished_at: None,
        };
        Ok(deliveries::add(transaction, &row).await?)
    }
}
