//! Lists organisations, and reads one: they are no secret to anybody who was authenticated.

use crate::{
    domain::{
        actor::Actor,
        authority::Action,
        organisation::Organisation,
        page::{Cursor, Page, PageRequest},
    },
    services::{Refusal, Services},
    storage::organisations,
};

impl Services {
    /// Organisations by code; with `parent` those directly below it.
    pub async fn list_organisations(&self, actor: &Actor, parent: Option<&str>, page: &PageRequest) -> Result<Page<Organisation>, Refusal> {
        self.permit_somewhere(actor, Action::ReadOrganisations).await?;
        let after = page.after.as_ref().map(Cursor::one_text).transpose()?.unwrap_or_default();
        let rows = organisations::list(&self.store.database, parent, after, page.rows_to_read()).await?;
        Ok(page.page(rows, |organisation| Cursor::new([organisation.code.as_str().into()])))
    }

    /// The organisation with that code.
    pub async fn read_organisation(&self, actor: &Actor, code: &str) -> Result<Organisation, Refusal> {
        self.permit_somewhere(actor, Action::ReadOrganisations).await?;
        organisations::by_code(&self.store.database, code).await?.ok_or(Refusal::NotFound)
    }
}
