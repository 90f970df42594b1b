//! Reading `Extensions` (RFC 5280 section 4.1): each at most once, each critical or not.

use crate::cms::der_read::{DerError, DerReader, Tlv, tag};
use const_oid::ObjectIdentifier;

/// More extensions than anybody writes.
const MOST: usize = 64;

/// One extension, borrowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extension<'a> {
    /// Content octets of its identifier.
    pub oid: &'a [u8],
    /// Must whoever does not know it refuse the whole?
    pub critical: bool,
    /// The DER inside its OCTET STRING.
    pub value: &'a [u8],
}

impl<'a> Extension<'a> {
    /// Is it the extension `oid`?
    pub fn is(&self, oid: ObjectIdentifier) -> bool {
        self.oid == oid.as_bytes()
    }

    /// Its value, one element of this tag.
    pub fn only(&self, tag: u8) -> Result<Tlv<'a>, DerError> {
        let mut inside = DerReader::new(self.value);
        let tlv = inside.expect(tag)?;
        inside.end()?;
        Ok(tlv)
    }
}

/// Reads the SEQUENCE OF extensions.
pub fn read_extensions<'a>(sequence: &Tlv<'a>) -> Result<Vec<Extension<'a>>, DerError> {
    let mut each = sequence.inside();
    let mut found: Vec<Extension<'a>> = Vec::new();
    while !each.at_end() {
        let mut inside = each.expect(tag::SEQUENCE)?.inside();
        let oid = inside.expect(tag::OID)?.value;
        // a written-out FALSE is not DER, but it stands in lists of large authorities and means nothing else
        let critical = inside.optional(tag::BOOLEAN)?.map_or(Ok(false), |tlv| tlv.boolean())?;
        let value = inside.expect(tag::OCTET_STRING)?.value;
        inside.end()?;
        if found.len() == MOST || found.iter().any(|other| other.oid == oid) {
            return Err(DerError("an extension stands twice, or there are too many"));
        }
        found.push(Extension { oid, critical, value });
    }
    Ok(found)
}
