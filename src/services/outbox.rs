//! The outbox (推送): events become deliveries, and deliveries reach their receivers: at least once, in order, without waiting for each other.

mod compose_notice;
mod deliver;
mod fan_out;
mod manage_contacts;
mod manage_deliveries;
mod manage_subscriptions;

pub use manage_contacts::HolderContact;
pub use manage_deliveries::DeliveryView;
pub use manage_subscriptions::{NewSubscription, SubscriptionMade, SubscriptionView};

use crate::{
    clients::{MailClient, TextMessageClient, WebhookClient},
    domain::{
        secret::Secret,
        subscription::{Channel, Patience},
    },
};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Who carries deliveries. What is not configured carries nothing.
#[derive(Clone, Debug, Default)]
pub struct Messengers {
    /// Posts to subscribers.
    pub webhooks: Option<WebhookClient>,
    /// Sends mail.
    pub mail: Option<MailClient>,
    /// Hands over text messages.
    pub sms: Option<TextMessageClient>,
    /// How often a delivery is tried.
    pub patience: Patience,
    /// How long a lane belongs to the process that took it; longer than any single delivery takes.
    pub lease: LaneLease,
}

/// How long a lane is leased.
#[derive(Clone, Copy, Debug)]
pub struct LaneLease(pub Duration);

impl Default for LaneLease {
    fn default() -> Self {
        Self(Duration::from_secs(60))
    }
}

impl Messengers {
    fn carries(&self, channel: Channel) -> bool {
        match channel {
            Channel::Webhook => self.webhooks.is_some(),
            Channel::Mail => self.mail.is_some(),
            Channel::Sms => self.sms.is_some(),
        }
    }
}

/// A secret of signatures, as it is sealed.
#[derive(Serialize, Deserialize)]
struct SigningSecret {
    /// As the subscriber has it.
    secret: String,
    /// The moment after which it is not used any more, milliseconds since 1970-01-01 UTC; the newest has none.
    until: Option<i64>,
}

impl Drop for SigningSecret {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.secret);
    }
}

/// The secrets that sign at `now`, newest first.
fn usable(secrets: &[SigningSecret], now: i64) -> Vec<Secret<Vec<u8>>> {
    let in_time = secrets.iter().filter(|secret| secret.until.is_none_or(|until| now < until));
    in_time.filter_map(|secret| crate::clients::webhook::read(&secret.secret)).collect()
}
