//! Trusted lists (信任列表, ETSI TS 119 612): the list's signature is checked, then its granted services become anchors with scope and dates.

mod canonicalize;
mod check_xml_signature;
mod read_services;

use crate::verify::evidence::{Anchor, Scope, TrustUse};
use check_xml_signature::check_xml_signature;
use read_services::{read_scheme, read_services};
use roxmltree::{Document, ParsingOptions};
use time::OffsetDateTime;

/// Longest list, bytes; the longest of the European Union has about 10 MB.
const LONGEST: usize = 32 << 20;
/// Most nodes of a list.
const MOST_NODES: u32 = 4_000_000;
/// The namespace of the lists.
const TSL: &str = "http://uri.etsi.org/02231/v2#";

/// A trusted list whose signature holds.
#[derive(Clone, Debug)]
pub struct TrustList {
    /// Country or region (SchemeTerritory), e.g. `CN`.
    pub territory: String,
    /// Grows with every edition (TSLSequenceNumber).
    pub sequence: u64,
    /// When this edition was issued.
    pub issued_at: OffsetDateTime,
    /// When the next one is due; `None` closes the list for good.
    pub next_update: Option<OffsetDateTime>,
    /// The granted services that seals and time-stamps may rest on.
    pub services: Vec<TrustedService>,
    /// Granted services whose certificate cannot be used as an anchor.
    pub unusable: usize,
}

/// A service with the time in which it was granted.
#[derive(Clone, Debug)]
pub struct TrustedService {
    /// Trade name of the provider.
    pub provider: String,
    /// Name of the service.
    pub name: String,
    /// What it is trusted for, within the dates of its anchor.
    pub what: TrustUse,
    /// Its certificate, limited to that use and time.
    pub anchor: Anchor,
}

/// Why a list was not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TrustListError {
    /// It is longer than any list.
    #[error("信任列表过大 the trusted list is longer than 32 MiB")]
    TooLong,
    /// Not XML in UTF-8, with a document type, or with too many nodes.
    #[error("信任列表不是可用的 XML the trusted list is no XML that is read here: {0}")]
    NotXml(String),
    /// Not a trusted list, or not of a version that is read here.
    #[error("不是 ETSI TS 119 612 信任列表（版本 5 或 6） this is no trusted list of version 5 or 6 (ETSI TS 119 612): {0}")]
    NotAList(&'static str),
    /// The signature is not of the one plain form that is read here.
    #[error("信任列表的签名形式不受支持 the signature of the trusted list has a form that is not read here: {0}")]
    Form(&'static str),
    /// A digest or the signature does not hold under a configured certificate.
    #[error("信任列表的签名无效，请勿使用 the signature of the trusted list does not hold: {0}; get the list again from its operator")]
    Signature(&'static str),
    /// No certificate to check the signature with.
    #[error("没有可用于核验信任列表签名的证书 give the certificate of the list's operator, or the list cannot be trusted")]
    NoSigner,
    /// Its next edition is due.
    #[error("信任列表已过期 the trusted list expired at {0}: get the new edition")]
    Stale(OffsetDateTime),
    /// It was issued later than now.
    #[error("信任列表的签发时间晚于当前时间 the trusted list was issued at {0}, which is not yet: check the clock")]
    NotYet(OffsetDateTime),
    /// An older edition than one that was seen.
    #[error("信任列表被回退：已见过序号 {seen}，此列表为 {found} an older edition of the trusted list: {seen} was seen, this is {found}")]
    RolledBack {
        /// Number that was seen.
        seen: u64,
        /// Number of this list.
        found: u64,
    },
}

impl TrustList {
    /// Reads a list (XML) and checks that one of `signers` (certificates in DER, trusted because they are configured) signed it.
    pub fn read(xml: &[u8], signers: &[Vec<u8>]) -> Result<Self, TrustListError> {
        let text = text_of(xml)?;
        let options = ParsingOptions { allow_dtd: false, nodes_limit: MOST_NODES, ..ParsingOptions::default() };
        let document = Document::parse_with_options(text, options).map_err(|error| TrustListError::NotXml(error.to_string()))?;
        let root = document.root_element();
        if !root.has_tag_name((TSL, "TrustServiceStatusList")) {
            return Err(TrustListError::NotAList("the root is not TrustServiceStatusList"));
        }
        check_xml_signature(text, &document, signers)?;
        let scheme = read_scheme(root)?;
        let (services, unusable) = read_services(root)?;
        Ok(Self {
            territory: scheme.territory,
            sequence: scheme.sequence,
            issued_at: scheme.issued_at,
            next_update: scheme.next_update,
            services,
            unusable,
        })
    }

    /// May it be used at `now`, after edition `seen`? The caller remembers the highest edition of each territory that it used.
    pub fn check_edition(&self, now: OffsetDateTime, seen: Option<u64>) -> Result<(), TrustListError> {
        match (self.next_update, seen) {
            (_, Some(seen)) if self.sequence < seen => Err(TrustListError::RolledBack { seen, found: self.sequence }),
            _ if now < self.issued_at => Err(TrustListError::NotYet(self.issued_at)),
            (Some(due), _) if due < now => Err(TrustListError::Stale(due)),
            // a closed list is never updated again: its last edition stays
            _ => Ok(()),
        }
    }

    /// The anchors of all services.
    pub fn anchors(&self) -> impl Iterator<Item = Anchor> {
        self.services.iter().map(|service| service.anchor.clone())
    }
}

/// The scope of one use.
fn scope_of(what: TrustUse) -> Scope {
    Scope::NONE.with(what)
}

/// UTF-8 without a byte order mark; another encoding may not even be declared.
fn text_of(xml: &[u8]) -> Result<&str, TrustListError> {
    if xml.len() > LONGEST {
        return Err(TrustListError::TooLong);
    }
    let not_utf8 = || TrustListError::NotXml("it is not UTF-8".into());
    let text = std::str::from_utf8(xml).map_err(|_| not_utf8())?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let declaration = text.strip_prefix("<?xml").and_then(|rest| rest.split_once("?>")).map(|(declaration, _)| declaration);
    let encoding = declaration.and_then(|text| text.split_once("encoding")).map(|(_, rest)| rest.trim_start_matches([' ', '=', '"', '\'']));
    match encoding {
        Some(name) if !name.get(..5).is_some_and(|name| name.eq_ignore_ascii_case("utf-8")) => Err(not_utf8()),
        _ => Ok(text),
    }
}
