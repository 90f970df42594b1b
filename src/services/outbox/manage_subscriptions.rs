//! Subscriptions of an organisation: made, listed, given a new secret, removed.

use crate::{
    clients::{mail, text_message, webhook},
    domain::{
        actor::Actor,
        audit::{AuditAction, AuditEvent, AuditOutcome},
        authority::Action,
        page::{Cursor, Page, PageRequest},
        subscription::{Channel, EventFilter},
    },
    services::{Refusal, Services, describe_licence::damaged, milliseconds, moment, outbox::SigningSecret},
    storage::{
        error::StorageError,
        subscriptions::{self, SubscriptionRow},
    },
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// How long the secret before goes on signing after a new one was made, milliseconds: a day.
const OVERLAP: i64 = 86_400_000;

/// What somebody wants to be told.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSubscription {
    /// Whose events: unified social credit code; the caller's own organisation when absent.
    #[serde(default)]
    pub organisation: Option<String>,
    /// How to tell.
    pub channel: Channel,
    /// An https address, a mail address or a telephone number. Kept encrypted.
    pub target: String,
    /// Which events.
    #[serde(default)]
    pub filter: EventFilter,
}

/// A subscription as it is shown; its secret is not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SubscriptionView {
    /// Id, 32 hex digits.
    pub subscription_id: String,
    /// Whose events.
    pub organisation: String,
    /// How to tell.
    pub channel: Channel,
    /// Where to.
    pub target: String,
    /// Which events.
    pub filter: EventFilter,
    /// Pseudonymous id of who made it.
    pub owner: String,
    /// When, RFC 3339.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "String")]
    pub created_at: OffsetDateTime,
}

/// A subscription with its secret, which is shown this once.
#[derive(Serialize, JsonSchema)]
pub struct SubscriptionMade {
    /// The subscription.
    pub subscription: SubscriptionView,
    /// The secret of the signatures: `whsec_…` (Standard Webhooks). Only for webhooks.
    pub secret: Option<String>,
}

impl Services {
    /// Makes a subscription.
    pub async fn make_subscription(&self, actor: &Actor, new: NewSubscription) -> Result<SubscriptionMade, Refusal> {
        let organisation = new.organisation.clone().unwrap_or_else(|| actor.department.code.clone());
        self.permit(actor, Action::ManageSubscriptions, &organisation).await?;
        let made = self.try_make(actor, organisation, new).await;
        if let Err(refusal) = &made {
            let event = AuditEvent::new(AuditAction::ManageSubscription, actor, AuditOutcome::Refused).with("what", "make");
            self.audit_refusal(event, refusal).await;
        }
        made
    }

    async fn try_make(&self, actor: &Actor, organisation: String, new: NewSubscription) -> Result<SubscriptionMade, Refusal> {
        self.check_target(new.channel, &new.target)?;
        let id = hex::encode(self.random::<16>()?);
        let secret = match new.channel {
            Channel::Webhook => Some(webhook::written(&self.random::<32>()?)),
            Channel::Mail | Channel::Sms => None,
        };
        let secrets: Vec<_> = secret.iter().map(|secret| SigningSecret { secret: secret.clone(), until: None }).collect();
        let (vault, owner) = (&self.store.vault, id.as_bytes());
        let (key, data_key) = vault.new_data_key(owner)?;
        let row = SubscriptionRow {
            target: vault.seal(&key, owner, "target", new.target.trim().as_bytes())?,
            secrets: vault.seal(&key, owner, "secrets", &written(&secrets)?)?,
            subscription_id: id.clone(),
            organisation,
            channel: new.channel,
            filter: new.filter,
            owner: actor.id.clone(),
            created_at: self.now_ms(),
            data_key,
        };
        let mut transaction = self.store.database.begin().await?;
        subscriptions::insert(&mut transaction, &row).await?;
        let event = AuditEvent::new(AuditAction::ManageSubscription, actor, AuditOutcome::Done).about(id);
        self.audit(&mut transaction, &event.with("what", "make").with("channel", row.channel.as_str())).await?;
        transaction.commit().await?;
        Ok(SubscriptionMade { subscription: self.view_subscription(row)?, secret })
    }

    /// Can the channel reach this address?
    pub(super) fn check_target(&self, channel: Channel, target: &str) -> Result<(), Refusal> {
        let target = target.trim();
        let good = self.messengers.carries(channel)
            && match channel {
                Channel::Webhook => self.messengers.webhooks.as_ref().is_some_and(|client| client.check_target(target).is_ok()),
                Channel::Mail => mail::is_address(target),
                Channel::Sms => text_message::is_number(target),
            };
        if good { Ok(()) } else { Err(Refusal::BadTarget(channel)) }
    }

