//! Reads an application (查阅申请), for its organisation and for whoever reviews it.

use crate::{
    domain::{actor::Actor, application::ApplicationId, audit::AuditAction},
    services::{
        ApplicationView, Refusal, Services,
        applications::{about, refused},
    },
};

impl Services {
    /// Reads one application. Every reading is audited before it is answered.
    pub async fn read_application(&self, actor: &Actor, id: ApplicationId) -> Result<ApplicationView, Refusal> {
        let done = self.try_read(actor, id).await;
        if let Err(refusal) = &done {
            self.audit_refusal(refused(AuditAction::ReadApplication, actor, id), refusal).await;
        }
        done
    }

    async fn try_read(&self, actor: &Actor, id: ApplicationId) -> Result<ApplicationView, Refusal> {
        let application = self.find_application(id).await?;
        self.permit_reading(actor, application.row.kind, &application.row.organisation_code).await?;
        self.audit_alone(&about(AuditAction::ReadApplication, actor, &application.row)).await?;
        self.view_of(application)
    }
}
