//! Until when keys are strong enough (check V9), in the manner of ETSI TS 119 312: what is old may have been strong when it was made.

use crate::cms::der_read::{DerReader, tag};
use crate::domain::verdict::ReasonCode;
use crate::verify::prove_existence::Known;
use const_oid::db::rfc5912::{ID_RSASSA_PSS, RSA_ENCRYPTION};
use time::OffsetDateTime;
use time::macros::datetime;

/// RSA keys shorter than so many bits are too weak since that moment. Hash functions older than SHA-2 are not computed at all, and
/// curves smaller than 256 bit are not read.
const RSA: [(usize, OffsetDateTime); 3] =
    [(1024, datetime!(2010-08-01 0:00 UTC)), (1900, datetime!(2019-10-01 0:00 UTC)), (3000, datetime!(2029-01-01 0:00 UTC))];

/// Since when signatures by the key `spki` (SubjectPublicKeyInfo, DER) prove nothing; `None` while nobody has said so.
pub fn weak_since(spki: &[u8]) -> Option<OffsetDateTime> {
    let bits = rsa_bits(spki)?;
    RSA.iter().find(|(strong, _)| bits < *strong).map(|(_, since)| *since)
}

/// Was the key strong enough when what it signed is known to have existed?
pub fn judge_key(spki: &[u8], known: Known) -> Result<(), ReasonCode> {
    match weak_since(spki) {
        Some(since) if since <= known.at && known.proven => Err(ReasonCode::CryptoConstraints),
        Some(since) if since <= known.at => Err(ReasonCode::CryptoNoPoe),
        _ => Ok(()),
    }
}

/// Length in bits of the modulus of an RSA key; `None` for another kind of key.
fn rsa_bits(spki: &[u8]) -> Option<usize> {
    let mut inside = DerReader::new(spki).expect(tag::SEQUENCE).ok()?.inside();
    let kind = inside.expect(tag::SEQUENCE).ok()?.inside().expect(tag::OID).ok()?.value;
    if kind != RSA_ENCRYPTION.as_bytes() && kind != ID_RSASSA_PSS.as_bytes() {
        return None;
    }
    let key = inside.expect(tag::BIT_STRING).ok()?.octets_of_bits().ok()?;
    let modulus = DerReader::new(key).expect(tag::SEQUENCE).ok()?.inside().expect(tag::INTEGER).ok()?.value;
    let digits = modulus.iter().position(|byte| *byte != 0).and_then(|first| modulus.get(first..)).unwrap_or_default();
    Some((digits.len() * 8).saturating_sub(digits.first().map_or(0, |byte| byte.leading_zeros() as usize)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cms::der_write::{bit_string, oid, sequence, unsigned_integer};

    fn rsa(bits: usize) -> Vec<u8> {
        let mut modulus = vec![0xff; bits / 8];
        modulus[0] = 0x80;
        let key = sequence(&[&unsigned_integer(&modulus), &unsigned_integer(&[1, 0, 1])]);
        sequence(&[&sequence(&[&oid(RSA_ENCRYPTION), &[5, 0]]), &bit_string(&key)])
    }

    #[test]
    fn a_short_key_was_strong_once() {
        let known = |at, proven| Known { at, proven };
        let (then, now) = (datetime!(2015-01-01 0:00 UTC), datetime!(2026-01-01 0:00 UTC));
        assert_eq!(judge_key(&rsa(1536), known(then, true)), Ok(()));
        assert_eq!(judge_key(&rsa(1536), known(now, true)), Err(ReasonCode::CryptoConstraints));
        assert_eq!(judge_key(&rsa(1536), known(now, false)), Err(ReasonCode::CryptoNoPoe));
        assert_eq!(judge_key(&rsa(2048), known(now, false)), Ok(()));
        assert_eq!(judge_key(&rsa(2048), known(datetime!(2029-01-01 0:00 UTC), false)), Err(ReasonCode::CryptoNoPoe));
        assert_eq!(judge_key(&rsa(3072), known(datetime!(2039-01-01 0:00 UTC), false)), Ok(()));
        assert_eq!(weak_since(&[]), None);
    }
}
