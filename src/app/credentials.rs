//! The keys of an installation, loaded, tested, and refused where they are examples in production.

use crate::ambient::{Clock, SystemClock};
use crate::app::{AppError, clients, trust};
use crate::config::{Config, KeyAddress, KeyPlace, Release, StampAuthority};
use crate::domain::key_set::KeySet;
use crate::domain::secret::Secret;
use crate::keys::{FileKey, TokenKey};
use crate::seal::signer::Signer;
use crate::services::{OwnStamps, StampSource, TimedKey};
use crate::verify::Anchor;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What seals and signs, and what is trusted.
pub struct Credentials {
    /// The seal's keys.
    pub seals: Vec<TimedKey>,
    /// The keys of QR tokens and status lists.
    pub qrs: Vec<TimedKey>,
    /// Keys of QR tokens, for verifiers.
    pub qr_keys: KeySet,
    /// Who gives time-stamps.
    pub time_stamps: Option<StampSource>,
    /// What seals, time-stamps and tokens must lead to.
    pub anchors: Vec<Anchor>,
    /// The editions of the trusted lists among them, for [`trust::remember`].
    pub editions: trust::Editions,
    /// Is one of the keys an example?
    pub example: bool,
}

/// Loads them with the passphrase of the installation.
pub fn load(config: &Config, passphrase: &Secret<String>) -> Result<Credentials, AppError> {
    let keys = &config.keys;
    let mut example = false;
    let mut load_all =
        |places: &[KeyPlace]| places.iter().map(|place| load_one(place, passphrase, config.production, &mut example)).collect();
    let (seals, qrs): (Result<Vec<_>, AppError>, Result<Vec<_>, AppError>) = (load_all(&keys.seals), load_all(&keys.qrs));
    let qr_keys = KeySet::from_json(&read(&keys.qr_keys)?).map_err(|problem| AppError::Trust(keys.qr_keys.clone(), problem.to_string()))?;
    let (anchors, editions) = trust::load(config, SystemClock.now())?;
    let (seals, qrs) = (seals?, qrs?);
    let time_stamps = time_stamps(config, passphrase, &mut example)?;
    Ok(Credentials { seals, qrs, qr_keys, time_stamps, anchors, editions, example })
}

fn time_stamps(config: &Config, passphrase: &Secret<String>, example: &mut bool) -> Result<Option<StampSource>, AppError> {
    match &config.time_stamps.authority {
        None => Ok(None),
        Some(StampAuthority::Own { key, chain, policy }) => {
            let place = KeyPlace { key: KeyAddress::File(key.clone()), chain: chain.clone(), from: None, until: None };
            let signer = load_one(&place, passphrase, config.production, example)?.signer;
            Ok(Some(StampSource::Own(OwnStamps { signer, policy: *policy })))
        }
        Some(StampAuthority::Remote { url, policy, timeout }) => {
            Ok(Some(StampSource::Remote(clients::time_stamp_client(config, url, *policy, *timeout)?)))
        }
    }
}

/// The passphrase that opens the key files; the PIN of tokens without a file for it.
pub fn read_passphrase(config: &Config) -> Result<Secret<String>, AppError> {
    match &config.keys.release {
        Release::File(file) => Ok(Secret::new(read(file)?.trim_end_matches(['\r', '\n']).to_owned())),
        Release::TwoKeepers { .. } => Err(AppError::TwoKeepers),
    }
}

/// Loads one key, wherever it is; `example` becomes true for an example.
fn load_one(place: &KeyPlace, passphrase: &Secret<String>, production: bool, example: &mut bool) -> Result<TimedKey, AppError> {
    let (signer, is_example): (Arc<dyn Signer>, bool) = match &place.key {
        KeyAddress::File(file) => {
            let key = FileKey::load(file, &place.chain, passphrase)?;
            let is_example = key.is_example();
            (Arc::new(key), is_example)
        }
        KeyAddress::Token(uri) => {
            let key = TokenKey::load(uri, &place.chain, passphrase)?;
            let is_example = key.is_example();
            (Arc::new(key), is_example)
        }
    };
    if production && is_example {
        return Err(AppError::ExampleKey(path_of(place)));
    }
    *example |= is_example;
    Ok(TimedKey { signer, from: place.from, until: place.until })
}

fn path_of(place: &KeyPlace) -> PathBuf {
    match &place.key {
        KeyAddress::File(file) => file.clone(),
        KeyAddress::Token(_) => place.chain.clone(),
    }
}

fn read(path: &Path) -> Result<String, AppError> {
    std::fs::read_to_string(path).map_err(|error| AppError::File(path.into(), error))
}
