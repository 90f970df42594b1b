//! CMS SignedData, certificates, time-stamps, revocation, path building and the algorithm policy: bytes to values and back, no trust decisions.

pub mod algorithm;
pub mod algorithm_identifier;
pub mod algorithm_name;
pub mod build_path;
pub mod certificate_algorithms;
pub mod certificate_id;
pub mod check_signature;
pub mod check_time_stamp;
pub mod check_with_rustcrypto;
pub mod der_read;
pub mod der_write;
pub mod pss_parameters;
pub mod read_certificate;
pub mod read_extensions;
pub mod read_ocsp;
pub mod read_ocsp_request;
pub mod read_revocation_list;
pub mod read_signed_data;
pub mod read_time;
pub mod read_time_stamp;
pub mod read_time_stamp_answer;
pub mod read_time_stamp_request;
pub mod signature_memory;
pub mod signed_attributes;
pub mod signed_parts;
pub mod write_ocsp_request;
pub mod write_signed_data;
pub mod write_time_stamp_request;

#[cfg(test)]
mod foreign_signature_tests;
#[cfg(test)]
mod read_tests;
