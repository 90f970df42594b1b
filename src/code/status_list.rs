//! The status list: IETF Token Status List (draft-ietf-oauth-status-list) in its CWT form, 2 bits a licence.

use crate::code::CodeError;
use crate::code::cbor::{Members, Value};
use crate::code::cose::{SIGNATURE, Unsigned, Unverified};
use crate::code::index_permutation::LIST_SIZE;
use crate::domain::key_set::TokenAlgorithm;
use flate2::{Compression, read::ZlibDecoder, write::ZlibEncoder};
use std::fmt;
use std::io::{Read, Write};

/// Media type, and the `typ` header (RFC 9596) of the token.
pub const MEDIA_TYPE: &str = "application/statuslist+cwt";
/// Largest signed list that is read: two bits a licence do not deflate at all in the worst case, and there is a frame around them.
pub const MAX_LIST: usize = LIST_BYTES + 4096;

const LIST_BYTES: usize = LIST_SIZE as usize / 4;
const BITS: i64 = 2;
const SUB: i64 = 2;
const EXP: i64 = 4;
const IAT: i64 = 6;
const ISS: i64 = 1;
const STATUS_LIST: i64 = 65533;
const TTL: i64 = 65534;
/// The CBOR tag of COSE_Sign1 (18), which the draft puts in front.
const COSE_SIGN1_TAG: u8 = 0xd2;

/// The states of one list, 2 bits each; the values are [`crate::domain::licence::LicenceState::status_list_value`].
#[derive(Clone, PartialEq, Eq)]
pub struct StatusList(Vec<u8>);

impl Default for StatusList {
    fn default() -> Self {
        Self::new()
    }
}

impl StatusList {
    /// A list of 2^20 licences, all 0: an index that nobody has says nothing.
    pub fn new() -> Self {
        Self(vec![0; LIST_BYTES])
    }

    /// Sets the 2-bit value at an index; `false` when the index is out of range.
    pub fn set(&mut self, index: u32, value: u8) -> bool {
        let (byte, shift) = place(index);
        match self.0.get_mut(byte) {
            Some(byte) => {
                *byte = *byte & !(3 << shift) | (value & 3) << shift;
                true
            }
            None => false,
        }
    }

    /// The 2-bit value at an index; `None` when the index is out of range.
    pub fn get(&self, index: u32) -> Option<u8> {
        let (byte, shift) = place(index);
        self.0.get(byte).map(|byte| byte >> shift & 3)
    }
}

/// Byte and shift of an index: four values a byte, the first in the lowest bits.
fn place(index: u32) -> (usize, u32) {
    ((index / 4) as usize, index % 4 * 2)
}

impl fmt::Debug for StatusList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StatusList(…)")
    }
}

/// What a signed list says of itself. Times are seconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusListClaims {
    /// The issuer whose licences it lists: unified social credit code.
    pub issuer: String,
    /// Its address.
    pub subject: String,
    /// When it was made.
    pub issued_at: i64,
    /// After this moment it says nothing any more.
    pub expires: i64,
    /// How many seconds it may be kept before a fresh one is fetched.
    pub time_to_live: i64,
}

/// A list that waits for its signature.
pub struct StatusListToSign(Unsigned);

impl StatusListToSign {
    /// The list with its claims, for a key.
    pub fn new(claims: &StatusListClaims, list: &StatusList, alg: TokenAlgorithm, kid: [u8; 4]) -> Self {
        let text = |text: &str| Value::Text(text.to_owned());
        let content = Value::Map(vec![(text("bits"), Value::Int(BITS)), (text("lst"), Value::Bytes(compress(&list.0)))]);
        let members = [
            (ISS, text(&claims.issuer)),
            (SUB, text(&claims.subject)),
            (IAT, Value::Int(claims.issued_at)),
            (EXP, Value::Int(claims.expires)),
            (TTL, Value::Int(claims.time_to_live)),
            (STATUS_LIST, content),
        ];
        let payload = Value::Map(members.into_iter().map(|(key, value)| (Value::Int(key), value)).collect()).encode();
        Self(Unsigned::new(alg, kid, Some(MEDIA_TYPE), payload))
    }

    /// The message for the signer.
    pub fn to_be_signed(&self) -> Vec<u8> {
        self.0.to_be_signed()
    }

    /// The bytes to publish, tagged COSE_Sign1, with the raw 64-byte signature.
    pub fn finish(self, raw_signature: &[u8]) -> Result<Vec<u8>, CodeError> {
        let mut out = vec![COSE_SIGN1_TAG];
        out.extend(self.0.finish(raw_signature)?);
        Ok(out)
    }
}

/// A signed list that was read; its signature is not checked yet.
#[derive(Debug)]
pub struct StatusListToken {
    /// The COSE algorithm that it claims.
    pub alg: i64,
    /// Which keys to try.
    pub kid: [u8; 4],
    /// What it says of itself.
    pub claims: StatusListClaims,
    /// The states.
    pub list: StatusList,
    /// Raw signature.
    pub signature: [u8; SIGNATURE],
    message: Vec<u8>,
}

