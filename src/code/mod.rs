//! What a QR code carries: signed CBOR (licence token, status list), its text forms, the symbol. Bytes to values and back, no trust decisions.

mod cbor;
mod claims;
mod cose;
mod digits;
pub mod index_permutation;
pub mod status_list;
mod symbol;
mod text;
mod token;

pub use cbor::Value;
pub use claims::{Annotation, Claims, FIRST_DAY_IN_FORCE, StatusReference};
pub use cose::{raw_signature_of_der, verify_signature};
pub use symbol::{MAX_VERSION, QUIET_ZONE, Symbol, SymbolImage, symbol};
pub use text::{cose_from_text, fit_claims, lc1_text, qr_text};
pub use token::{Token, TokenToSign};

/// Largest token in bytes, after inflation.
pub const MAX_TOKEN: usize = 4096;
/// Longest text form of a token in bytes.
pub const MAX_TEXT: usize = 12 * 1024;

/// Why something is no token of ours, or not a whole one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodeError {
    /// The text has none of the forms of a licence code.
    #[error(
        "this is not a licence code: it must be an address ending in /q#1 or /q#2 and digits, or begin with LC1:; scan the code on the licence again"
    )]
    NotACode,
    /// The text or what it holds exceeds the limits.
    #[error("the code is longer than any licence code can be; scan the code on the licence again")]
    TooLong,
    /// It looks like a licence code, but it holds no whole COSE_Sign1: cut short, or digits that cannot be.
    #[error("the code is incomplete or was misread ({0}); scan the whole code again")]
    Unreadable(&'static str),
    /// A whole COSE_Sign1 that is not as any issuer signs it: not deterministic, unknown members, wrong kinds.
    #[error("the code was changed ({0}); ask the holder for the original")]
    Damaged(&'static str),
    /// A token that does not fit into the largest symbol.
    #[error("the licence number or the verify address is too long for the QR code; shorten `public_url`")]
    DoesNotFit,
    /// A signature value that cannot be one of the algorithm's.
    #[error("the QR key returned a signature of the wrong form; check that it is a P-256 or Ed25519 key")]
    WrongSignature,
}
