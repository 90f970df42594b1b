//! Writes a TimeStampReq (RFC 3161 section 2.4.1).

use crate::cms::{
    algorithm::HashAlgorithm,
    algorithm_identifier::hash_identifier,
    der_write::{TRUE, octet_string, oid, sequence, unsigned_integer},
};
use const_oid::ObjectIdentifier;

/// A request for a token over `imprint`, a digest by `hash`, with the authority's certificates in the token (certReq). `nonce` is a
/// positive number, random, big-endian; the answer must repeat it.
pub fn write_time_stamp_request(hash: HashAlgorithm, imprint: &[u8], nonce: &[u8], policy: Option<ObjectIdentifier>) -> Vec<u8> {
    let imprint = sequence(&[&hash_identifier(hash), &octet_string(imprint)]);
    let policy = policy.map(oid).unwrap_or_default();
    sequence(&[&[2, 1, 1], &imprint, &policy, &unsigned_integer(nonce), TRUE])
}
