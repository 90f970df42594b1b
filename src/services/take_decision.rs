//! Takes a decision over from an approval system (办结推送): the system says that something was granted, and gets the licence back. The same
//! case and type give the same licence, whatever happens in between.

use crate::{
    domain::{actor::Actor, authority::Action, face::FaceInput},
    services::{MintRequest, Minted, Refusal, Services, mint::Basis},
    storage::vault::Lookup,
};
use std::sync::Arc;

/// What an approval system sends. `Debug` shows no values.
#[derive(Clone)]
pub struct DecisionRequest {
    /// 办件编号: 1 to 100 characters, unique in the system that sends it.
    pub case: String,
    /// 证照类型代码.
    pub type_code: String,
    /// 照面信息.
    pub face: FaceInput,
}

impl std::fmt::Debug for DecisionRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DecisionRequest({})", self.type_code)
    }
}

impl Services {
    /// Mints the licence of a decision, once for each system, case and type. Another decision about the same case and type is refused
    /// ([`Refusal::KeyReused`]): a change is made by [`Self::change_licence`].
    pub async fn take_decision(self: &Arc<Self>, actor: &Actor, decision: DecisionRequest) -> Result<Minted, Refusal> {
        self.permit(actor, Action::PushDecision, &actor.department.code).await?;
        let case = decision.case.trim();
        if !(1..=100).contains(&case.chars().count()) || case.chars().any(char::is_control) {
            return Err(Refusal::WrongValue("办件编号 case"));
        }
        let key = self.store.vault.lookup(Lookup::Case, &[case.as_bytes(), decision.type_code.as_bytes()])?;
        let idempotency_key = Some(format!("decision/{}", hex::encode(key)));
        let request = MintRequest { type_code: decision.type_code, face: decision.face, idempotency_key };
        let minted = self.mint_on(actor, request, Basis::default()).await?;
        self.await_validation(minted).await
    }
}
