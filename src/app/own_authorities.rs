//! The certification authorities of an installation, loaded with their keys and lists.

use crate::app::AppError;
use crate::config::{Config, OwnIssuer};
use crate::domain::secret::Secret;
use crate::keys::FileKey;
use crate::keys::file_key::read_chain;
use crate::seal::signer::Signer;
use crate::services::OwnAuthority;
use der::pem::decode_vec;
use std::path::Path;
use std::sync::Arc;

/// Loads them all with the passphrase of the installation; example keys are refused in production.
pub fn load(config: &Config, passphrase: &Secret<String>) -> Result<Vec<OwnAuthority>, AppError> {
    config.authorities.iter().map(|authority| load_one(authority, config.production, passphrase)).collect()
}

fn load_one(written: &OwnIssuer, production: bool, passphrase: &Secret<String>) -> Result<OwnAuthority, AppError> {
    let key = |key: &Path, chain: &Path| -> Result<Arc<dyn Signer>, AppError> {
        let loaded = FileKey::load(key, chain, passphrase)?;
        if production && loaded.is_example() {
            return Err(AppError::ExampleKey(key.to_owned()));
        }
        Ok(Arc::new(loaded))
    };
    let certificate = read_chain(&written.certificate)?.into_iter().next().unwrap_or_default();
    Ok(OwnAuthority {
        name: written.name.clone(),
        certificate,
        signer: written.key.as_ref().map(|path| key(path, &written.certificate)).transpose()?,
        ocsp: written.ocsp.as_ref().map(|(path, chain)| key(path, chain)).transpose()?,
        issued: beside(&written.certificate),
        list: written.revocation_list.as_deref().map(read_list).transpose()?,
        list_for: written.list_for,
        answer_for: written.answer_for,
    })
}

/// The certificates in all PEM files beside that of the authority. What is no certificate there is somebody else's business.
fn beside(certificate: &Path) -> Vec<Vec<u8>> {
    let files = certificate.parent().and_then(|folder| std::fs::read_dir(folder).ok());
    let paths = files.into_iter().flatten().filter_map(|file| file.ok().map(|file| file.path()));
    let pem = paths.filter(|path| path.extension().is_some_and(|extension| extension == "pem"));
    pem.filter_map(|path| read_chain(&path).ok()).flatten().collect()
}

/// A revocation list from PEM.
fn read_list(path: &Path) -> Result<Vec<u8>, AppError> {
    let text = std::fs::read(path).map_err(|error| AppError::File(path.into(), error))?;
    match decode_vec(&text) {
        Ok(("X509 CRL", list)) => Ok(list),
        Ok((_, _)) => Err(AppError::Trust(path.into(), "it must hold one PEM block of type X509 CRL".into())),
        Err(error) => Err(AppError::Trust(path.into(), error.to_string())),
    }
}
