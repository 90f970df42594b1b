//! An electronic seal (电子印章) as the service keeps it: whose it is, what it is for, its life, and who may use it. The key is elsewhere.

use crate::domain::{actor::Role, digest::Digest, payload::Party};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{borrow::Cow, fmt};
use time::OffsetDateTime;

/// The id of a seal: 16 random bytes, written as 32 lower-case hex digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SealId(pub [u8; 16]);

impl SealId {
    /// Reads 32 hex digits.
    pub fn from_hex(text: &str) -> Option<Self> {
        let mut out = [0; 16];
        hex::decode_to_slice(text, &mut out).ok()?;
        Some(Self(out))
    }
}

impl fmt::Display for SealId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl Serialize for SealId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SealId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::from_hex(&text).ok_or_else(|| serde::de::Error::custom("the id of a seal is 32 hex digits"))
    }
}

impl JsonSchema for SealId {
    fn schema_name() -> Cow<'static, str> {
        "SealId".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "description": "The id of a seal: 32 lower-case hex digits.", "type": "string", "pattern": "^[0-9a-f]{32}$" })
    }
}

/// What kind of seal it is (印章类型).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SealKind {
    /// The seal of the organisation itself (公章).
    Official,
    /// Seal for electronic licences (电子证照专用章).
    Licence,
    /// Seal for administrative approval (行政审批专用章).
    Approval,
    /// Seal for one kind of business (业务专用章).
    Business,
    /// Seal of the legal representative (法定代表人名章); its words are a person's name.
    LegalRepresentative,
}

impl SealKind {
    /// The word that is stored and sent.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Official => "official",
            Self::Licence => "licence",
            Self::Approval => "approval",
            Self::Business => "business",
            Self::LegalRepresentative => "legal-representative",
        }
    }

    /// Reads [`Self::as_str`].
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Official, Self::Licence, Self::Approval, Self::Business, Self::LegalRepresentative].into_iter().find(|k| k.as_str() == word)
    }
}

/// Where a seal stands in its life (印章状态).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SealState {
    /// Approved, not made yet (已批准). What is applied for and not approved is an application, and no seal.
    Approved,
    /// Key, certificate and picture are there (已制章).
    Made,
    /// Put on record with the seal administration (已备案).
    Recorded,
    /// In use (启用).
    InUse,
    /// Suspended: nothing is sealed with it; what it sealed stays as it is (停用).
    Suspended,
    /// Destroyed, for ever (销毁).
    Destroyed,
}

/// What is done to a seal (印章变更).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SealChange {
    /// The second person approved the application (审批).
    Approve,
    /// Key and certificate are linked with it (制章).
    Make,
    /// It is put on record (备案).
    Record,
    /// It is put to use (启用).
    PutInUse,
    /// It is suspended (停用).
    Suspend,
    /// It is used again (恢复启用).
    Resume,
    /// It is to get another face or certificate, and is made and put on record again (变更).
    Renew,
    /// It is destroyed (销毁).
    Destroy,
}

/// A change that the state of a seal does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a seal that is {} cannot be changed by {}", .from.as_str(), .change.as_str())]
pub struct IllegalSealChange {
    /// The state.
    pub from: SealState,
    /// The change.
    pub change: SealChange,
}

impl SealState {
    const ALL: [Self; 6] = [Self::Approved, Self::Made, Self::Recorded, Self::InUse, Self::Suspended, Self::Destroyed];

    /// The state after a change: the only door from one state to another.
    pub fn after(self, change: SealChange) -> Result<Self, IllegalSealChange> {
        use SealChange as C;
        Ok(match (self, change) {
            (Self::Approved, C::Make) => Self::Made,
            (Self::Made, C::Record) => Self::Recorded,
            (Self::Recorded, C::PutInUse) => Self::InUse,
            (Self::InUse, C::Suspend) => Self::Suspended,
            (Self::Suspended, C::Resume) => Self::InUse,
            (Self::InUse | Self::Suspended, C::Renew) => Self::Approved,
            (Self::Approved | Self::Made | Self::Recorded | Self::InUse | Self::Suspended, C::Destroy) => Self::Destroyed,
            (from, change) => return Err(IllegalSealChange { from, change }),
        })
    }

    /// The word that is stored and sent.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Made => "made",
            Self::Recorded => "recorded",
            Self::InUse => "in-use",
            Self::Suspended => "suspended",
            Self::Destroyed => "destroyed",
        }
    }

    /// Reads [`Self::as_str`].
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

impl SealChange {
    const ALL: [Self; 8] =
        [Self::Approve, Self::Make, Self::Record, Self::PutInUse, Self::Suspend, Self::Resume, Self::Renew, Self::Destroy];

    /// The word that is stored and sent.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Make => "make",
            Self::Record => "record",
            Self::PutInUse => "put-in-use",
            Self::Suspend => "suspend",
            Self::Resume => "resume",
            Self::Renew => "renew",
            Self::Destroy => "destroy",
        }
    }

    /// Reads [`Self::as_str`].
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|change| change.as_str() == word)
    }
}

/// Whom a grant means: everybody of the seal's organisation with a role, or one person or system of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SealUser {
    /// Everybody there with this role. Written `role:issuer`.
    Role(Role),
    /// One actor by its pseudonymous id. Written `actor:desk-1`.
    Actor(String),
}

impl fmt::Display for SealUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Role(role) => write!(f, "role:{}", role.as_str()),
            Self::Actor(id) => write!(f, "actor:{id}"),
        }
    }
}

