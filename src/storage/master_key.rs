//! The master key file: made once, readable by its owner only, never inside the database.

use crate::{domain::secret::Secret, storage::error::StorageError};
use ring::rand::{SecureRandom, SystemRandom};
use std::{
    fs::{self, OpenOptions},
    io::Write,
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
};
use zeroize::Zeroizing;

/// First line of the file; the second is the key in 64 hex digits.
const HEAD: &str = "elicence-master-key/1";

/// Reads the master key at `path`.
pub fn load_master_key(path: &Path) -> Result<Secret<[u8; 32]>, StorageError> {
    let mode = fs::metadata(path).map_err(StorageError::file("read", path))?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(StorageError::MasterKey(path.into(), "others may read it: chmod 600"));
    }
    let text = Zeroizing::new(fs::read_to_string(path).map_err(StorageError::file("read", path))?);
    let wrong = || StorageError::MasterKey(path.into(), "its text is not that of a master key");
    let digits = text.strip_prefix(HEAD).map(str::trim).ok_or_else(wrong)?;
    let mut key = [0; 32];
    hex::decode_to_slice(digits, &mut key).map_err(|_| wrong())?;
    Ok(Secret::new(key))
}

/// Reads the master key at `path`, or makes it. Two processes that do this at once get the same key.
pub fn load_or_make_master_key(path: &Path) -> Result<Secret<[u8; 32]>, StorageError> {
    if path.exists() {
        return load_master_key(path);
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    super::documents::make_folder_synced(folder)?;
    let mut key = Zeroizing::new([0_u8; 32]);
    SystemRandom::new().fill(&mut *key).map_err(|_| StorageError::Randomness("new master key".into()))?;
    let text = Zeroizing::new(format!("{HEAD}\n{}\n", &*Zeroizing::new(hex::encode(*key))));
    let temporary = path.with_extension(format!("new-{}", std::process::id()));
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&temporary)
        .map_err(StorageError::file("make", &temporary))?;
    file.write_all(text.as_bytes()).map_err(StorageError::file("write", &temporary))?;
    file.sync_all().map_err(StorageError::file("sync", &temporary))?;
    // A hard link fails when the name is taken, so the first process wins and the others read its key.
    let linked = fs::hard_link(&temporary, path);
    fs::remove_file(&temporary).map_err(StorageError::file("remove", &temporary))?;
    match linked {
        Ok(()) => super::documents::sync_folder(folder)?,
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists => {}
        Err(e) => return Err(StorageError::file("make", path)(e)),
    }
    load_master_key(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_made_once_and_kept_private() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/master.key");
        let first = load_or_make_master_key(&path).unwrap();
        let second = load_or_make_master_key(&path).unwrap();
        assert_eq!(first.expose(), second.expose());
        assert_ne!(first.expose(), &[0; 32]);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(load_master_key(&path), Err(StorageError::MasterKey(..))));
    }

    #[test]
    fn a_file_that_is_no_key_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        fs::write(&path, "hello").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert!(matches!(load_or_make_master_key(&path), Err(StorageError::MasterKey(..))));
    }
}
