//! Reads a CMS and checks its signature with the first certificate that is in it.
#![no_main]

use elicence::cms::check_signature::{algorithm, check_signature};
use elicence::cms::read_certificate::Certificate;
use elicence::cms::read_signed_data::SignedData;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok((cms, rest)) = SignedData::read(bytes) else { return };
    assert!(rest.len() < bytes.len());
    let Some(digest) = cms.digest_algorithm.hash() else { return };
    for certificate in cms.certificates.iter().filter_map(|der| Certificate::read(der).ok()).take(4) {
        if let Ok(algorithm) = algorithm(&cms.signature_algorithm, digest, certificate.spki) {
            let _ = check_signature(&algorithm, certificate.spki, &cms.attributes.signed_bytes(), cms.signature);
        }
    }
});
