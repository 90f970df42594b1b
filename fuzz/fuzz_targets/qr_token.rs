//! Reads the text of a QR code, the bytes of a token and of a status list; a token that is read is written back the same.
#![no_main]

use elicence::code::status_list::StatusListToken;
use elicence::code::{Token, Value, cose_from_text};
use elicence::domain::key_set::KeySet;
use elicence::verify::token::report_token;
use libfuzzer_sys::fuzz_target;
use time::macros::datetime;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = std::str::from_utf8(bytes) {
        if let Ok(cose) = cose_from_text(text) {
            let _ = Token::parse(&cose);
        }
        let _ = report_token(text, &KeySet::default(), None, datetime!(2026-12-01 0:00 UTC), None);
        let _ = KeySet::from_json(text);
    }
    if let Ok(value) = Value::decode(bytes) {
        assert_eq!(value.encode(), bytes, "CBOR has one encoding");
    }
    if let Ok(token) = Token::parse(bytes) {
        assert!(!token.signed_message().is_empty());
    }
    let _ = StatusListToken::parse(bytes);
});
