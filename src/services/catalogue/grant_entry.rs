//! Authorises departments and systems for an entry (目录授权), by the managing department.

use super::canonical_text;
use crate::{
    domain::{
        actor::Actor,
        audit::{AuditAction, AuditEvent, AuditOutcome},
        authority::Action,
        entry_grant::EntryGrant,
        face::{FieldProblem, ProblemCode},
        page::{Cursor, Page, PageRequest},
    },
    services::{Refusal, Services},
    storage::{
        catalogue,
        catalogue_log::{self, LogRow},
        entry_grants::{self, GrantRow},
    },
};

impl Services {
    /// Sets what a department or system may do with an entry, whatever it was before; a grant of nothing takes it away.
    pub async fn grant_entry(&self, actor: &Actor, type_code: &str, grant: EntryGrant) -> Result<(), Refusal> {
        self.permit(actor, Action::GrantEntry, &self.managing_department()).await?;
        let done = self.try_grant(actor, type_code, grant).await;
        if let Err(refusal) = &done {
            let event = AuditEvent::new(AuditAction::GrantEntry, actor, AuditOutcome::Refused);
            self.audit_refusal(event.about(type_code.chars().take(21).collect::<String>()), refusal).await;
        }
        done
    }

    async fn try_grant(&self, actor: &Actor, type_code: &str, grant: EntryGrant) -> Result<(), Refusal> {
        grant.check().map_err(|problem| {
            let message = problem.to_string();
            Refusal::BadProposal(vec![FieldProblem { field: "grantee".into(), code: ProblemCode::NotAllowed, message }])
        })?;
        let now = self.now_ms();
        let mut transaction = self.store.database.begin().await?;
        catalogue::entry_in(&mut transaction, type_code).await?.ok_or(Refusal::NoEntry)?;
        let before = entry_grants::find_in(&mut transaction, type_code, &grant.grantee).await?.map(|row| row.grant);
        let empty = grant.is_empty();
        if empty {
            if !entry_grants::remove(&mut transaction, type_code, &grant.grantee).await? {
                return Err(Refusal::NotFound);
            }
        } else {
            let row = GrantRow { type_code: type_code.to_owned(), grant: grant.clone(), granted_by: actor.id.clone(), granted_at: now };
            entry_grants::set(&mut transaction, &row).await?;
        }
        let line = LogRow {
            line: 0,
            type_code: type_code.to_owned(),
            at: now,
            actor: actor.id.clone(),
            organisation_code: actor.department.code.clone(),
            operation: if empty { "grant-withdrawn" } else { "granted" }.to_owned(),
            version: None,
            reviewer: None,
            application_id: None,
            stood_before: before.as_ref().map(canonical_text).transpose()?,
            stood_after: if empty { None } else { Some(canonical_text(&grant)?) },
        };
        catalogue_log::append(&mut transaction, &line).await?;
        let rights = [("maintain", grant.maintain), ("mint", grant.mint), ("read", grant.read), ("write", grant.write)];
        let rights: Vec<_> = rights.iter().filter(|(_, given)| *given).map(|(name, _)| *name).collect();
        let event = AuditEvent::new(AuditAction::GrantEntry, actor, AuditOutcome::Done).about(type_code);
        self.audit(&mut transaction, &event.with("grantee", &grant.grantee).with("rights", rights.join(" "))).await?;
        Ok(transaction.commit().await?)
    }

    /// Who is authorised for an entry, by code or id: for the managing department.
    pub async fn list_entry_grants(&self, actor: &Actor, type_code: &str, page: &PageRequest) -> Result<Page<EntryGrant>, Refusal> {
        self.permit(actor, Action::GrantEntry, &self.managing_department()).await?;
        let after = page.after.as_ref().map(Cursor::one_text).transpose()?.unwrap_or_default();
        catalogue::entry(&self.store.database, type_code).await?.ok_or(Refusal::NoEntry)?;
        let rows = entry_grants::of_entry(&self.store.database, type_code, after, page.rows_to_read()).await?;
        Ok(page.page(rows, |row| Cursor::new([row.grant.grantee.as_str().into()])).map(|row| row.grant))
    }
}
