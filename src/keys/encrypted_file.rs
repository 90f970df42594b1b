//! PKCS#8 keys in files, encrypted with scrypt and AES-256-CBC (PBES2, RFC 8018, RFC 7914) so that openssl reads them too.

use crate::{
    ambient::{Entropy, random_bytes},
    domain::secret::Secret,
    keys::KeyError,
};
use pkcs8::{
    EncryptedPrivateKeyInfoOwned, EncryptedPrivateKeyInfoRef, LineEnding, SecretDocument,
    pkcs5::{pbes2, scrypt},
};
use std::{fs, io::Write, path::Path};

/// log2 of the scrypt cost N; with r = 8 it needs 16 MiB, the most that openssl takes without being told otherwise is 32.
const LOG_N: u8 = 14;
/// Passes over that memory (OWASP's minimum for N = 2^14).
const PASSES: u32 = 5;

const ENCRYPTED_LABEL: &str = "ENCRYPTED PRIVATE KEY";
const CLEAR_LABELS: [&str; 3] = ["PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY"];

/// Encrypts a PKCS#8 key (DER) and gives the PEM text.
pub fn encrypt(pkcs8: &[u8], passphrase: &Secret<String>, entropy: &dyn Entropy) -> Result<String, KeyError> {
    if passphrase.expose().is_empty() {
        return Err(KeyError::MissingPassphrase);
    }
    let salt: [u8; 16] = random_bytes(entropy)?;
    let iv: [u8; 16] = random_bytes(entropy)?;
    let failed = |what: &str| KeyError::Generate(what.to_owned());
    let cost = scrypt::Params::new(LOG_N, 8, PASSES).map_err(|_| failed("scrypt refused its cost"))?;
    let scheme = pbes2::Parameters::generate_scrypt_aes256cbc(cost, &salt, iv).map_err(|_| failed("PBES2 refused its parameters"))?;
    let encrypted_data = scheme.encrypt(passphrase.expose(), pkcs8).map_err(|_| failed("PBES2 refused the key"))?;
    let info = EncryptedPrivateKeyInfoOwned {
        encryption_algorithm: scheme.into(),
        encrypted_data: der::asn1::OctetString::new(encrypted_data).map_err(|_| failed("the key is too long"))?,
    };
    let document = SecretDocument::encode_msg(&info).map_err(|_| failed("the key cannot be encoded"))?;
    let pem = document.to_pem(ENCRYPTED_LABEL, LineEnding::LF).map_err(|_| failed("the key cannot be encoded"))?;
    Ok(pem.as_str().to_owned())
}

/// Reads and decrypts a key file; gives PKCS#8 in DER, wiped when dropped.
pub fn read(path: &Path, passphrase: &Secret<String>) -> Result<SecretDocument, KeyError> {
    let text = fs::read_to_string(path).map_err(|source| KeyError::Read { path: path.to_owned(), source })?;
    let text = Secret::new(text);
    let (label, document) = SecretDocument::from_pem(text.expose()).map_err(|_| KeyError::NotAKey(path.to_owned()))?;
    if CLEAR_LABELS.contains(&label) {
        return Err(KeyError::NotEncrypted(path.to_owned()));
    }
    if label != ENCRYPTED_LABEL {
        return Err(KeyError::NotAKey(path.to_owned()));
    }
    if passphrase.expose().is_empty() {
        return Err(KeyError::MissingPassphrase);
    }
    let info: EncryptedPrivateKeyInfoRef<'_> = document.decode_msg().map_err(|_| KeyError::NotAKey(path.to_owned()))?;
    info.decrypt(passphrase.expose()).map_err(|_| KeyError::WrongPassphrase(path.to_owned()))
}

/// Writes a new file that only its owner may read; never over an old one.
pub fn write_private(path: &Path, text: &str) -> Result<(), KeyError> {
    create(path, text, 0o600)
}

/// Writes a new file that everybody may read; never over an old one.
pub fn write_public(path: &Path, text: &str) -> Result<(), KeyError> {
    create(path, text, 0o644)
}

fn create(path: &Path, text: &str, mode: u32) -> Result<(), KeyError> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    let mut file = options.open(path).map_err(|source| match source.kind() {
        std::io::ErrorKind::AlreadyExists => KeyError::Exists(path.to_owned()),
        _ => KeyError::Write { path: path.to_owned(), source },
    })?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(|source| {
        // no half file stays behind; the first error is the one to report
        let _ = fs::remove_file(path);
        KeyError::Write { path: path.to_owned(), source }
    })
}

/// May anybody but the owner read the file?
pub fn is_exposed(path: &Path) -> Result<bool, KeyError> {
    let metadata = fs::metadata(path).map_err(|source| KeyError::Read { path: path.to_owned(), source })?;
    #[cfg(unix)]
    let exposed = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o077 != 0;
    #[cfg(not(unix))]
    let exposed = !metadata.is_file();
    Ok(exposed)
}
