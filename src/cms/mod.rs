//! CMS SignedData, certificates, path building and the algorithm policy: bytes to values and back, no trust decisions.

pub mod algorithm;
