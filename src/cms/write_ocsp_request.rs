//! Writes an OCSPRequest (RFC 6960 section 4.1.1) for one certificate.

use crate::cms::{
    certificate_id::certificate_id,
    der_write::{element, octet_string, oid, sequence},
    read_certificate::Certificate,
};
use const_oid::db::rfc6960;

/// A request for the certificate with `serial` (content octets) under `issuer`; with `nonce` the responder is asked to answer freshly
/// (RFC 9654: 1 to 128 random bytes). `None` when the issuer's key cannot be read.
pub fn write_ocsp_request(serial: &[u8], issuer: &Certificate<'_>, nonce: Option<&[u8]>) -> Option<Vec<u8>> {
    let requests = sequence(&[&sequence(&[&certificate_id(serial, issuer)?])]);
    let extensions = nonce.map_or(Vec::new(), |nonce| {
        let value = octet_string(&octet_string(nonce));
        element(0xa2, &sequence(&[&sequence(&[&oid(rfc6960::ID_PKIX_OCSP_NONCE), &value])]))
    });
    Some(sequence(&[&sequence(&[&requests, &extensions])]))
}
