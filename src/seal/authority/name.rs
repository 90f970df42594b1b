//! Distinguished names of authorities and seals.

use crate::cms::der_write::{SET, constructed, element, oid, sequence};
use der::asn1::ObjectIdentifier;

const COUNTRY: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.6");
const ORGANIZATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.10");
const UNIT: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.11");
const ORGANIZATION_IDENTIFIER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.97");
const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");

/// A distinguished name, the parts an electronic seal needs (ETSI EN 319 412-3 clause 4.2.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DistinguishedName {
    /// Country, two letters: `CN`.
    pub country: String,
    /// The legal person.
    pub organization: String,
    /// A unit of it.
    pub unit: Option<String>,
    /// Its unified social credit code (统一社会信用代码), written as `NTRCN-` and the code.
    pub organization_code: Option<String>,
    /// The name by which it is known, e.g. that of the seal.
    pub common_name: String,
}

impl DistinguishedName {
    /// DER of the name, one attribute to each set, from the general to the special.
    pub fn to_der(&self) -> Vec<u8> {
        let mut sets = vec![attribute(COUNTRY, 0x13, &self.country), attribute(ORGANIZATION, 0x0c, &self.organization)];
        sets.extend(self.unit.iter().map(|unit| attribute(UNIT, 0x0c, unit)));
        let code = self.organization_code.as_ref().map(|code| format!("NTRCN-{code}"));
        sets.extend(code.iter().map(|code| attribute(ORGANIZATION_IDENTIFIER, 0x0c, code)));
        sets.push(attribute(COMMON_NAME, 0x0c, &self.common_name));
        element(0x30, &sets.concat())
    }
}

/// One relative name; PrintableString is 0x13, UTF8String 0x0c.
fn attribute(kind: ObjectIdentifier, string: u8, value: &str) -> Vec<u8> {
    constructed(SET, &[&sequence(&[&oid(kind), &element(string, value.as_bytes())])])
}
