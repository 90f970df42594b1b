//! Verifying: `examine(bytes)`, then `conclude(examined, evidence, policy, at)`. Shares no code with the makers.

mod character_map;
mod check_seal;
pub mod conclude;
mod conclude_licence;
pub mod evidence;
pub mod examine;
mod later_revisions;
mod licence_content;
mod page_text;
mod pdf_date;
pub mod policy;
pub mod token;

pub use crate::pdf::read::Limits;
pub use conclude::{conclude, conclude_token};
pub use evidence::{
    Anchor, AnchorError, Evidence, Needs, RegisterAnswer, RegisterQuestion, RevocationQuestion, Scope, TrustUse, ValidationMaterial,
};
pub use examine::{ExamineError, Examined, examine};
pub use policy::{Policy, Profile, RevocationRule};
