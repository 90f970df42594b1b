//! The settings of trust beyond the own root: further anchors with scope and dates, and trusted lists.

use crate::config::read::Reader;
use crate::verify::{Scope, TrustUse};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use time::OffsetDateTime;

/// What is trusted beyond `keys.anchors`.
#[derive(Debug)]
pub struct Trust {
    /// Files of certificates.
    pub anchors: Vec<AnchorFile>,
    /// Trusted lists (信任列表, ETSI TS 119 612).
    pub lists: Vec<ListFile>,
    /// Where the highest edition of each list that was used is kept.
    pub editions: PathBuf,
}

/// `[[trust.anchor]]`: PEM certificates that are trusted for a scope and a time.
#[derive(Clone, Debug)]
pub struct AnchorFile {
    /// PEM certificates.
    pub file: PathBuf,
    /// What for.
    pub scope: Scope,
    /// First moment; `None` is open.
    pub from: Option<OffsetDateTime>,
    /// Last moment; `None` is open.
    pub until: Option<OffsetDateTime>,
}

/// `[[trust.list]]`: a trusted list, and who may have signed it.
#[derive(Clone, Debug)]
pub struct ListFile {
    /// The list (XML).
    pub file: PathBuf,
    /// PEM certificates of its operator.
    pub signer: PathBuf,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenAnchor {
    file: PathBuf,
    scope: Option<Vec<Use>>,
    #[serde(default, with = "time::serde::rfc3339::option")]
    from: Option<OffsetDateTime>,
    #[serde(default, with = "time::serde::rfc3339::option")]
    until: Option<OffsetDateTime>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenList {
    file: PathBuf,
    signer: PathBuf,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Use {
    Seal,
    TimeStamp,
    Qr,
}

/// Reads `[trust]`.
pub fn read_trust(reader: &mut Reader, data: &Path) -> Trust {
    let anchors: Vec<WrittenAnchor> = reader.or("trust.anchor", Vec::new());
    if anchors.iter().any(|anchor| anchor.scope.as_ref().is_some_and(Vec::is_empty)) {
        reader.refuse("trust.anchor", "scope must name at least one of \"seal\", \"time-stamp\", \"qr\"; leave it out for all");
    }
    if anchors.iter().any(|anchor| anchor.from.zip(anchor.until).is_some_and(|(from, until)| until < from)) {
        reader.refuse("trust.anchor", "until must be later than from");
    }
    let anchors = anchors.into_iter().map(|WrittenAnchor { file, scope, from, until }| {
        let scope = scope.map_or(Scope::ALL, |uses| uses.into_iter().fold(Scope::NONE, |scope, one| scope.with(one.into())));
        AnchorFile { file: reader.resolve(&file), scope, from, until }
    });
    let anchors = anchors.collect();
    let lists: Vec<WrittenList> = reader.or("trust.list", Vec::new());
    let lists = lists.into_iter().map(|list| ListFile { file: reader.resolve(&list.file), signer: reader.resolve(&list.signer) }).collect();
    Trust { anchors, lists, editions: data.join("trust-lists.json") }
}

impl From<Use> for TrustUse {
    fn from(one: Use) -> Self {
        match one {
            Use::Seal => Self::Seal,
            Use::TimeStamp => Self::TimeStamp,
            Use::Qr => Self::Qr,
        }
    }
}
