//! Verifying: `examine(bytes)`, then `conclude(examined, evidence, policy, at)`. Shares no code with the makers.

mod active_content;
pub mod audit_export;
mod character_map;
mod check_revocation;
mod check_seal;
mod check_store;
mod check_time_stamp;
pub mod conclude;
mod conclude_licence;
mod covered_digests;
mod crypto_policy;
mod differences;
pub mod evidence;
pub mod evidence_bundle;
pub mod examine;
mod judge_chain;
mod judge_signature;
mod level;
mod licence_content;
mod material;
mod page_text;
mod pdf_date;
pub mod policy;
mod prove_existence;
mod read_validation_store;
pub mod token;
pub mod trust_list;

pub use crate::pdf::read::Limits;
pub use conclude::{conclude, conclude_token};
pub use evidence::{
    Anchor, AnchorError, Evidence, MaterialError, Needs, RegisterAnswer, RegisterQuestion, RevocationQuestion, Scope, TrustUse,
    ValidationMaterial,
};
pub use evidence_bundle::{BundleError, EvidenceBundle};
pub use examine::{ExamineError, Examined, examine};
pub use policy::{Policy, Profile, RevocationRule};
