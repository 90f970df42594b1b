//! The identifier of an electronic licence (电子证照标识, GB/T 36904) and the licence type code in it.
//!
//! `1.2.156.3005.2.<type 21>.<issuer 18>.<serial>.<version 3>.<check 1>`. It looks like an OID and is none (it holds letters):
//! never encode it as OBJECT IDENTIFIER.

use crate::domain::{codes::Uscc, licence::LicenceId};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// The fixed beginning of every identifier.
pub const ROOT: &str = "1.2.156.3005.2";

/// Longest serial (流水号) that we make or take; the standard's own limit is not known.
pub const MAX_SERIAL: usize = 64;

/// Why an identifier or type code was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentifierProblem {
    /// It does not begin with [`ROOT`].
    #[error("a licence identifier begins with 1.2.156.3005.2")]
    Root,
    /// It does not have the five parts after the root.
    #[error("a licence identifier has five parts after its root: type, issuer, serial, version, check character")]
    Parts,
    /// The licence type code (证照类型代码) is not 18 characters of an authority's code and 3 digits.
    #[error("a licence type code is the defining authority's 18-character code and 3 digits")]
    TypeCode,
    /// The issuer (证照颁发机构代码) is no unified social credit code.
    #[error("the issuer in the identifier is not a valid unified social credit code")]
    Issuer,
    /// The serial (流水号) is empty, too long, or not of `0-9A-Z`.
    #[error("the serial in the identifier must be 1 to 64 characters of 0-9 and A-Z")]
    Serial,
    /// The version (版本号) is not `001` to `999`.
    #[error("the version in the identifier must be 001 to 999")]
    Version,
    /// The check character (校验位) does not fit.
    #[error("the check character of the identifier does not fit: a character is wrong or two are swapped")]
    Check,
}

/// A licence type code (证照类型代码): the defining authority's unified social credit code and a 3-digit order number.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TypeCode(String);

impl TypeCode {
    /// Reads 21 characters, upper case.
    pub fn parse(text: &str) -> Result<Self, IdentifierProblem> {
        let (authority, order) = text.split_at_checked(18).ok_or(IdentifierProblem::TypeCode)?;
        let authority_is_exact = Uscc::parse(authority).is_ok_and(|code| code.as_str() == authority);
        if !authority_is_exact || order.len() != 3 || !order.bytes().all(|b| b.is_ascii_digit()) {
            return Err(IdentifierProblem::TypeCode);
        }
        Ok(Self(text.to_owned()))
    }

    /// The 21 characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A strict identifier: every part checked, canonical spelling.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Identifier {
    type_code: TypeCode,
    issuer: Uscc,
    serial: String,
    version: u16,
}

impl Identifier {
    /// Puts an identifier together; `version` is 1 to 999.
    pub fn new(type_code: TypeCode, issuer: &Uscc, serial: &str, version: u16) -> Result<Self, IdentifierProblem> {
        if serial.is_empty() || serial.len() > MAX_SERIAL || !serial.bytes().all(is_symbol) {
            return Err(IdentifierProblem::Serial);
        }
        if !(1..=999).contains(&version) {
            return Err(IdentifierProblem::Version);
        }
        Ok(Self { type_code, issuer: issuer.clone(), serial: serial.to_owned(), version })
    }

    /// Reads an identifier that must be spelled exactly as [`Display`](fmt::Display) writes it.
    pub fn parse(text: &str) -> Result<Self, IdentifierProblem> {
        let parsed = ParsedIdentifier::split(text)?;
        if !parsed.check_fits() {
            return Err(IdentifierProblem::Check);
        }
        let issuer = Uscc::parse(&parsed.issuer).map_err(|_| IdentifierProblem::Issuer)?;
        if issuer.as_str() != parsed.issuer {
            return Err(IdentifierProblem::Issuer);
        }
        Self::new(TypeCode::parse(&parsed.type_code)?, &issuer, &parsed.serial, parsed.version)
    }

    /// The serial for a licence: its number (证照编号) where that is 1 to 64 characters of `0-9A-Z`, else 20 characters made
    /// from the licence id. A number in another spelling is never squeezed into a serial: two numbers could become one.
    pub fn serial_for(number: &str, id: LicenceId) -> String {
        if !number.is_empty() && number.len() <= MAX_SERIAL && number.bytes().all(is_symbol) {
            return number.to_owned();
        }
        let mut rest = u128::from_be_bytes(id.0);
        let mut serial = String::with_capacity(20);
        for _ in 0..20 {
            serial.push(symbol((rest % 36) as u32));
            rest /= 36;
        }
        serial
    }

    /// 证照类型代码.
    pub fn type_code(&self) -> &TypeCode {
        &self.type_code
    }

    /// 证照颁发机构代码.
    pub fn issuer(&self) -> &Uscc {
        &self.issuer
    }

    /// 流水号.
    pub fn serial(&self) -> &str {
        &self.serial
    }

    /// 版本号, 1 to 999.
    pub fn version(&self) -> u16 {
        self.version
    }
}

impl fmt::Display for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, issuer, serial, version) = (&self.type_code.0, self.issuer.as_str(), &self.serial, self.version);
        let check = check_character(&format!("{kind}{issuer}{serial}{version:03}")).unwrap_or('?');
        write!(f, "{ROOT}.{kind}.{issuer}.{serial}.{version:03}.{check}")
    }
}

impl fmt::Debug for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identifier({}.{}.…)", self.type_code.0, self.issuer.as_str())
    }
}