impl StatusListToken {
    /// Reads the published bytes. A list must have all its 2^20 places.
    pub fn parse(bytes: &[u8]) -> Result<Self, CodeError> {
        if bytes.len() > MAX_LIST {
            return Err(CodeError::TooLong);
        }
        let Some((&COSE_SIGN1_TAG, cose)) = bytes.split_first() else { return Err(CodeError::Damaged("no tagged COSE_Sign1")) };
        let unverified = Unverified::decode(cose)?;
        if unverified.typ.as_deref() != Some(MEDIA_TYPE) {
            return Err(CodeError::Damaged("not a status list"));
        }
        let mut members = Members::of(Value::decode(&unverified.payload)?)?;
        let claims = StatusListClaims {
            issuer: members.text(ISS)?,
            subject: members.text(SUB)?,
            issued_at: members.int(IAT)?,
            expires: members.int(EXP)?,
            time_to_live: members.int(TTL)?,
        };
        let mut content = Members::of(members.take(STATUS_LIST).ok_or(CodeError::Damaged("no list in it"))?)?;
        members.finish()?;
        let bits = content.take_key(&Value::Text("bits".into()));
        let Some(Value::Bytes(compressed)) = content.take_key(&Value::Text("lst".into())) else {
            return Err(CodeError::Damaged("no list in it"));
        };
        content.finish()?;
        if bits != Some(Value::Int(BITS)) {
            return Err(CodeError::Damaged("not two bits a licence"));
        }
        let message = unverified.to_be_verified();
        let list = StatusList(decompress(&compressed)?);
        Ok(Self { alg: unverified.alg, kid: unverified.kid, claims, list, signature: unverified.signature, message })
    }

    /// What the signature is over.
    pub fn signed_message(&self) -> &[u8] {
        &self.message
    }
}

/// Zlib (RFC 1950), as the draft says.
fn compress(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    // Writing into a vector does not fail; were it to, the empty list is refused by every reader.
    encoder.write_all(bytes).and_then(|()| encoder.finish()).unwrap_or_default()
}

fn decompress(bytes: &[u8]) -> Result<Vec<u8>, CodeError> {
    let mut list = Vec::with_capacity(LIST_BYTES);
    // One byte beyond the limit is enough to see that there is more.
    let mut limited = ZlibDecoder::new(bytes).take(LIST_BYTES as u64 + 1);
    limited.read_to_end(&mut list).map_err(|_| CodeError::Damaged("the list does not inflate"))?;
    if list.len() == LIST_BYTES { Ok(list) } else { Err(CodeError::Damaged("a list has 2^20 places")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims() -> StatusListClaims {
        StatusListClaims {
            issuer: "11999999000000027G".into(),
            subject: "https://verify.example.gov.cn/api/v1/status-lists/1".into(),
            issued_at: 1_800_000_000,
            expires: 1_800_086_400,
            time_to_live: 60,
        }
    }

    #[test]
    fn values_stand_where_the_draft_puts_them() {
        // The 2-bit example of the draft: statuses 1,2,0,3,0,1,0,1,1,2,3,3 are the bytes c9 44 f9.
        let mut list = StatusList::new();
        for (index, value) in [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3].into_iter().enumerate() {
            assert!(list.set(index as u32, value));
        }
        assert_eq!(list.0.get(..3), Some(&[0xc9, 0x44, 0xf9][..]));
        assert_eq!((list.get(3), list.get(11), list.get(12)), (Some(3), Some(3), Some(0)));
        assert!(!list.set(LIST_SIZE, 1));
        assert_eq!(list.get(LIST_SIZE), None);
    }

    #[test]
    fn a_list_reads_back() {
        let mut list = StatusList::new();
        list.set(123_456, 1);
        list.set(LIST_SIZE - 1, 3);
        let unsigned = StatusListToSign::new(&claims(), &list, TokenAlgorithm::Esp256, [1, 2, 3, 4]);
        let message = unsigned.to_be_signed();
        let bytes = unsigned.finish(&[5; 64]).expect("64 bytes");
        let read = StatusListToken::parse(&bytes).expect("reads");
        assert_eq!((read.claims.clone(), read.list.clone(), read.signed_message()), (claims(), list, message.as_slice()));
        assert!(bytes.len() < 1000, "a nearly empty list is small: {}", bytes.len());
    }

    #[test]
    fn a_short_or_endless_list_is_refused() {
        for length in [LIST_BYTES - 1, LIST_BYTES + 1, LIST_BYTES * 50] {
            assert!(matches!(decompress(&compress(&vec![0; length])), Err(CodeError::Damaged(_))), "{length}");
        }
        assert!(matches!(StatusListToken::parse(&[0xd2, 0x80]), Err(CodeError::Unreadable(_))));
        assert_eq!(StatusListToken::parse(&vec![0; MAX_LIST + 1]).err(), Some(CodeError::TooLong));
    }
}