    /// The subscriptions of an organisation (the actor's own when absent), oldest first.
    pub async fn list_subscriptions(
        &self,
        actor: &Actor,
        organisation: Option<String>,
        page: PageRequest,
    ) -> Result<Page<SubscriptionView>, Refusal> {
        let organisation = organisation.unwrap_or_else(|| actor.department.code.clone());
        self.permit(actor, Action::ManageSubscriptions, &organisation).await?;
        let after = page.after.as_ref().map(Cursor::int_and_text).transpose()?.unwrap_or((i64::MIN, ""));
        let rows = subscriptions::list(&self.store.database, &organisation, after, page.rows_to_read()).await?;
        let views: Vec<_> = rows.into_iter().map(|row| self.view_subscription(row)).collect::<Result<_, _>>()?;
        Ok(page.page(views, |view| Cursor::new([milliseconds(view.created_at).into(), view.subscription_id.as_str().into()])))
    }

    /// Gives a webhook a new secret, shown this once. For a day both sign, so that the receiver can change over.
    pub async fn renew_secret(&self, actor: &Actor, id: &str) -> Result<SubscriptionMade, Refusal> {
        let row = self.find_subscription(actor, id).await?;
        if row.channel != Channel::Webhook {
            return Err(Refusal::BadTarget(row.channel));
        }
        let (secret, now) = (webhook::written(&self.random::<32>()?), self.now_ms());
        let mut before = self.open_secrets(&row)?;
        before.truncate(1);
        before.iter_mut().for_each(|earlier| earlier.until = Some(now + OVERLAP));
        before.insert(0, SigningSecret { secret: secret.clone(), until: None });
        let (vault, owner) = (&self.store.vault, row.subscription_id.as_bytes());
        let sealed = vault.seal(&vault.unwrap(owner, &row.data_key)?, owner, "secrets", &written(&before)?)?;
        let mut transaction = self.store.database.begin().await?;
        match subscriptions::set_secrets(&mut transaction, id, &row.secrets, &sealed).await {
            // Somebody else was quicker: the caller asks again and sees.
            Err(StorageError::RowCount { .. }) => return Err(StorageError::Busy.into()),
            other => other?,
        }
        let event = AuditEvent::new(AuditAction::ManageSubscription, actor, AuditOutcome::Done).about(id).with("what", "new secret");
        self.audit(&mut transaction, &event).await?;
        transaction.commit().await?;
        Ok(SubscriptionMade { subscription: self.view_subscription(row)?, secret: Some(secret) })
    }

    /// Removes a subscription and what waits for it.
    pub async fn remove_subscription(&self, actor: &Actor, id: &str) -> Result<(), Refusal> {
        let row = self.find_subscription(actor, id).await?;
        let mut transaction = self.store.database.begin().await?;
        match subscriptions::remove(&mut transaction, &row.subscription_id).await {
            Err(StorageError::RowCount { .. }) => return Err(Refusal::NotFound),
            other => other?,
        }
        let event = AuditEvent::new(AuditAction::ManageSubscription, actor, AuditOutcome::Done).about(id).with("what", "remove");
        self.audit(&mut transaction, &event).await?;
        Ok(transaction.commit().await?)
    }

    async fn find_subscription(&self, actor: &Actor, id: &str) -> Result<SubscriptionRow, Refusal> {
        self.permit_somewhere(actor, Action::ManageSubscriptions).await?;
        let row = subscriptions::find(&self.store.database, id).await?.ok_or(Refusal::NotFound)?;
        self.permit_found(actor, Action::ManageSubscriptions, &row.organisation).await?;
        Ok(row)
    }

    fn view_subscription(&self, row: SubscriptionRow) -> Result<SubscriptionView, Refusal> {
        Ok(SubscriptionView {
            target: self.open_target(&row)?,
            subscription_id: row.subscription_id,
            organisation: row.organisation,
            channel: row.channel,
            filter: row.filter,
            owner: row.owner,
            created_at: moment(row.created_at),
        })
    }

    pub(super) fn open_target(&self, row: &SubscriptionRow) -> Result<String, Refusal> {
        let (vault, owner) = (&self.store.vault, row.subscription_id.as_bytes());
        let target = vault.open(&vault.unwrap(owner, &row.data_key)?, owner, "target", &row.target)?;
        String::from_utf8(target).map_err(|_| damaged("subscriptions"))
    }

    pub(super) fn open_secrets(&self, row: &SubscriptionRow) -> Result<Vec<SigningSecret>, Refusal> {
        let (vault, owner) = (&self.store.vault, row.subscription_id.as_bytes());
        let secrets = zeroize::Zeroizing::new(vault.open(&vault.unwrap(owner, &row.data_key)?, owner, "secrets", &row.secrets)?);
        serde_json::from_slice(&secrets).map_err(|_| damaged("subscriptions"))
    }
}

fn written(secrets: &[SigningSecret]) -> Result<zeroize::Zeroizing<Vec<u8>>, Refusal> {
    serde_json::to_vec(secrets).map(zeroize::Zeroizing::new).map_err(|_| damaged("subscriptions"))
}
