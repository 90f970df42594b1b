//! How an organisation tells a holder: set and removed by the holder's code; addresses at rest only sealed.

use crate::{
    domain::{
        actor::Actor,
        audit::{AuditAction, AuditEvent, AuditOutcome},
        authority::Action,
        subscription::Channel,
    },
    services::{Refusal, Services, describe_licence::damaged},
    storage::contacts::{self, ContactRow},
};
use schemars::JsonSchema;
use serde::Deserialize;

/// A holder, and how to tell the holder.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HolderContact {
    /// 持证主体代码类型代码, as in the face data.
    pub code_type: String,
    /// 持证主体代码.
    pub code: String,
    /// `mail` or `sms`.
    pub channel: Channel,
    /// A mail address or a telephone number; absent: the holder is told no more.
    #[serde(default)]
    pub address: Option<String>,
}

impl std::fmt::Debug for HolderContact {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "HolderContact({})", self.channel.as_str())
    }
}

impl Services {
    /// Sets, or removes, how the actor's organisation tells a holder of its licences.
    pub async fn set_contact(&self, actor: &Actor, contact: HolderContact) -> Result<(), Refusal> {
        let organisation = &actor.department.code;
        self.permit(actor, Action::ManageContacts, organisation).await?;
        let event = |outcome| AuditEvent::new(AuditAction::ManageContact, actor, outcome).with("channel", contact.channel.as_str());
        if let Err(refusal) = self.check_contact(&contact) {
            self.audit_refusal(event(AuditOutcome::Refused), &refusal).await;
            return Err(refusal);
        }
        let holder_key = self.holder_key(contact.code_type.trim(), &contact.code.trim().to_ascii_uppercase())?;
        let row = match &contact.address {
            Some(address) => {
                let contact_id = hex::encode(self.random::<16>()?);
                let vault = &self.store.vault;
                let (key, data_key) = vault.new_data_key(contact_id.as_bytes())?;
                let sealed = vault.seal(&key, contact_id.as_bytes(), "address", address.trim().as_bytes())?;
                Some(ContactRow {
                    contact_id,
                    organisation: organisation.clone(),
                    holder_key,
                    channel: contact.channel,
                    created_at: self.now_ms(),
                    data_key,
                    address: sealed,
                })
            }
            None => None,
        };
        let mut transaction = self.store.database.begin().await?;
        let what = match &row {
            Some(row) => {
                contacts::put(&mut transaction, row).await?;
                "set"
            }
            None => {
                contacts::remove(&mut transaction, organisation, &holder_key, contact.channel).await?;
                "remove"
            }
        };
        self.audit(&mut transaction, &event(AuditOutcome::Done).with("what", what)).await?;
        Ok(transaction.commit().await?)
    }

    fn check_contact(&self, contact: &HolderContact) -> Result<(), Refusal> {
        match (contact.channel, &contact.address) {
            (Channel::Webhook, _) => Err(Refusal::BadTarget(Channel::Webhook)),
            (Channel::Mail | Channel::Sms, Some(address)) => self.check_target(contact.channel, address),
            (Channel::Mail | Channel::Sms, None) => Ok(()),
        }
    }

    pub(super) fn open_address(&self, row: &ContactRow) -> Result<String, Refusal> {
        let (vault, owner) = (&self.store.vault, row.contact_id.as_bytes());
        let address = vault.open(&vault.unwrap(owner, &row.data_key)?, owner, "address", &row.address)?;
        String::from_utf8(address).map_err(|_| damaged("contacts"))
    }
}