/// An identifier as others write it: check character verified, but the issuer may be something else than 18 characters.
#[derive(Clone, PartialEq, Eq)]
pub struct ParsedIdentifier {
    /// 证照类型代码, 21 characters of `0-9A-Z`.
    pub type_code: String,
    /// 证照颁发机构代码, 6 to 18 characters of `0-9A-Z`.
    pub issuer: String,
    /// 流水号.
    pub serial: String,
    /// 版本号.
    pub version: u16,
    /// 校验位.
    pub check: char,
}

impl ParsedIdentifier {
    /// Reads an identifier in the wild: white space around it is dropped, lower case is taken as upper case, the issuer may
    /// have 6 to 18 characters.
    pub fn parse_lenient(text: &str) -> Result<Self, IdentifierProblem> {
        let parsed = Self::split(&text.trim().to_ascii_uppercase())?;
        if parsed.check_fits() { Ok(parsed) } else { Err(IdentifierProblem::Check) }
    }

    /// Is the issuer a valid unified social credit code, as the standard demands?
    pub fn issuer_is_uscc(&self) -> bool {
        Uscc::parse(&self.issuer).is_ok()
    }

    fn split(text: &str) -> Result<Self, IdentifierProblem> {
        let rest = text.strip_prefix(ROOT).and_then(|r| r.strip_prefix('.')).ok_or(IdentifierProblem::Root)?;
        let mut parts = rest.split('.');
        let mut next = || parts.next().ok_or(IdentifierProblem::Parts);
        let (type_code, issuer, serial, version, check) = (next()?, next()?, next()?, next()?, next()?);
        if parts.next().is_some() {
            return Err(IdentifierProblem::Parts);
        }
        let all = |part: &str| part.bytes().all(is_symbol);
        if type_code.len() != 21 || !all(type_code) {
            return Err(IdentifierProblem::TypeCode);
        }
        if !(6..=18).contains(&issuer.len()) || !all(issuer) {
            return Err(IdentifierProblem::Issuer);
        }
        if serial.is_empty() || serial.len() > MAX_SERIAL || !all(serial) {
            return Err(IdentifierProblem::Serial);
        }
        if version.len() != 3 || !version.bytes().all(|b| b.is_ascii_digit()) || version == "000" {
            return Err(IdentifierProblem::Version);
        }
        let mut check_chars = check.chars();
        let (Some(check), None) = (check_chars.next(), check_chars.next()) else {
            return Err(IdentifierProblem::Check);
        };
        Ok(Self {
            type_code: type_code.to_owned(),
            issuer: issuer.to_owned(),
            serial: serial.to_owned(),
            version: version.parse().map_err(|_| IdentifierProblem::Version)?,
            check,
        })
    }

    fn check_fits(&self) -> bool {
        check_character(&format!("{}{}{}{:03}", self.type_code, self.issuer, self.serial, self.version)) == Some(self.check)
    }
}

impl fmt::Debug for ParsedIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ParsedIdentifier({}.{}.…)", self.type_code, self.issuer)
    }
}

/// The check character of ISO/IEC 7064 MOD 37,36 (GB/T 17710) over `body`; `None` when `body` holds anything but `0-9A-Z`.
pub fn check_character(body: &str) -> Option<char> {
    let mut product = 36;
    for c in body.bytes() {
        let sum = match (product + value(c)?) % 36 {
            0 => 36,
            sum => sum,
        };
        product = 2 * sum % 37;
    }
    Some(symbol((37 - product) % 36))
}

fn value(c: u8) -> Option<u32> {
    match c {
        b'0'..=b'9' => Some(u32::from(c - b'0')),
        b'A'..=b'Z' => Some(u32::from(c - b'A') + 10),
        _ => None,
    }
}

fn symbol(value: u32) -> char {
    char::from_digit(value, 36).map_or('?', |c| c.to_ascii_uppercase())
}

fn is_symbol(c: u8) -> bool {
    value(c).is_some()
}

impl fmt::Display for TypeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for TypeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TypeCode({})", self.0)
    }
}

impl Serialize for Identifier {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Identifier {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

impl Serialize for TypeCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for TypeCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_is_made_as_it_is_read() {
        let made = Identifier::new(
            TypeCode::parse("11999999000000019M003").expect("type"),
            &Uscc::parse("11999999000000027G").expect("issuer"),
            "JY15101000000019",
            10,
        )
        .expect("identifier");
        let text = "1.2.156.3005.2.11999999000000019M003.11999999000000027G.JY15101000000019.010.O";
        assert_eq!(made.to_string(), text);
        assert_eq!(Identifier::parse(text), Ok(made));
        assert_eq!(Identifier::parse(&text.to_lowercase()), Err(IdentifierProblem::TypeCode));
        assert!(ParsedIdentifier::parse_lenient(&format!(" {}\n", text.to_lowercase())).is_ok());
    }

    #[test]
    fn a_number_that_is_no_serial_gets_one_from_the_licence_id() {
        let id = LicenceId([0xff; 16]);
        assert_eq!(Identifier::serial_for("JY15101000000019", id), "JY15101000000019");
        for number in ["", "川(2026)示例市不动产权第0000001号", "ab", "A-1"] {
            let serial = Identifier::serial_for(number, id);
            assert_eq!(serial.len(), 20, "{number}");
            assert!(serial.bytes().all(is_symbol));
        }
        assert_ne!(Identifier::serial_for("", LicenceId([1; 16])), Identifier::serial_for("", LicenceId([2; 16])));
    }

    #[test]
    fn type_codes_are_exact() {
        assert!(TypeCode::parse("11100000MB0143028R001").is_ok());
        for text in
            ["", "11100000MB0143028R01", "11100000MB0143028R0011", "11100000mb0143028R001", "11100000MB0143028S001", "证照类型代码代码代"]
        {
            assert_eq!(TypeCode::parse(text), Err(IdentifierProblem::TypeCode), "{text}");
        }
    }
}
