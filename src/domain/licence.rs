//! An issued licence (电子证照) in the register: its id and its states.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;

/// The licence id: 16 random bytes, written as 32 lower-case hex digits. It says nothing about the holder.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LicenceId(pub [u8; 16]);

impl LicenceId {
    /// Reads 32 hex digits.
    pub fn from_hex(text: &str) -> Option<Self> {
        let mut out = [0; 16];
        hex::decode_to_slice(text, &mut out).ok()?;
        Some(Self(out))
    }
}

impl fmt::Display for LicenceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for LicenceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LicenceId({self})")
    }
}

impl Serialize for LicenceId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl JsonSchema for LicenceId {
    fn schema_name() -> Cow<'static, str> {
        "LicenceId".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "description": "A licence id: 32 lower-case hex digits.", "type": "string", "pattern": "^[0-9a-f]{32}$" })
    }
}

impl<'de> Deserialize<'de> for LicenceId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::from_hex(&text).ok_or_else(|| serde::de::Error::custom("a licence id is 32 hex digits"))
    }
}

/// The stored state of a licence (证照状态). Expiry is computed from the date, never stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LicenceState {
    /// Numbers are reserved, the document is being made (制证中).
    Minting,
    /// The mint was given up; its number and status index stay used (作废).
    Void,
    /// In force (有效).
    Active,
    /// Suspended (暂扣、冻结).
    Suspended,
    /// Use is restricted (限制使用).
    Restricted,
    /// Reported lost by its holder (已挂失).
    Lost,
    /// Replaced by a later version (已变更).
    Superseded,
    /// Revoked by the authority (撤销、吊销).
    Revoked,
    /// Cancelled at the holder's request or by law (注销).
    Cancelled,
}

impl LicenceState {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Minting,
        Self::Void,
        Self::Active,
        Self::Suspended,
        Self::Restricted,
        Self::Lost,
        Self::Superseded,
        Self::Revoked,
        Self::Cancelled,
    ];

    /// The 2-bit value in the status list (licence-qr design): 0 active, 1 revoked, cancelled or void, 2 suspended,
    /// restricted or lost, 3 superseded. A mint in progress counts as void until it is released.
    pub fn status_list_value(self) -> u8 {
        match self {
            Self::Active => 0,
            Self::Minting | Self::Void | Self::Revoked | Self::Cancelled => 1,
            Self::Suspended | Self::Restricted | Self::Lost => 2,
            Self::Superseded => 3,
        }
    }

    /// The word that is stored and sent.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Minting => "minting",
            Self::Void => "void",
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Restricted => "restricted",
            Self::Lost => "lost",
            Self::Superseded => "superseded",
            Self::Revoked => "revoked",
            Self::Cancelled => "cancelled",
        }
    }

    /// Reads [`Self::as_str`].
    pub fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "minting" => Self::Minting,
            "void" => Self::Void,
            "active" => Self::Active,
            "suspended" => Self::Suspended,
            "restricted" => Self::Restricted,
            "lost" => Self::Lost,
            "superseded" => Self::Superseded,
            "revoked" => Self::Revoked,
            "cancelled" => Self::Cancelled,
            _ => return None,
        })
    }
}
