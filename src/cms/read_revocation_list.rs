//! Reading a certificate revocation list (证书吊销列表, CRL, RFC 5280 section 5). Whether to believe it is decided elsewhere.

use crate::cms::check_signature::AlgorithmIdentifier;
use crate::cms::der_read::{DerError, DerReader, Tlv, tag};
use crate::cms::read_extensions::read_extensions;
use crate::cms::read_time::read_time;
use crate::cms::signed_parts::SignedParts;
use const_oid::db::rfc5280 as ids;
use time::OffsetDateTime;

/// A list, borrowed from its DER.
#[derive(Clone, Debug)]
pub struct RevocationList<'a> {
    /// The whole list.
    pub der: &'a [u8],
    /// Issuer name, whole SEQUENCE.
    pub issuer: &'a [u8],
    /// When it was made.
    pub this_update: OffsetDateTime,
    /// When the next one is there at the latest.
    pub next_update: Option<OffsetDateTime>,
    /// Content octets of the CRL number.
    pub number: Option<&'a [u8]>,
    /// Key identifier of the key that signed it, as the list says.
    pub authority_key_identifier: Option<&'a [u8]>,
    /// Which certificates it speaks of.
    pub scope: ListScope<'a>,
    /// What its signature covers.
    pub signed: SignedParts<'a>,
    /// The entries one after the other.
    entries: &'a [u8],
}

/// Which certificates a list speaks of. A plain list ([`Self::is_complete`]) speaks of all that its issuer has issued.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ListScope<'a> {
    /// deltaCRLIndicator: only changes since another list.
    pub is_delta: bool,
    /// It may hold certificates of other issuers.
    pub is_indirect: bool,
    /// onlyContainsUserCerts.
    pub only_end_entities: bool,
    /// onlyContainsCACerts.
    pub only_authorities: bool,
    /// onlyContainsAttributeCerts: of no use for certificates.
    pub only_attribute_certificates: bool,
    /// onlySomeReasons: a certificate that is not on it may be revoked for another reason.
    pub only_some_reasons: bool,
    /// DistributionPointName of the issuing distribution point: only certificates that name this point.
    pub distribution_point: Option<&'a [u8]>,
}

/// One revoked certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RevokedEntry {
    /// Since when.
    pub at: OffsetDateTime,
    /// CRLReason, by its number: 1 keyCompromise, 2 cACompromise, 3 affiliationChanged, 4 superseded, 5 cessationOfOperation,
    /// 6 certificateHold, 8 removeFromCRL, 9 privilegeWithdrawn, 10 aACompromise.
    pub reason: Option<u8>,
}

impl ListScope<'_> {
    /// Does it speak of every certificate of its issuer?
    pub fn is_complete(&self) -> bool {
        *self == Self::default()
    }
}

impl<'a> RevocationList<'a> {
    /// Reads the list, which must be all of `der`. An extension that is critical and not known here is an error: such a list must
    /// not be used (RFC 5280 sections 5.2 and 5.3).
    pub fn read(der: &'a [u8]) -> Result<Self, DerError> {
        let mut outer = DerReader::new(der);
        let mut list = outer.expect(tag::SEQUENCE)?.inside();
        outer.end()?;
        let signed = SignedParts::read(&mut list)?;
        list.end()?;
        let mut inside = DerReader::new(signed.to_be_signed).expect(tag::SEQUENCE)?.inside();
        let version = inside.optional(tag::INTEGER)?.map_or(Ok(0), |tlv| tlv.small())?;
        if signed.algorithm != AlgorithmIdentifier::read(&inside.expect(tag::SEQUENCE)?)? {
            return Err(DerError("two different signature algorithms"));
        }
        let issuer = inside.expect(tag::SEQUENCE)?.whole;
        let this_update = read_time(&inside.any()?)?;
        let next_update = match inside.peek() {
            Some(tag::UTC_TIME | tag::GENERALIZED_TIME) => Some(read_time(&inside.any()?)?),
            _ => None,
        };
        let entries = inside.optional(tag::SEQUENCE)?.map_or(&[][..], |tlv| tlv.value);
        let extensions = inside.optional(tag::CONTEXT_0)?;
        inside.end()?;
        if version > 1 || (version == 0 && extensions.is_some()) {
            return Err(DerError("an unknown version of the list"));
        }
        let scope = ListScope::default();
        let mut read = Self { der, issuer, this_update, next_update, number: None, authority_key_identifier: None, scope, signed, entries };
        if let Some(extensions) = extensions {
            read.read_extensions(&extensions)?;
        }
        read.read_entries()?;
        Ok(read)
    }

    /// What the list says of the certificate with this serial number (content octets); the earliest, should it say more than one thing.
    pub fn entry(&self, serial: &[u8]) -> Option<RevokedEntry> {
        self.entries().filter(|(number, _)| *number == serial).map(|(_, entry)| entry).min_by_key(|entry| entry.at)
    }

