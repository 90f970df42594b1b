//! The words of the service; depends on nothing of ours.

pub mod actor;
pub mod audit;
pub mod authority;
pub mod canonical;
pub mod codes;
pub mod date;
pub mod digest;
pub mod event;
pub mod face;
pub mod holder;
pub mod identifier;
pub mod key_set;
pub mod licence;
pub mod licence_type;
pub mod life;
pub mod metadata;
pub mod page;
pub mod payload;
pub mod seal_level;
pub mod seal_record;
pub mod secret;
pub mod template;
pub mod trust_grade;
pub mod verdict;
