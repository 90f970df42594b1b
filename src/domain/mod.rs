//! The words of the service; depends on nothing of ours.

pub mod actor;
pub mod digest;
pub mod licence;
pub mod licence_type;
pub mod payload;
pub mod secret;
pub mod template;
pub mod verdict;
