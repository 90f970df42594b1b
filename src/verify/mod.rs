//! Verifying: `examine(bytes)`, then `conclude(examined, evidence, policy, at)`. Shares no code with the makers.

pub mod conclude;
pub mod evidence;
pub mod examine;
pub mod policy;
pub mod token;

pub use crate::pdf::read::Limits;
pub use conclude::conclude;
pub use evidence::{Anchor, AnchorError, Evidence, Needs, RegisterAnswer, RegisterQuestion};
pub use examine::{ExamineError, Examined, examine};
pub use policy::Policy;
