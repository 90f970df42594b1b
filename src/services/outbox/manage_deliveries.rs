//! Deliveries as their organisation sees them: what waits, what was delivered, what was given up, and another try for that.

use crate::{
    domain::{
        actor::Actor,
        audit::{AuditAction, AuditEvent, AuditOutcome},
        authority::Action,
        event::EventKind,
        page::{Cursor, Page, PageRequest},
        subscription::{Channel, DeliveryState},
    },
    services::{Refusal, Services, moment},
    storage::{
        deliveries::{self, DeliveryRow},
        error::StorageError,
    },
};
use schemars::JsonSchema;
use serde::Serialize;
use time::OffsetDateTime;

/// A delivery as it is shown: to which subscription, never to which address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DeliveryView {
    /// Id, the same for every attempt: `webhook-id`.
    pub delivery_id: String,
    /// The subscription; absent for a notice to a holder.
    pub subscription_id: Option<String>,
    /// How it is told.
    pub channel: Channel,
    /// Kind of the event.
    pub kind: EventKind,
    /// Place of the event among all.
    pub position: i64,
    /// How far it came.
    pub state: DeliveryState,
    /// Attempts that began.
    pub attempts: i64,
    /// What failed last.
    pub last_error: Option<String>,
    /// When it was made, RFC 3339.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "String")]
    pub created_at: OffsetDateTime,
    /// When it was delivered or given up, RFC 3339.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schemars(with = "Option<String>")]
    pub finished_at: Option<OffsetDateTime>,
}

impl From<DeliveryRow> for DeliveryView {
    fn from(row: DeliveryRow) -> Self {
        Self {
            delivery_id: row.delivery_id,
            subscription_id: (!row.to_holder).then_some(row.recipient),
            channel: row.channel,
            kind: row.kind,
            position: row.position,
            state: row.state,
            attempts: row.attempts,
            last_error: row.last_error,
            created_at: moment(row.created_at),
            finished_at: row.finished_at.map(moment),
        }
    }
}

impl Services {
    /// The deliveries of an organisation (the actor's own when absent), newest first.
    pub async fn list_deliveries(
        &self,
        actor: &Actor,
        organisation: Option<String>,
        state: Option<DeliveryState>,
        page: PageRequest,
    ) -> Result<Page<DeliveryView>, Refusal> {
        let organisation = organisation.unwrap_or_else(|| actor.department.code.clone());
        self.permit(actor, Action::ReadDeliveries, &organisation).await?;
        let before = page.after.as_ref().map(Cursor::int_and_text).transpose()?.unwrap_or((i64::MAX, ""));
        let rows = deliveries::list(&self.store.database, &organisation, state, before, page.rows_to_read()).await?;
        self.audit_alone(&AuditEvent::new(AuditAction::ReadDeliveries, actor, AuditOutcome::Done)).await?;
        let page = page.page(rows, |row| Cursor::new([row.created_at.into(), row.delivery_id.as_str().into()]));
        Ok(page.map(DeliveryView::from))
    }

    /// Has a delivery that was given up tried again, before all that wait behind it.
    pub async fn retry_delivery(&self, actor: &Actor, id: &str) -> Result<DeliveryView, Refusal> {
        self.permit_somewhere(actor, Action::RetryDelivery).await?;
        let row = deliveries::find(&self.store.database, id).await?.ok_or(Refusal::NotFound)?;
        self.permit_found(actor, Action::RetryDelivery, &row.organisation).await?;
        let mut transaction = self.store.database.begin().await?;
        match deliveries::revive(&mut transaction, id).await {
            Err(StorageError::RowCount { .. }) => return Err(Refusal::NotDead),
            other => other?,
        }
        deliveries::open_lane(&mut transaction, &row.lane, self.now_ms()).await?;
        self.audit(&mut transaction, &AuditEvent::new(AuditAction::RetryDelivery, actor, AuditOutcome::Done).about(id)).await?;
        transaction.commit().await?;
        let row = deliveries::find(&self.store.database, id).await?.ok_or(Refusal::NotFound)?;
        Ok(row.into())
    }
}
