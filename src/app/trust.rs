//! What an installation trusts: its own root, further anchors, and the services of trusted lists, none older than was seen before.

use crate::app::AppError;
use crate::config::Config;
use crate::keys::file_key::read_chain;
use crate::verify::Anchor;
use crate::verify::trust_list::{TrustList, TrustListError};
use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use time::OffsetDateTime;

/// The highest edition of each territory's list that was used.
pub type Editions = BTreeMap<String, u64>;

/// Reads everything that is trusted as of `now`, and the editions of its lists. A list whose next edition is overdue is left out, and the
/// log says so: the service goes on without it.
pub fn load(config: &Config, now: OffsetDateTime) -> Result<(Vec<Anchor>, Editions), AppError> {
    let mut anchors = read_anchors(&config.keys.anchors)?;
    for place in &config.trust.anchors {
        anchors.extend(read_anchors(&place.file)?.into_iter().map(|anchor| anchor.limited(place.scope, place.from, place.until)));
    }
    let mut editions = read_editions(&config.trust.editions)?;
    for place in &config.trust.lists {
        let list = read_list(&place.file, &[&place.signer])?;
        match list.check_edition(now, editions.get(&list.territory).copied()) {
            Ok(()) => {
                anchors.extend(list.anchors());
                editions.insert(list.territory, list.sequence);
            }
            Err(error @ TrustListError::Stale(_)) => tracing::error!(list = %place.file.display(), %error, "a trusted list was left out"),
            Err(error) => return Err(wrong(&place.file, error)),
        }
    }
    Ok((anchors, editions))
}

/// Reads a trusted list that one of the certificates of `signers` (PEM files) signed.
pub fn read_list(file: &Path, signers: &[impl AsRef<Path>]) -> Result<TrustList, AppError> {
    let mut certificates = Vec::new();
    for signer in signers {
        certificates.extend(read_chain(signer.as_ref())?);
    }
    let xml = std::fs::read(file).map_err(|error| AppError::File(file.into(), error))?;
    TrustList::read(&xml, &certificates).map_err(|error| wrong(file, error))
}

/// Keeps what [`load`] used, so that nothing older is ever used again.
pub fn remember(config: &Config, editions: &Editions) -> Result<(), AppError> {
    let file = &config.trust.editions;
    if read_editions(file)? == *editions {
        return Ok(());
    }
    let unwritable = |error: io::Error| AppError::File(file.clone(), error);
    let text = serde_json::to_vec_pretty(editions).map_err(|error| unwritable(error.into()))?;
    let new = file.with_added_extension("new");
    std::fs::write(&new, text).and_then(|()| std::fs::rename(&new, file)).map_err(unwritable)
}

/// The anchors of a PEM file.
pub fn read_anchors(file: &Path) -> Result<Vec<Anchor>, AppError> {
    let text = std::fs::read_to_string(file).map_err(|error| AppError::File(file.into(), error))?;
    Anchor::from_pem(&text).map_err(|problem| wrong(file, problem))
}

fn read_editions(file: &Path) -> Result<Editions, AppError> {
    match std::fs::read(file) {
        Ok(text) => serde_json::from_slice(&text).map_err(|error| AppError::File(file.into(), error.into())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Editions::new()),
        Err(error) => Err(AppError::File(file.into(), error)),
    }
}

fn wrong(file: &Path, problem: impl ToString) -> AppError {
    AppError::Trust(file.into(), problem.to_string())
}
