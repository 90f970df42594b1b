//! CMS SignedData, certificates, path building and the algorithm policy: bytes to values and back, no trust decisions.

pub mod algorithm;
pub mod algorithm_identifier;
pub mod build_path;
pub mod check_signature;
pub mod der_read;
pub mod der_write;
pub mod read_certificate;
pub mod read_signed_data;
pub mod signed_attributes;
pub mod write_signed_data;

#[cfg(test)]
mod read_tests;
