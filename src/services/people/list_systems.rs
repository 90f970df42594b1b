//! Lists the connected systems of an organisation.

use crate::{
    domain::{
        actor::Actor,
        authority::Action,
        page::{Cursor, Page, PageRequest},
        system::System,
    },
    services::{Refusal, Services},
    storage::systems,
};

impl Services {
    /// Systems by id.
    pub async fn list_systems(&self, actor: &Actor, organisation: &str, page: &PageRequest) -> Result<Page<System>, Refusal> {
        self.permit(actor, Action::ReadSystems, organisation).await?;
        let after = page.after.as_ref().map(Cursor::one_text).transpose()?.unwrap_or_default();
        let rows = systems::of_organisation(&self.store.database, organisation, after, page.rows_to_read()).await?;
        Ok(page.page(rows, |system| Cursor::new([system.id.as_str().into()])))
    }
}