    /// Every revoked certificate: content octets of its serial number, and what is said of it.
    pub fn entries(&self) -> impl Iterator<Item = (&'a [u8], RevokedEntry)> {
        // `read` has read them all before
        self.each_entry().filter_map(Result::ok).map(|(serial, entry)| (serial, entry.revoked))
    }

    fn each_entry(&self) -> impl Iterator<Item = Result<(&'a [u8], Entry), DerError>> + use<'a> {
        let mut each = DerReader::new(self.entries);
        std::iter::from_fn(move || if each.at_end() { None } else { Some(read_entry(&mut each)) })
    }

    /// Every entry must be readable, or none is believed.
    fn read_entries(&mut self) -> Result<(), DerError> {
        let mut names_issuers = false;
        for entry in self.each_entry() {
            names_issuers |= entry?.1.names_issuer;
        }
        if names_issuers && !self.scope.is_indirect {
            return Err(DerError("an entry of another issuer in a list that is not indirect"));
        }
        Ok(())
    }

    fn read_extensions(&mut self, extensions: &Tlv<'a>) -> Result<(), DerError> {
        for extension in read_extensions(&extensions.only(tag::SEQUENCE)?)? {
            if extension.is(ids::ID_CE_CRL_NUMBER) {
                self.number = Some(extension.only(tag::INTEGER)?.integer()?);
            } else if extension.is(ids::ID_CE_AUTHORITY_KEY_IDENTIFIER) {
                let first = extension.only(tag::SEQUENCE)?.inside().optional(tag::CONTEXT_0_PRIMITIVE)?;
                self.authority_key_identifier = first.map(|tlv| tlv.value);
            } else if extension.is(ids::ID_CE_DELTA_CRL_INDICATOR) {
                self.scope.is_delta = true;
            } else if extension.is(ids::ID_CE_ISSUING_DISTRIBUTION_POINT) {
                self.scope = read_scope(&extension.only(tag::SEQUENCE)?, self.scope)?;
            } else if extension.critical {
                return Err(DerError("a critical extension of the list that is not known here"));
            }
        }
        Ok(())
    }
}

/// An entry with what the reader must know of it.
struct Entry {
    revoked: RevokedEntry,
    names_issuer: bool,
}

/// `SEQUENCE { userCertificate, revocationDate, crlEntryExtensions OPTIONAL }`.
fn read_entry<'a>(each: &mut DerReader<'a>) -> Result<(&'a [u8], Entry), DerError> {
    let mut inside = each.expect(tag::SEQUENCE)?.inside();
    let serial = inside.expect(tag::INTEGER)?.value;
    let at = read_time(&inside.any()?)?;
    let mut entry = Entry { revoked: RevokedEntry { at, reason: None }, names_issuer: false };
    if let Some(extensions) = inside.optional(tag::SEQUENCE)? {
        for extension in read_extensions(&extensions)? {
            if extension.is(ids::ID_CE_CRL_REASONS) {
                entry.revoked.reason = Some(read_reason(&extension.only(tag::ENUMERATED)?)?);
            } else if extension.is(ids::ID_CE_CERTIFICATE_ISSUER) {
                entry.names_issuer = true;
            } else if extension.critical {
                return Err(DerError("a critical extension of an entry that is not known here"));
            }
        }
    }
    inside.end()?;
    Ok((serial, entry))
}

/// CRLReason: 0 to 10 without 7.
pub fn read_reason(tlv: &Tlv<'_>) -> Result<u8, DerError> {
    match tlv.value {
        [reason @ (0..=6 | 8..=10)] => Ok(*reason),
        _ => Err(DerError("an unknown reason of revocation")),
    }
}

/// `IssuingDistributionPoint`, all fields optional, in the order of their tags.
fn read_scope<'a>(sequence: &Tlv<'a>, before: ListScope<'a>) -> Result<ListScope<'a>, DerError> {
    let mut inside = sequence.inside();
    let distribution_point = inside.optional(tag::CONTEXT_0)?.map(|tlv| tlv.value);
    let only_end_entities = flag(&mut inside, 0x81)?;
    let only_authorities = flag(&mut inside, 0x82)?;
    let only_some_reasons = inside.optional(0x83)?.is_some();
    let is_indirect = flag(&mut inside, 0x84)?;
    let only_attribute_certificates = flag(&mut inside, 0x85)?;
    inside.end()?;
    Ok(ListScope {
        is_delta: before.is_delta,
        is_indirect,
        only_end_entities,
        only_authorities,
        only_attribute_certificates,
        only_some_reasons,
        distribution_point,
    })
}

fn flag(inside: &mut DerReader<'_>, tag: u8) -> Result<bool, DerError> {
    inside.optional(tag)?.map_or(Ok(false), |tlv| tlv.boolean())
}
