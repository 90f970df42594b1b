//! The master key file: made once, readable by its owner only, never inside the database. While the master key is replaced, it holds the next one, too.

use crate::{domain::secret::Secret, storage::error::StorageError};
use ring::rand::{SecureRandom, SystemRandom};
use std::{
    fs::{self, OpenOptions},
    io::Write,
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

/// First line of the file; the second is the key in 64 hex digits.
const HEAD: &str = "elicence-master-key/1";

/// Begins the line of the next key.
const NEXT: &str = "next ";

/// The master key of a store and, while it is being replaced, the one that follows it.
#[derive(Debug)]
pub struct MasterKeys {
    /// What the store was made with, or what it was replaced with last.
    pub current: Secret<[u8; 32]>,
    /// What data keys are wrapped with from now on; the current one still opens.
    pub next: Option<Secret<[u8; 32]>>,
}

impl From<Secret<[u8; 32]>> for MasterKeys {
    fn from(current: Secret<[u8; 32]>) -> Self {
        Self { current, next: None }
    }
}

/// Reads the master key file at `path`.
pub fn load_master_key(path: &Path) -> Result<MasterKeys, StorageError> {
    let mode = fs::metadata(path).map_err(StorageError::file("read", path))?.permissions().mode();
    if mode & 0o077 != 0 {
        return Err(StorageError::MasterKey(path.into(), "others may read it: chmod 600"));
    }
    let text = Zeroizing::new(fs::read_to_string(path).map_err(StorageError::file("read", path))?);
    let wrong = || StorageError::MasterKey(path.into(), "its text is not that of a master key");
    let key = |digits: &str| {
        let mut key = [0; 32];
        hex::decode_to_slice(digits, &mut key).map_err(|_| wrong())?;
        Ok(Secret::new(key))
    };
    let lines: Vec<&str> = text.strip_prefix(HEAD).map(str::trim).ok_or_else(wrong)?.lines().collect();
    match lines.as_slice() {
        [current] => Ok(MasterKeys { current: key(current)?, next: None }),
        [current, next] => {
            let next = key(next.strip_prefix(NEXT).ok_or_else(wrong)?)?;
            Ok(MasterKeys { current: key(current)?, next: Some(next) })
        }
        _ => Err(wrong()),
    }
}

/// Makes the next master key, unless there is one: from now on processes that start wrap with it.
pub fn prepare_next(path: &Path) -> Result<(), StorageError> {
    let keys = load_master_key(path)?;
    if keys.next.is_some() {
        return Ok(());
    }
    let next = new_key()?;
    let text = Zeroizing::new(format!("{}{NEXT}{}\n", *file_text(keys.current.expose()), *Zeroizing::new(hex::encode(*next))));
    super::documents::replace_synced(path, text.as_bytes())
}

/// Makes the next master key the only one. The file as it was stays beside it, as `…replaced-SECONDS`: backups need it.
pub fn promote_next(path: &Path, seconds: i64) -> Result<PathBuf, StorageError> {
    let keys = load_master_key(path)?;
    let next = keys.next.ok_or_else(|| StorageError::MasterKey(path.into(), "it holds no next key"))?;
    let kept = path.with_extension(format!("replaced-{seconds}"));
    super::documents::replace_synced(&kept, file_text(keys.current.expose()).as_bytes())?;
    super::documents::replace_synced(path, file_text(next.expose()).as_bytes())?;
    Ok(kept)
}

fn new_key() -> Result<Zeroizing<[u8; 32]>, StorageError> {
    let mut key = Zeroizing::new([0_u8; 32]);
    SystemRandom::new().fill(&mut *key).map_err(|_| StorageError::Randomness("new master key".into()))?;
    Ok(key)
}

fn file_text(key: &[u8; 32]) -> Zeroizing<String> {
    Zeroizing::new(format!("{HEAD}\n{}\n", &*Zeroizing::new(hex::encode(key))))
}

/// Reads the master key at `path`, or makes it. Two processes that do this at once get the same key.
pub fn load_or_make_master_key(path: &Path) -> Result<MasterKeys, StorageError> {
    if path.exists() {
        return load_master_key(path);
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    super::documents::make_folder_synced(folder)?;
    let text = file_text(&*new_key()?);
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
        assert_eq!(first.current.expose(), second.current.expose());
        assert_ne!(first.current.expose(), &[0; 32]);
        assert!(first.next.is_none());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(load_master_key(&path), Err(StorageError::MasterKey(..))));
    }

    #[test]
    fn the_next_key_stands_beside_the_present_one_until_it_is_promoted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("master.key");
        let first = load_or_make_master_key(&path).unwrap();
        assert!(promote_next(&path, 1).is_err());
        prepare_next(&path).unwrap();
        let both = load_master_key(&path).unwrap();
        prepare_next(&path).unwrap();
        let again = load_master_key(&path).unwrap();
        let next = both.next.unwrap();
        assert_eq!((both.current.expose(), next.expose()), (first.current.expose(), again.next.as_ref().unwrap().expose()));
        let kept = promote_next(&path, 1).unwrap();
        let (now, then) = (load_master_key(&path).unwrap(), load_master_key(&kept).unwrap());
        assert!(now.next.is_none() && then.next.is_none());
        assert_eq!((now.current.expose(), then.current.expose()), (next.expose(), first.current.expose()));
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
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
