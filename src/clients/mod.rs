//! What this program asks of others over HTTP: time-stamps and the revocation of certificates. Every failure is a value.

pub mod address_guard;
pub mod http;
pub mod revocation;
pub mod time_stamp;

pub use http::{FetchError, FetchLimits, Fetcher};
pub use revocation::{Gathered, RevocationClient};
pub use time_stamp::{StampError, TimeStampClient};
