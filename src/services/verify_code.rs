//! Verifies the text of a QR code (验码): the token by the issuer's key, and the register on wish.

use crate::{
    code::{Token, cose_from_text},
    domain::verdict::Report,
    services::{Refusal, Services},
    storage::{licences, vault::Lookup},
    verify::token::{StatusAnswer, StatusSource, report_token},
};
use time::OffsetDateTime;

impl Services {
    /// Verifies a QR text as of `at` (now, when absent); with `ask_register` the state comes from the register.
    pub async fn verify_code(&self, text: &str, ask_register: bool, at: Option<OffsetDateTime>) -> Result<Report, Refusal> {
        let status = if ask_register { self.state_of(text).await? } else { None };
        let (text, keys) = (text.to_owned(), self.qr_keys());
        let at = at.unwrap_or_else(|| self.now());
        self.on_worker(move || report_token(&text, &keys, status.as_ref(), at, None)).await?.map_err(|_| Refusal::NotACode)
    }

    /// What the register knows of the licence that a token names. It is asked before the token is proven, and its answer used
    /// only if the token is: the caller learns nothing about a licence from a token that nobody signed.
    async fn state_of(&self, text: &str) -> Result<Option<StatusAnswer>, Refusal> {
        let Ok(token) = cose_from_text(text).and_then(|cose| Token::parse(&cose)) else { return Ok(None) };
        let claims = &token.claims;
        let row = licences::by_id(&self.store.database, claims.licence_id).await?;
        let parts = [claims.type_code.as_bytes(), claims.issuer.as_bytes(), claims.number.as_bytes()];
        let number_key = self.store.vault.lookup(Lookup::Number, &parts)?;
        let row = row.filter(|row| row.number_key == number_key);
        if let Some(row) = &row {
            self.announce_verified(row, "code").await;
        }
        let state = row.map(|row| row.state);
        Ok(Some(StatusAnswer { state, as_of: self.now(), good_until: None, source: StatusSource::Register }))
    }
}
