//! What a licence token says: CWT claims (RFC 8392) with the licence under a private-use claim.

use crate::code::CodeError;
use crate::code::cbor::{Members, Value};
use crate::domain::licence::LicenceId;
use std::collections::BTreeMap;
use std::fmt;

/// The private-use claim that holds the licence.
const LICENCE: i64 = -70001;
/// Value of claim 0 of the licence.
const VERSION: i64 = 1;
/// Key in [`Claims::more`]: first day in force (有效期起始日期), days since 1970-01-01, where it is later than the issue day.
pub const FIRST_DAY_IN_FORCE: i64 = 1;

/// The claims of a token. `Debug` shows neither number nor holder.
#[derive(Clone, PartialEq, Eq)]
pub struct Claims {
    /// Claim 1: the issuer's unified social credit code.
    pub issuer: String,
    /// Claim 6: when the token was signed, seconds since 1970.
    pub issued_at: i64,
    /// Claim 4: after this moment the token says nothing any more, seconds since 1970.
    pub expires: Option<i64>,
    /// 1: licence id.
    pub licence_id: LicenceId,
    /// 2: 证照类型代码.
    pub type_code: String,
    /// 3: 证照编号.
    pub number: String,
    /// 4: 持证主体; of a natural person masked, or absent.
    pub holder: Option<String>,
    /// 5: 证照颁发日期, days since 1970-01-01.
    pub issue_day: Option<i64>,
    /// 6: last day in force, days since 1970-01-01; absent = no end (长期).
    pub expiry_day: Option<i64>,
    /// 7: where its state stands.
    pub status: StatusReference,
    /// 8: first 16 bytes of SHA-256 over the canonical payload of the document.
    pub digest: [u8; 16],
    /// 10: more face fields by number, see [`FIRST_DAY_IN_FORCE`].
    pub more: BTreeMap<i64, Value>,
    /// 11: only on annotated copies (加注件).
    pub annotation: Option<Annotation>,
}

/// A place in a status list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusReference {
    /// Number of the list.
    pub list: u32,
    /// Index in it, below 2^20.
    pub index: u32,
}

/// Who may rely on an annotated copy (加注件), for what, until when.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Annotation {
    /// 0: code of the organisation that may rely on it.
    pub audience: String,
    /// 1: code of the matter (事项).
    pub matter: String,
    /// 2: last moment, seconds since 1970.
    pub not_after: i64,
    /// 3: id of the receipt.
    pub receipt_id: Vec<u8>,
}

impl Claims {
    /// The deterministic CBOR.
    pub fn encode(&self) -> Vec<u8> {
        let mut licence = vec![
            (0, Value::Int(VERSION)),
            (1, Value::Bytes(self.licence_id.0.to_vec())),
            (2, Value::Text(self.type_code.clone())),
            (3, Value::Text(self.number.clone())),
            (7, Value::Array(vec![Value::Int(self.status.list.into()), Value::Int(self.status.index.into())])),
            (8, Value::Bytes(self.digest.to_vec())),
        ];
        licence.extend(self.holder.clone().map(|holder| (4, Value::Text(holder))));
        licence.extend(self.issue_day.map(|day| (5, Value::Int(day))));
        licence.extend(self.expiry_day.map(|day| (6, Value::Int(day))));
        if !self.more.is_empty() {
            licence.push((10, int_map(self.more.clone())));
        }
        licence.extend(self.annotation.as_ref().map(|annotation| (11, annotation.value())));
        let mut claims = vec![(1, Value::Text(self.issuer.clone())), (6, Value::Int(self.issued_at)), (LICENCE, int_map(licence))];
        claims.extend(self.expires.map(|at| (4, Value::Int(at))));
        int_map(claims).encode()
    }

    /// Reads strict CBOR; every member must be known and of its kind.
    pub fn decode(bytes: &[u8]) -> Result<Self, CodeError> {
        let mut claims = Members::of(Value::decode(bytes)?)?;
        let (issuer, issued_at, expires) = (claims.text(1)?, claims.int(6)?, claims.optional_int(4)?);
        let mut licence = Members::of(claims.take(LICENCE).ok_or(CodeError::Damaged("no licence in it"))?)?;
        claims.finish()?;
        if licence.int(0)? != VERSION {
            return Err(CodeError::Damaged("a version that this program does not know"));
        }
        let decoded = Self {
            issuer,
            issued_at,
            expires,
            licence_id: LicenceId(licence.bytes(1)?),
            type_code: licence.text(2)?,
            number: licence.text(3)?,
            holder: licence.optional_text(4)?,
            issue_day: licence.optional_int(5)?,
            expiry_day: licence.optional_int(6)?,
            status: StatusReference::of(licence.take(7))?,
            digest: licence.bytes(8)?,
            more: more_fields(licence.take(10))?,
            annotation: licence.take(11).map(Annotation::of).transpose()?,
        };
        licence.finish()?;
        Ok(decoded)
    }

    /// First day in force, days since 1970-01-01: [`FIRST_DAY_IN_FORCE`] where it is given, else the issue day.
    pub fn first_day(&self) -> Option<i64> {
        match self.more.get(&FIRST_DAY_IN_FORCE) {
            Some(Value::Int(day)) => Some(*day),
            _ => self.issue_day,
        }
    }
}

impl StatusReference {
    fn of(value: Option<Value>) -> Result<Self, CodeError> {
        let Some(Value::Array(pair)) = value else { return Err(CodeError::Damaged("no status reference")) };
        let [Value::Int(list), Value::Int(index)] = pair.as_slice() else {
            return Err(CodeError::Damaged("no status reference"));
        };
        match (u32::try_from(*list), u32::try_from(*index)) {
            (Ok(list), Ok(index)) => Ok(Self { list, index }),
            _ => Err(CodeError::Damaged("a status reference out of range")),
        }
    }
}

impl Annotation {
    fn value(&self) -> Value {
        int_map([
            (0, Value::Text(self.audience.clone())),
            (1, Value::Text(self.matter.clone())),
            (2, Value::Int(self.not_after)),
            (3, Value::Bytes(self.receipt_id.clone())),
        ])
    }

    fn of(value: Value) -> Result<Self, CodeError> {
        let mut members = Members::of(value)?;
        let (audience, matter, not_after) = (members.text(0)?, members.text(1)?, members.int(2)?);
        let Some(Value::Bytes(receipt_id)) = members.take(3) else { return Err(CodeError::Damaged("no receipt id")) };
        members.finish()?;
        Ok(Self { audience, matter, not_after, receipt_id })
    }
}

fn int_map(pairs: impl IntoIterator<Item = (i64, Value)>) -> Value {
    Value::Map(pairs.into_iter().map(|(key, value)| (Value::Int(key), value)).collect())
}

fn more_fields(value: Option<Value>) -> Result<BTreeMap<i64, Value>, CodeError> {
    let pairs = match value {
        None => return Ok(BTreeMap::new()),
        // An empty map would be a second spelling of "none".
        Some(Value::Map(pairs)) if !pairs.is_empty() => pairs,
        Some(_) => return Err(CodeError::Damaged("more fields are not a map")),
    };
    pairs
        .into_iter()
        .map(|(key, value)| match key {
            Value::Int(key) => Ok((key, value)),
            _ => Err(CodeError::Damaged("more fields are numbered")),
        })
        .collect()
}

impl fmt::Debug for Claims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Claims")
            .field("issuer", &self.issuer)
            .field("type_code", &self.type_code)
            .field("licence_id", &self.licence_id)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}
