//! Reads the log of the catalogue (目录日志): who did what, when, and what stood before and after.

use crate::{
    domain::{
        actor::Actor,
        application::ApplicationId,
        audit::{AuditAction, AuditEvent, AuditOutcome},
        authority::{Action, Reach},
        page::{Cursor, Page, PageRequest},
    },
    services::{Refusal, Services, describe_licence::damaged, moment},
    storage::{
        catalogue,
        catalogue_log::{self, LogRow},
        entry_grants,
    },
};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use time::OffsetDateTime;

/// One line of the log.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct LogLine {
    /// From 1.
    pub line: i64,
    /// 证照类型代码.
    pub type_code: String,
    /// When, RFC 3339.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "String")]
    pub at: OffsetDateTime,
    /// Pseudonymous id of whoever did it, or applied for it.
    pub actor: String,
    /// For which organisation.
    pub organisation_code: String,
    /// `added`, `changed`, `cancelled`, `granted` or `grant-withdrawn`.
    pub operation: String,
    /// The version that it made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// Pseudonymous id of whoever approved it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reviewer: Option<String>,
    /// The application that it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application_id: Option<ApplicationId>,
    /// What stood before: the entry, or the grant.
    pub before: Option<Value>,
    /// What stands after.
    pub after: Option<Value>,
}

impl Services {
    /// The log of one entry, or of the whole catalogue, newest first. The managing department and auditors read all of it, others that of
    /// entries that they maintain.
    pub async fn read_catalogue_log(&self, actor: &Actor, type_code: Option<&str>, page: &PageRequest) -> Result<Page<LogLine>, Refusal> {
        self.permit(actor, Action::ReadCatalogueLog, &actor.department.code).await?;
        let keeper = actor.department.code == self.managing_department() || actor.reach(Action::ReadCatalogueLog) == Reach::All;
        let event = AuditEvent::new(AuditAction::ReadCatalogue, actor, AuditOutcome::Done).with("what", "log");
        if !keeper {
            let grant = match type_code {
                Some(code) => entry_grants::find(&self.store.database, code, &actor.department.code).await?,
                None => None,
            };
            if !grant.is_some_and(|row| row.grant.maintain) {
                let refused = AuditEvent { outcome: AuditOutcome::Refused, ..event };
                self.audit_refusal(refused, &Refusal::NotGranted).await;
                return Err(Refusal::NotGranted);
            }
        }
        let before = page.after.as_ref().map(Cursor::one_int).transpose()?.unwrap_or(i64::MAX);
        let rows = catalogue_log::list(&self.store.database, type_code, before, page).await?;
        self.audit_alone(&event.with("lines", rows.len())).await?;
        let Page { items, next } = page.page(rows, |row| Cursor::new([row.line.into()]));
        let mut lines = Vec::with_capacity(items.len());
        for row in items {
            lines.push(self.log_line(row).await?);
        }
        Ok(Page { items: lines, next })
    }

    async fn log_line(&self, row: LogRow) -> Result<LogLine, Refusal> {
        let (before, after) = match row.version {
            Some(version) => (self.stood(&row.type_code, version - 1).await?, self.stood(&row.type_code, version).await?),
            None => (value(row.stood_before.as_deref())?, value(row.stood_after.as_deref())?),
        };
        Ok(LogLine {
            line: row.line,
            type_code: row.type_code,
            at: moment(row.at),
            actor: row.actor,
            organisation_code: row.organisation_code,
            operation: row.operation,
            version: row.version,
            reviewer: row.reviewer,
            application_id: row.application_id,
            before,
            after,
        })
    }

    async fn stood(&self, type_code: &str, version: i64) -> Result<Option<Value>, Refusal> {
        let row = catalogue::version(&self.store.database, type_code, version).await?;
        value(row.as_ref().map(|row| row.document.as_str()))
    }
}

fn value(json: Option<&str>) -> Result<Option<Value>, Refusal> {
    json.map(|json| serde_json::from_str(json).map_err(|_| damaged("catalogue log"))).transpose()
}
