//! Sealing a document: prepare, sign, embed; what we refuse to sign. PAdES baseline B-B (ETSI EN 319 142-1).

pub mod signer;
