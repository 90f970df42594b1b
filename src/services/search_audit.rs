//! Searches the audit log (查询审计日志): by actor, department, action, subject and time, newest first.

use crate::{
    domain::{
        actor::Actor,
        audit::{AuditAction, AuditEvent, AuditOutcome},
        authority::Action,
        page::{Cursor, Page, PageProblem, PageRequest},
    },
    services::{Refusal, Services, describe_licence::damaged, milliseconds, moment},
    storage::audit_search::{self, AuditQuery, FoundLine},
};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;
use time::OffsetDateTime;

/// What is looked for; absent conditions hold for every line.
#[derive(Clone, Debug, Default)]
pub struct AuditSearch {
    /// Pseudonymous id of the actor.
    pub actor: Option<String>,
    /// Code of its department.
    pub department: Option<String>,
    /// Word of the action, e.g. `mint-licence`.
    pub action: Option<String>,
    /// Pseudonymous subject, e.g. a licence id.
    pub subject: Option<String>,
    /// First moment.
    pub from: Option<OffsetDateTime>,
    /// The moment after the last.
    pub until: Option<OffsetDateTime>,
}

/// A line of the audit log, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AuditEntry {
    /// Its place in the chain; `null` for the second or so in which it waits for it.
    pub position: Option<i64>,
    /// When it was written, RFC 3339.
    #[serde(with = "time::serde::rfc3339")]
    #[schemars(with = "String")]
    pub at: OffsetDateTime,
    /// What was done.
    pub action: String,
    /// Pseudonymous id of the actor.
    pub actor: String,
    /// Code of its department.
    pub department: String,
    /// Pseudonymous subject.
    pub subject: Option<String>,
    /// `done`, `refused` or `failed`.
    pub outcome: String,
    /// Facts that name nobody.
    pub details: BTreeMap<String, String>,
    /// Id of the line, hex.
    pub line_id: String,
}

impl Services {
    /// One page of what fits, newest first. The search itself is audited.
    pub async fn search_audit(&self, actor: &Actor, search: AuditSearch, page: PageRequest) -> Result<Page<AuditEntry>, Refusal> {
        self.permit(actor, Action::SearchAudit, &actor.department.code).await?;
        let before = match &page.after {
            Some(cursor) => {
                let (at, line_id) = cursor.int_and_text()?;
                (at, hex::decode(line_id).map_err(|_| PageProblem::Cursor)?)
            }
            None => (search.until.map_or(i64::MAX, milliseconds), Vec::new()),
        };
        let query = AuditQuery {
            action: search.action,
            actor: search.actor,
            department: search.department,
            subject: search.subject,
            from: search.from.map_or(0, milliseconds),
            before,
        };
        let found = audit_search::search(&self.store.database, &query, page.rows_to_read()).await?;
        let entries: Vec<_> = found.into_iter().map(entry).collect::<Result<_, _>>()?;
        self.audit_alone(&AuditEvent::new(AuditAction::SearchAudit, actor, AuditOutcome::Done)).await?;
        Ok(page.page(entries, |entry| Cursor::new([milliseconds(entry.at).into(), entry.line_id.as_str().into()])))
    }

    /// Fills the search columns of lines that an earlier program wrote; how many.
    pub async fn sort_audit_lines(&self) -> Result<u64, Refusal> {
        let mut filled = 0;
        while audit_search::any_unfilled(&self.store.database).await? {
            let mut transaction = self.store.database.begin().await?;
            filled += audit_search::fill_columns(&mut transaction, 500).await?;
            transaction.commit().await?;
        }
        Ok(filled)
    }
}

fn entry(found: FoundLine) -> Result<AuditEntry, Refusal> {
    let FoundLine { position, line } = found;
    let event: AuditEvent = serde_json::from_str(&line.line).map_err(|_| damaged("audit_lines"))?;
    Ok(AuditEntry {
        position,
        at: moment(line.at),
        action: event.action.as_str().to_owned(),
        actor: event.actor,
        department: event.department,
        subject: event.subject,
        outcome: event.outcome.as_str().to_owned(),
        details: event.details,
        line_id: hex::encode(line.line_id),
    })
}
