//! Subscriptions (订阅) and deliveries (推送): who is told of which events, over which channel, and how often that is tried.

use crate::domain::event::{Event, EventKind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How somebody is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Channel {
    /// A signed HTTP POST (网络回调).
    Webhook,
    /// A mail (邮件).
    Mail,
    /// A text message, through the operator's gateway (短信).
    Sms,
}

impl Channel {
    /// Every channel.
    pub const ALL: [Self; 3] = [Self::Webhook, Self::Mail, Self::Sms];

    /// The word that is stored and sent.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::Mail => "mail",
            Self::Sms => "sms",
        }
    }

    /// Reads [`Self::as_str`].
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.as_str() == word)
    }
}

/// Which events of its organisation a subscription wants. An empty list wants all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EventFilter {
    /// Kinds.
    #[serde(default)]
    pub kinds: Vec<EventKind>,
    /// 证照类型代码.
    #[serde(default)]
    pub types: Vec<String>,
}

impl EventFilter {
    /// Is this event wanted?
    pub fn wants(&self, event: &Event) -> bool {
        let kind = self.kinds.is_empty() || self.kinds.contains(&event.kind);
        let of_type = self.types.is_empty() || event.type_code.as_ref().is_some_and(|code| self.types.contains(code));
        kind && of_type
    }
}

/// How far a delivery came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DeliveryState {
    /// It is tried, again and again.
    Waiting,
    /// The receiver took it.
    Delivered,
    /// It was given up (死信); somebody may have it tried again.
    Dead,
}

impl DeliveryState {
    /// The word that is stored and sent.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
        }
    }

    /// Reads [`Self::as_str`].
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Waiting, Self::Delivered, Self::Dead].into_iter().find(|state| state.as_str() == word)
    }
}

/// How often and when a delivery is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// Wait after the first failure; doubled after each further one.
    pub first_wait: Duration,
    /// Longest wait.
    pub longest_wait: Duration,
    /// Attempts before a delivery is given up.
    pub attempts: i64,
}

impl Default for Patience {
    /// Some three days.
    fn default() -> Self {
        Self { first_wait: Duration::from_secs(5), longest_wait: Duration::from_secs(6 * 3600), attempts: 24 }
    }
}

impl Patience {
    /// How long to wait after the failed attempt number `attempt` (from 1): between half of the time and all of it, by `chance`, so that
    /// what failed together does not come again together.
    pub fn wait(&self, attempt: i64, chance: u8) -> Duration {
        let doublings = u32::try_from(attempt - 1).unwrap_or(0).min(30);
        let full = self.first_wait.saturating_mul(1 << doublings).min(self.longest_wait);
        full / 2 + full * u32::from(chance) / 510
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::OffsetDateTime;

    #[test]
    fn waits_grow_up_to_a_limit_and_differ_by_chance() {
        let patience = Patience::default();
        assert_eq!(patience.wait(1, 0), Duration::from_millis(2500));
        assert_eq!(patience.wait(1, 255), Duration::from_secs(5));
        assert_eq!(patience.wait(3, 255), Duration::from_secs(20));
        assert_eq!(patience.wait(24, 255), Duration::from_secs(6 * 3600));
        let all: Duration = (1..24).map(|attempt| patience.wait(attempt, 128)).sum();
        assert!(all > Duration::from_secs(40 * 3600) && all < Duration::from_secs(72 * 3600), "{all:?}");
    }

    #[test]
    fn a_filter_wants_what_it_names_and_an_empty_one_wants_all() {
        let event = Event::new(EventKind::LicenceMinted, "11430000006122244L", OffsetDateTime::UNIX_EPOCH).of_type("T");
        let wants = |kinds: &[EventKind], types: &[&str]| {
            EventFilter { kinds: kinds.to_vec(), types: types.iter().map(|t| (*t).to_owned()).collect() }.wants(&event)
        };
        assert!(wants(&[], &[]) && wants(&[EventKind::LicenceMinted], &["T"]));
        assert!(!wants(&[EventKind::LicenceRevoked], &[]) && !wants(&[], &["U"]));
    }

    #[test]
    fn words_read_back() {
        for channel in Channel::ALL {
            assert_eq!(Channel::from_word(channel.as_str()), Some(channel));
        }
        for state in [DeliveryState::Waiting, DeliveryState::Delivered, DeliveryState::Dead] {
            assert_eq!(DeliveryState::from_word(state.as_str()), Some(state));
        }
    }
}
