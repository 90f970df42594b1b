//! What this program asks of others over HTTP and SMTP: time-stamps, the revocation of certificates, catalogues, and to take what it tells. Every failure
//! is a value.

pub mod address_guard;
pub mod catalogue_feed;
pub mod http;
pub mod mail;
pub mod revocation;
pub mod text_message;
pub mod time_stamp;
pub mod webhook;

pub use catalogue_feed::CatalogueFeedClient;
pub use http::{FetchError, FetchLimits, Fetcher};
pub use mail::{MailClient, MailServer, MailTls};
pub use revocation::{Gathered, RevocationClient};
pub use text_message::TextMessageClient;
pub use time_stamp::{StampError, TimeStampClient};
pub use webhook::WebhookClient;
