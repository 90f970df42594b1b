//! Reads seals of the actor's organisation: the list, one of them, its changes and its uses (用印日志).

use crate::{
    domain::{
        actor::Actor,
        audit::{AuditAction, AuditEvent, AuditOutcome},
        authority::Action,
        digest::Digest,
        licence::LicenceId,
        page::{Cursor, Page, PageRequest},
        payload::Party,
        seal_record::{SealChange, SealGrant, SealId, SealKind, SealState},
    },
    services::{Refusal, Services, describe_licence::damaged, moment},
    storage::{
        seal_uses::{self, UseRow},
        seals::{self, SealRow},
    },
};
use schemars::JsonSchema;
use serde::Serialize;
use time::OffsetDateTime;

/// A seal as its organisation sees it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct SealView {
    /// Id.
    pub seal: SealId,
    /// Its owner.
    pub organisation: Party,
    /// Kind.
    pub kind: SealKind,
    /// The words on it (印章名称).
    pub name: String,
    /// Digits along the lower arc (印章编码).
    pub code: String,
    /// State.
    pub state: SealState,
    /// Grows with every change.
    pub state_version: i64,
    /// When it last changed, RFC 3339.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "String")]
    pub state_changed_at: OffsetDateTime,
    /// Of face and certificate; from 1.
    pub version: i64,
    /// SHA-256 over words, code and picture.
    #[schemars(with = "String")]
    pub face: Digest,
    /// SHA-256 of the certificate; absent until it is made.
    #[schemars(with = "Option<String>")]
    pub certificate: Option<Digest>,
    /// First moment of use, RFC 3339.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "String")]
    pub valid_from: OffsetDateTime,
    /// Last moment of use, RFC 3339; absent: as long as its certificate.
    #[serde(with = "time::serde::rfc3339::option")]
    #[schemars(with = "Option<String>")]
    pub valid_until: Option<OffsetDateTime>,
    /// Who may use it for what.
    pub grants: Vec<SealGrant>,
}

/// One change of a seal.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct SealChangeView {
    /// What was done.
    pub change: SealChange,
    /// Before; absent: there was no seal.
    pub from: Option<SealState>,
    /// After.
    pub to: SealState,
    /// Pseudonymous id of who did it.
    pub actor: String,
    /// When, RFC 3339.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "String")]
    pub at: OffsetDateTime,
    /// Why.
    pub reason: String,
}

/// One use of a seal.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct SealUseView {
    /// Id of the licence.
    pub licence: LicenceId,
    /// 证照类型代码.
    #[serde(rename = "type")]
    pub type_code: String,
    /// SHA-256 of the signed byte ranges.
    #[schemars(with = "String")]
    pub digest: Digest,
    /// Version of the seal.
    pub version: i64,
    /// By which grant.
    pub grant: String,
    /// Pseudonymous id of whoever asked for the document.
    pub actor: String,
    /// When, RFC 3339.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "String")]
    pub at: OffsetDateTime,
}

impl Services {
    /// The seals of the actor's organisation, in the order of their ids.
    pub async fn list_seals(&self, actor: &Actor, page: &PageRequest) -> Result<Page<SealView>, Refusal> {
        self.permit(actor, Action::ReadSeal, &actor.department.code).await?;
        let after = match &page.after {
            Some(cursor) => Some(SealId::from_hex(cursor.one_text()?).ok_or(crate::domain::page::PageProblem::Cursor)?),
            None => None,
        };
        let rows = seals::page(&self.store.database, &actor.department.code, after, page.rows_to_read()).await?;
        let rows = page.page(rows, |row| Cursor::new([row.seal_id.to_string().into()]));
        let mut items = Vec::with_capacity(rows.items.len());
        for row in rows.items {
            items.push(self.describe_seal(row).await?);
        }
        self.audit_alone(&AuditEvent::new(AuditAction::ReadSeal, actor, AuditOutcome::Done).with("seals", items.len())).await?;
        Ok(Page { items, next: rows.next })
    }

    /// One seal.
    pub async fn read_seal(&self, actor: &Actor, id: SealId) -> Result<SealView, Refusal> {
        let row = self.seal_for_reader(actor, id, "seal").await?;
        self.describe_seal(row).await
    }

    /// Everything that was done to a seal, in order.
    pub async fn seal_changes(&self, actor: &Actor, id: SealId) -> Result<Vec<SealChangeView>, Refusal> {
        let row = self.seal_for_reader(actor, id, "changes").await?;
        let key = self.seal_key(&row)?;
        let view = |row: seals::SealChangeRow| {
            let reason = self.open_seal_reason(&key, id, &row.reason)?;
            Ok(SealChangeView { change: row.change, from: row.from, to: row.to, actor: row.actor, at: moment(row.at), reason })
        };
        seals::changes(&self.store.database, id).await?.into_iter().map(view).collect()
    }

    /// What was sealed with a seal, newest first.
    pub async fn seal_uses(&self, actor: &Actor, id: SealId, page: &PageRequest) -> Result<Page<SealUseView>, Refusal> {
        self.seal_for_reader(actor, id, "uses").await?;
        let wrong = crate::domain::page::PageProblem::Cursor;
        let before = match &page.after {
            Some(cursor) => {
                let (at, licence) = cursor.int_and_text()?;
                Some((at, LicenceId::from_hex(licence).ok_or(wrong)?))
            }
            None => None,
        };
        let rows = seal_uses::page(&self.store.database, id, before, page.rows_to_read()).await?;
        let page = page.page(rows, |row| Cursor::new([row.used_at.into(), row.planned.subject.to_string().into()]));
        Ok(page.map(|UseRow { planned, digest, used_at }| SealUseView {
            licence: planned.subject,
            type_code: planned.type_code,
            digest: Digest(digest),
            version: planned.version,
            grant: planned.grantee,
            actor: planned.actor,
            at: moment(used_at),
        }))
    }

    pub(super) async fn describe_seal(&self, row: SealRow) -> Result<SealView, Refusal> {
        let id = row.seal_id;
        let version = seals::version(&self.store.database, id, row.version).await?.ok_or_else(|| damaged("seal_versions"))?;
        let face = self.open_face(&self.seal_key(&row)?, id, &version.face)?;
        Ok(SealView {
            seal: id,
            kind: row.kind,
            face: face.digest(),
            name: face.name,
            code: face.code,
            state: row.state,
            state_version: row.state_version,
            state_changed_at: moment(row.state_changed_at),
            version: row.version,
            certificate: version.certificate.map(Digest),
            valid_from: moment(row.valid_from),
            valid_until: row.valid_until.map(moment),
            grants: seals::grants(&self.store.database, id).await?,
            organisation: Party { name: row.organisation_name, code: row.organisation_code },
        })
    }

    async fn seal_for_reader(&self, actor: &Actor, id: SealId, what: &str) -> Result<SealRow, Refusal> {
        self.permit_somewhere(actor, Action::ReadSeal).await?;
        let found = self.find_seal(actor, Action::ReadSeal, id).await;
        let outcome = if found.is_ok() { AuditOutcome::Done } else { AuditOutcome::Refused };
        self.audit_alone(&AuditEvent::new(AuditAction::ReadSeal, actor, outcome).about(id).with("what", what)).await?;
        found
    }
}
