//! COSE_Sign1 (RFC 9052): protected header, what is signed, the four-part array, and the check of a raw signature.

use crate::code::CodeError;
use crate::code::cbor::{Members, Value};
use crate::domain::key_set::{QrKey, TokenAlgorithm};
use der::{Decode, asn1::UintRef};
use ring::signature::{ECDSA_P256_SHA256_FIXED, ED25519, UnparsedPublicKey};

/// Both algorithms sign with 64 bytes.
pub(super) const SIGNATURE: usize = 64;
const ALG: i64 = 1;
const KID: i64 = 4;
const TYP: i64 = 16;

/// A COSE_Sign1 before its signature.
pub(super) struct Unsigned {
    protected: Vec<u8>,
    payload: Vec<u8>,
}

impl Unsigned {
    pub(super) fn new(alg: TokenAlgorithm, kid: [u8; 4], typ: Option<&str>, payload: Vec<u8>) -> Self {
        let mut header = vec![(Value::Int(ALG), Value::Int(alg.cose_id())), (Value::Int(KID), Value::Bytes(kid.to_vec()))];
        header.extend(typ.map(|typ| (Value::Int(TYP), Value::Text(typ.to_owned()))));
        Self { protected: Value::Map(header).encode(), payload }
    }

    pub(super) fn to_be_signed(&self) -> Vec<u8> {
        sig_structure(&self.protected, &self.payload)
    }

    pub(super) fn finish(self, signature: &[u8]) -> Result<Vec<u8>, CodeError> {
        if signature.len() != SIGNATURE {
            return Err(CodeError::WrongSignature);
        }
        let parts = [Value::Bytes(self.protected), Value::Map(vec![]), Value::Bytes(self.payload), Value::Bytes(signature.to_vec())];
        Ok(Value::Array(parts.into()).encode())
    }
}

/// A COSE_Sign1 that was read and not yet checked.
pub(super) struct Unverified {
    pub(super) alg: i64,
    pub(super) kid: [u8; 4],
    pub(super) typ: Option<String>,
    pub(super) payload: Vec<u8>,
    pub(super) signature: [u8; SIGNATURE],
    protected: Vec<u8>,
}

impl Unverified {
    /// Reads the untagged array; the unprotected map must be empty.
    pub(super) fn decode(bytes: &[u8]) -> Result<Self, CodeError> {
        let Value::Array(parts) = Value::decode_outermost(bytes)? else { return Err(CodeError::Unreadable("no COSE_Sign1")) };
        let Ok([Value::Bytes(protected), Value::Map(unprotected), Value::Bytes(payload), Value::Bytes(signature)]) =
            <[Value; 4]>::try_from(parts)
        else {
            return Err(CodeError::Unreadable("no COSE_Sign1"));
        };
        if !unprotected.is_empty() {
            return Err(CodeError::Damaged("unprotected header fields"));
        }
        let mut header = Members::of(Value::decode(&protected)?)?;
        let (alg, kid, typ) = (header.int(ALG)?, header.bytes(KID)?, header.optional_text(TYP)?);
        header.finish()?;
        let signature = signature.try_into().map_err(|_| CodeError::Damaged("the signature has the wrong length"))?;
        Ok(Self { alg, kid, typ, payload, signature, protected })
    }

    pub(super) fn to_be_verified(&self) -> Vec<u8> {
        sig_structure(&self.protected, &self.payload)
    }
}

fn sig_structure(protected: &[u8], payload: &[u8]) -> Vec<u8> {
    let parts = [Value::Text("Signature1".into()), Value::Bytes(protected.to_vec()), Value::Bytes(vec![]), Value::Bytes(payload.to_vec())];
    Value::Array(parts.into()).encode()
}

/// Does `signature` (raw, 64 bytes) over `message` belong to the key, by the key's own algorithm?
pub fn verify_signature(key: &QrKey, message: &[u8], signature: &[u8]) -> bool {
    let Ok(public_key) = key.raw_public_key() else { return false };
    match key.alg {
        TokenAlgorithm::Esp256 => UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, public_key).verify(message, signature).is_ok(),
        TokenAlgorithm::Ed25519 => UnparsedPublicKey::new(&ED25519, public_key).verify(message, signature).is_ok(),
    }
}

/// The raw `r || s` (64 bytes) of a P-256 signature in DER (RFC 5480), as signers of certificates and documents return it.
pub fn raw_signature_of_der(signature: &[u8]) -> Result<[u8; SIGNATURE], CodeError> {
    #[derive(der::Sequence)]
    struct EcdsaSignature<'a> {
        r: UintRef<'a>,
        s: UintRef<'a>,
    }
    let parsed = EcdsaSignature::from_der(signature).map_err(|_| CodeError::WrongSignature)?;
    let mut raw = [0; SIGNATURE];
    let (r, s) = raw.split_at_mut(SIGNATURE / 2);
    for (part, number) in [(r, parsed.r), (s, parsed.s)] {
        let bytes = number.as_bytes();
        let start = part.len().checked_sub(bytes.len()).ok_or(CodeError::WrongSignature)?;
        part.get_mut(start..).ok_or(CodeError::WrongSignature)?.copy_from_slice(bytes);
    }
    Ok(raw)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_numbers_are_padded() {
        let raw = raw_signature_of_der(&[0x30, 7, 2, 1, 5, 2, 2, 0, 0x80]).expect("DER");
        assert_eq!((raw[31], raw[63], raw.iter().filter(|b| **b == 0).count()), (5, 0x80, 62));
        for broken in [&[][..], &[0x30, 0], &[0x30, 6, 2, 1, 5, 2, 1, 5, 0], &[0x30, 8, 2, 2, 0, 5, 2, 2, 0, 5]] {
            assert_eq!(raw_signature_of_der(broken), Err(CodeError::WrongSignature), "{broken:?}");
        }
    }

    #[test]
    fn a_signature_has_64_bytes() {
        let unsigned = Unsigned::new(TokenAlgorithm::Esp256, [1, 2, 3, 4], None, vec![0]);
        assert_eq!(unsigned.finish(&[0; 63]), Err(CodeError::WrongSignature));
    }
}
