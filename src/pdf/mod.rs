//! PDF as a format: bounded reading, writing of objects, incremental updates; no trust decisions.

pub mod read;
pub mod unsealed;
pub mod update;
pub mod write;
