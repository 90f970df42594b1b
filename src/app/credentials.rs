//! The keys of an installation, loaded, tested, and refused where they are examples in production.

use crate::app::AppError;
use crate::config::{Config, StampAuthority};
use crate::domain::key_set::KeySet;
use crate::domain::secret::Secret;
use crate::keys::FileKey;
use crate::services::{OwnStamps, StampSource};
use crate::verify::Anchor;
use std::path::Path;
use std::sync::Arc;

/// What seals and signs, and what is trusted.
pub struct Credentials {
    /// The seal's key.
    pub seal: Arc<FileKey>,
    /// The key of QR tokens and status lists.
    pub qr: Arc<FileKey>,
    /// Keys of QR tokens, for verifiers.
    pub qr_keys: KeySet,
    /// Who gives time-stamps.
    pub time_stamps: Option<StampSource>,
    /// Roots of seals.
    pub anchors: Vec<Anchor>,
}

/// Loads them.
pub fn load(config: &Config) -> Result<Credentials, AppError> {
    let keys = &config.keys;
    let passphrase = Secret::new(read(&keys.passphrase_file)?.trim_end_matches(['\r', '\n']).to_owned());
    let seal = FileKey::load(&keys.seal_key, &keys.seal_chain, &passphrase)?;
    let qr = FileKey::load(&keys.qr_key, &keys.qr_chain, &passphrase)?;
    for (key, path) in [(&seal, &keys.seal_key), (&qr, &keys.qr_key)] {
        if config.production && key.is_example() {
            return Err(AppError::ExampleKey(path.clone()));
        }
    }
    let qr_keys = KeySet::from_json(&read(&keys.qr_keys)?).map_err(|problem| AppError::Trust(keys.qr_keys.clone(), problem.to_string()))?;
    let anchors = Anchor::from_pem(&read(&keys.anchors)?).map_err(|problem| AppError::Trust(keys.anchors.clone(), problem.to_string()))?;
    let time_stamps = time_stamps(config, &passphrase)?;
    Ok(Credentials { seal: Arc::new(seal), qr: Arc::new(qr), qr_keys, time_stamps, anchors })
}

fn time_stamps(config: &Config, passphrase: &Secret<String>) -> Result<Option<StampSource>, AppError> {
    match &config.time_stamps.authority {
        None => Ok(None),
        Some(StampAuthority::Own { key, chain, policy }) => {
            let signer = FileKey::load(key, chain, passphrase)?;
            if config.production && signer.is_example() {
                return Err(AppError::ExampleKey(key.clone()));
            }
            Ok(Some(StampSource::Own(OwnStamps { signer: Arc::new(signer), policy: *policy })))
        }
    }
}

fn read(path: &Path) -> Result<String, AppError> {
    std::fs::read_to_string(path).map_err(|error| AppError::File(path.into(), error))
}
