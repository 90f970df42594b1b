//! CMS SignedData, certificates, path building and the algorithm policy: bytes to values and back, no trust decisions.

pub mod algorithm;
pub mod algorithm_identifier;
pub mod der_write;
pub mod write_signed_data;
