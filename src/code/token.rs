//! The licence token: COSE_Sign1 over CWT claims, made in two steps around a signer, and read strictly.

use crate::code::claims::Claims;
use crate::code::cose::{SIGNATURE, Unsigned, Unverified};
use crate::code::{CodeError, MAX_TOKEN};
use crate::domain::key_set::TokenAlgorithm;

/// Claims that wait for their signature.
pub struct TokenToSign(Unsigned);

impl TokenToSign {
    /// A token for a key: `kid` is [`crate::domain::key_set::kid_of`] its SubjectPublicKeyInfo.
    pub fn new(claims: &Claims, alg: TokenAlgorithm, kid: [u8; 4]) -> Self {
        Self(Unsigned::new(alg, kid, None, claims.encode()))
    }

    /// The message for the signer (not its digest).
    pub fn to_be_signed(&self) -> Vec<u8> {
        self.0.to_be_signed()
    }

    /// The token with its raw 64-byte signature; for P-256 see [`crate::code::raw_signature_of_der`].
    pub fn finish(self, raw_signature: &[u8]) -> Result<Vec<u8>, CodeError> {
        self.0.finish(raw_signature)
    }
}

/// A token that was read; its signature is not checked yet.
#[derive(Debug)]
pub struct Token {
    /// The COSE algorithm that it claims.
    pub alg: i64,
    /// Which keys to try.
    pub kid: [u8; 4],
    /// What it says.
    pub claims: Claims,
    /// Raw signature.
    pub signature: [u8; SIGNATURE],
    message: Vec<u8>,
}

impl Token {
    /// Reads the bytes of a token: strict deterministic CBOR, empty unprotected header, known claims only.
    pub fn parse(cose: &[u8]) -> Result<Self, CodeError> {
        if cose.len() > MAX_TOKEN {
            return Err(CodeError::TooLong);
        }
        let unverified = Unverified::decode(cose)?;
        if unverified.typ.is_some() {
            return Err(CodeError::Damaged("not a licence token"));
        }
        let claims = Claims::decode(&unverified.payload)?;
        let message = unverified.to_be_verified();
        Ok(Self { alg: unverified.alg, kid: unverified.kid, claims, signature: unverified.signature, message })
    }

    /// What the signature is over.
    pub fn signed_message(&self) -> &[u8] {
        &self.message
    }
}
