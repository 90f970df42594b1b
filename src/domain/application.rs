//! An application (申请): one person proposes, another one reviews, and only then it takes effect. One mechanism for everything reviewed.

use crate::domain::{
    catalogue_import::ImportProposal,
    directory_entry::{EntryProposal, words},
    licence_proposal::{BacklogProposal, LicenceProposal},
    seal_record::SealProposal,
};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{borrow::Cow, fmt};

/// 16 random bytes, written as 32 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ApplicationId(pub [u8; 16]);

impl ApplicationId {
    /// Reads 32 hex digits.
    pub fn from_hex(text: &str) -> Option<Self> {
        let mut out = [0; 16];
        hex::decode_to_slice(text, &mut out).ok()?;
        Some(Self(out))
    }
}

impl fmt::Display for ApplicationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for ApplicationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApplicationId({self})")
    }
}

impl Serialize for ApplicationId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ApplicationId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::from_hex(&text).ok_or_else(|| serde::de::Error::custom("an application id is 32 hex digits"))
    }
}

impl JsonSchema for ApplicationId {
    fn schema_name() -> Cow<'static, str> {
        "ApplicationId".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "description": "An application id: 32 lower-case hex digits.", "type": "string", "pattern": "^[0-9a-f]{32}$" })
    }
}

/// What is applied for; each kind is one variant of [`Proposal`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ApplicationKind {
    /// A directory entry is added, changed or cancelled (证照目录).
    CatalogueEntry,
    /// A batch of entries is added or changed (目录批量导入).
    CatalogueImport,
    /// A licence is issued (证照签发).
    Licence,
    /// A paper licence is taken over (存量证照).
    Backlog,
    /// A seal is wanted, or another face or certificate of one (电子印章).
    Seal,
}

/// The content of an application. Stored sealed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", content = "content", rename_all = "kebab-case")]
pub enum Proposal {
    /// A directory entry is added, changed or cancelled.
    CatalogueEntry(EntryProposal),
    /// A batch of entries is added or changed.
    CatalogueImport(ImportProposal),
    /// A licence is issued.
    Licence(LicenceProposal),
    /// A paper licence is taken over.
    Backlog(BacklogProposal),
    /// A seal is wanted, or another face or certificate of one.
    Seal(SealProposal),
}

impl Proposal {
    /// Its kind.
    pub fn kind(&self) -> ApplicationKind {
        match self {
            Self::CatalogueEntry(_) => ApplicationKind::CatalogueEntry,
            Self::CatalogueImport(_) => ApplicationKind::CatalogueImport,
            Self::Licence(_) => ApplicationKind::Licence,
            Self::Backlog(_) => ApplicationKind::Backlog,
            Self::Seal(_) => ApplicationKind::Seal,
        }
    }

    /// What it is about, in the clear: a type code, a seal id; never personal data.
    pub fn subject(&self) -> Cow<'_, str> {
        match self {
            Self::CatalogueEntry(entry) => entry.type_code().into(),
            Self::CatalogueImport(import) => import.import_id.as_str().into(),
            Self::Licence(licence) => licence.type_code.as_str().into(),
            Self::Backlog(backlog) => backlog.type_code.as_str().into(),
            Self::Seal(seal) => seal.seal().to_string().into(),
        }
    }
}

/// The state of an application (申请状态).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ApplicationState {
    /// Being written (草稿).
    Draft,
    /// Waits for its review (待审核).
    Submitted,
    /// Approved, and in effect (已通过).
    Approved,
    /// Rejected (已退回).
    Rejected,
    /// Taken back by the applicant (已撤回).
    Withdrawn,
}

/// A step from one state to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ApplicationStep {
    /// The applicant hands it in (上报).
    Submit,
    /// The reviewer agrees (通过).
    Approve,
    /// The reviewer does not (退回).
    Reject,
    /// The applicant takes it back (撤回).
    Withdraw,
}

/// The state does not allow the step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an application that is {} cannot {}", .0.as_str(), .1.as_str())]
pub struct WrongStep(pub ApplicationState, pub ApplicationStep);

impl ApplicationState {
    /// The state after a step; the only door between states.
    pub fn after(self, step: ApplicationStep) -> Result<Self, WrongStep> {
        use ApplicationStep::{Approve, Reject, Submit, Withdraw};
        match (self, step) {
            (Self::Draft, Submit) => Ok(Self::Submitted),
            (Self::Draft | Self::Submitted, Withdraw) => Ok(Self::Withdrawn),
            (Self::Submitted, Approve) => Ok(Self::Approved),
            (Self::Submitted, Reject) => Ok(Self::Rejected),
            (Self::Draft, Approve | Reject)
            | (Self::Submitted, Submit)
            | (Self::Approved | Self::Rejected | Self::Withdrawn, Submit | Approve | Reject | Withdraw) => Err(WrongStep(self, step)),
        }
    }
}

words! {
    ApplicationKind { CatalogueEntry = "catalogue-entry", CatalogueImport = "catalogue-import", Licence = "licence", Backlog = "backlog", Seal = "seal" }
    ApplicationState { Draft = "draft", Submitted = "submitted", Approved = "approved", Rejected = "rejected", Withdrawn = "withdrawn" }
    ApplicationStep { Submit = "submit", Approve = "approve", Reject = "reject", Withdraw = "withdraw" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_decided_stays_decided() {
        use ApplicationStep::{Approve, Reject, Submit, Withdraw};
        for state in [ApplicationState::Approved, ApplicationState::Rejected, ApplicationState::Withdrawn] {
            for step in [Submit, Approve, Reject, Withdraw] {
                assert_eq!(state.after(step), Err(WrongStep(state, step)));
            }
        }
        assert_eq!(ApplicationState::Draft.after(Submit).and_then(|s| s.after(Approve)), Ok(ApplicationState::Approved));
        assert!(ApplicationState::Draft.after(Approve).is_err(), "nothing is approved that was not handed in");
    }
}