impl SealUser {
    /// Reads what `Display` writes. An actor's id: 1 to 100 visible ASCII characters.
    pub fn from_word(word: &str) -> Option<Self> {
        match word.split_once(':')? {
            ("role", role) => Role::from_word(role).map(Self::Role),
            ("actor", id) if (1..=100).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic()) => Some(Self::Actor(id.into())),
            _ => None,
        }
    }
}

impl Serialize for SealUser {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SealUser {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::from_word(&text).ok_or_else(|| serde::de::Error::custom("write role:ROLE, e.g. role:issuer, or actor:ID"))
    }
}

impl JsonSchema for SealUser {
    fn schema_name() -> Cow<'static, str> {
        "SealUser".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "description": "`role:ROLE` (everybody of the organisation with that role) or `actor:ID`.", "type": "string", "pattern": "^(role|actor):" })
    }
}

/// One permission: these may use the seal for that licence type.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SealGrant {
    /// 证照类型代码.
    #[serde(rename = "type")]
    pub type_code: String,
    /// Who.
    pub user: SealUser,
}

/// What stands on a seal; at rest it is sealed, because it may be a person's name.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SealFace {
    /// The words on it (印章名称), e.g. `示例市行政审批局电子证照专用章`: 2 to 40 characters.
    pub name: String,
    /// Digits along the lower arc (印章编码); may be empty.
    #[serde(default)]
    pub code: String,
    /// Its picture as PNG, base64; without one the service draws a round seal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<SealPng>,
}

/// What is applied for: a new seal, or another face or certificate of one (印章申请). Reviewed by a second person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "change", rename_all = "kebab-case", deny_unknown_fields)]
pub enum SealProposal {
    /// A new seal (新制).
    New {
        /// The id that it will have; chosen by the service.
        seal: SealId,
        /// Name and code of its owner.
        organisation: Party,
        /// Kind.
        seal_kind: SealKind,
        /// What stands on it.
        face: SealFace,
        /// First day of use, RFC 3339; at once when absent.
        #[serde(default, with = "time::serde::rfc3339::option")]
        #[schemars(with = "Option<String>")]
        valid_from: Option<OffsetDateTime>,
        /// Last moment of use, RFC 3339; as long as its certificate when absent.
        #[serde(default, with = "time::serde::rfc3339::option")]
        #[schemars(with = "Option<String>")]
        valid_until: Option<OffsetDateTime>,
        /// Who may use it for what.
        grants: Vec<SealGrant>,
    },
    /// Another face, or the same one with another certificate (变更).
    Renew {
        /// The seal.
        seal: SealId,
        /// What will stand on it; as before when absent.
        #[serde(default)]
        face: Option<SealFace>,
    },
}

impl SealProposal {
    /// The seal that it is about.
    pub fn seal(&self) -> SealId {
        match self {
            Self::New { seal, .. } | Self::Renew { seal, .. } => *seal,
        }
    }
}

/// A PNG; base64 in JSON.
#[derive(Clone, PartialEq, Eq)]
pub struct SealPng(pub Vec<u8>);

impl SealFace {
    /// Digest over words, code and picture.
    pub fn digest(&self) -> Digest {
        let picture = self.picture.as_ref().map_or(&[][..], |png| &png.0);
        let mut bytes = Vec::new();
        for part in [self.name.as_bytes(), self.code.as_bytes(), picture] {
            bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
            bytes.extend_from_slice(part);
        }
        Digest::of(&bytes)
    }
}

impl fmt::Debug for SealFace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealFace({})", self.digest())
    }
}

impl Serialize for SealPng {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use base64::Engine;
        serializer.serialize_str(&base64::engine::general_purpose::STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for SealPng {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use base64::Engine;
        let text = String::deserialize(deserializer)?;
        base64::engine::general_purpose::STANDARD.decode(text).map(Self).map_err(|_| serde::de::Error::custom("write base64"))
    }
}

impl JsonSchema for SealPng {
    fn schema_name() -> Cow<'static, str> {
        "SealPng".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "description": "A PNG, base64.", "type": "string", "contentEncoding": "base64", "contentMediaType": "image/png" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every pair of state and change, against the table of what is allowed.
    #[test]
    fn only_the_changes_of_the_table_are_possible() {
        let allowed = [
            ("approved", "make", "made"),
            ("approved", "destroy", "destroyed"),
            ("made", "record", "recorded"),
            ("made", "destroy", "destroyed"),
            ("recorded", "put-in-use", "in-use"),
            ("recorded", "destroy", "destroyed"),
            ("in-use", "suspend", "suspended"),
            ("in-use", "renew", "approved"),
            ("in-use", "destroy", "destroyed"),
            ("suspended", "resume", "in-use"),
            ("suspended", "renew", "approved"),
            ("suspended", "destroy", "destroyed"),
        ];
        for state in SealState::ALL {
            for change in SealChange::ALL {
                let expected = allowed.iter().find(|(from, by, _)| (*from, *by) == (state.as_str(), change.as_str()));
                let expected = expected.map(|(_, _, to)| SealState::from_word(to).unwrap());
                assert_eq!(state.after(change).ok(), expected, "{state:?} {change:?}");
            }
        }
    }

    #[test]
    fn users_are_written_and_read() {
        for word in ["role:issuer", "actor:desk-1"] {
            assert_eq!(SealUser::from_word(word).unwrap().to_string(), word);
        }
        for word in ["role:king", "issuer", "actor:", "actor:a b", ""] {
            assert_eq!(SealUser::from_word(word), None, "{word}");
        }
    }
}
