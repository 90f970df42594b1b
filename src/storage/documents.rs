//! The document store: one sealed file a document in a folder, named by keyed digest, written so that a power cut never shows half of one.

use crate::storage::{
    error::StorageError,
    vault::{DataKey, Lookup, Vault},
};
use std::{
    fs::{self, File, OpenOptions},
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

/// Temporary files older than this belong to no living writer.
const TEMPORARY_AGE: std::time::Duration = std::time::Duration::from_secs(3600);

/// A folder of sealed documents.
#[derive(Debug)]
pub struct Documents {
    folder: PathBuf,
    temporary: PathBuf,
    next: AtomicU64,
}

impl Documents {
    /// Opens the folder, makes it when it is not there, and removes what crashed writers left behind long ago.
    pub fn open(folder: &Path) -> Result<Self, StorageError> {
        let temporary = folder.join("tmp");
        make_folder_synced(&temporary)?;
        for entry in fs::read_dir(&temporary).map_err(StorageError::file("read the folder", &temporary))? {
            let entry = entry.map_err(StorageError::file("read the folder", &temporary))?;
            let old = entry.metadata().and_then(|m| m.modified()).is_ok_and(|t| t.elapsed().is_ok_and(|a| a > TEMPORARY_AGE));
            if old {
                fs::remove_file(entry.path()).map_err(StorageError::file("remove", entry.path()))?;
            }
        }
        Ok(Self { folder: folder.into(), temporary, next: AtomicU64::new(0) })
    }

    /// Stores `plain` for `owner` and returns its name. When this returns, the document survives a power cut: the content was
    /// synced before the name was given, and the folder after it.
    pub fn store(&self, vault: &Vault, key: &DataKey, owner: &[u8], plain: &[u8]) -> Result<String, StorageError> {
        let digest = ring::digest::digest(&ring::digest::SHA256, plain);
        let name = hex::encode(vault.lookup(Lookup::DocumentName, &[owner, digest.as_ref()])?);
        let path = self.path(&name)?;
        let sealed = vault.seal(key, owner, "document", plain)?;

        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let temporary = self.temporary.join(format!("{name}.{}.{number}", std::process::id()));
        let written = write_synced(&temporary, &sealed).and_then(|()| self.publish(&temporary, &path));
        if written.is_err() {
            // Best effort: a full disk gets its room back at once, and the next start removes what stays.
            let _ = fs::remove_file(&temporary);
        }
        written.map(|()| name)
    }

    /// Reads a document of `owner` back.
    pub fn load(&self, vault: &Vault, key: &DataKey, owner: &[u8], name: &str) -> Result<Vec<u8>, StorageError> {
        let path = self.path(name)?;
        let sealed = fs::read(&path).map_err(StorageError::file("read", &path))?;
        vault.open(key, owner, "document", &sealed)
    }

    /// Removes a document; one that is not there is no error.
    pub fn remove(&self, name: &str) -> Result<(), StorageError> {
        let path = self.path(name)?;
        match fs::remove_file(&path) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(StorageError::file("remove", path)(e)),
            _ => Ok(()),
        }
    }

    /// Can a file be written and synced here?
    pub fn probe(&self) -> Result<(), StorageError> {
        let path = self.temporary.join(format!("probe.{}", std::process::id()));
        write_synced(&path, b"ok")?;
        fs::remove_file(&path).map_err(StorageError::file("remove", path))
    }

    fn path(&self, name: &str) -> Result<PathBuf, StorageError> {
        let plain = name.len() == 64 && name.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        match name.get(..2) {
            Some(shelf) if plain => Ok(self.folder.join(shelf).join(name)),
            _ => Err(StorageError::Damaged("name of a document")),
        }
    }

    fn publish(&self, temporary: &Path, path: &Path) -> Result<(), StorageError> {
        let shelf = path.parent().unwrap_or(&self.folder);
        make_folder_synced(shelf)?;
        // Every time, not only when this process made the shelf: another may have made it and not yet synced it.
        sync_folder(&self.folder)?;
        fs::rename(temporary, path).map_err(StorageError::file("rename to", path))?;
        sync_folder(shelf)
    }
}

fn write_synced(path: &Path, bytes: &[u8]) -> Result<(), StorageError> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(StorageError::file("make", path))?;
    file.write_all(bytes).map_err(StorageError::file("write", path))?;
    file.sync_all().map_err(StorageError::file("sync", path))
}

/// Makes a folder and those above it that are missing; when this returns, those that it made survive a power cut.
pub(crate) fn make_folder_synced(folder: &Path) -> Result<(), StorageError> {
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    let above = folder.parent().unwrap_or(Path::new(""));
    make_folder_synced(above)?;
    match fs::create_dir(folder) {
        // Another process was quicker.
        Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists && folder.is_dir() => {}
        other => other.map_err(StorageError::file("make the folder", folder))?,
    }
    sync_folder(above)
}

/// Makes the names in `folder` survive a power cut.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), StorageError> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    File::open(folder).and_then(|f| f.sync_all()).map_err(StorageError::file("sync the folder", folder))
}

/// Replaces the file at `path` so that a reader sees the old or the new content, never a part.
pub(crate) fn replace_synced(path: &Path, bytes: &[u8]) -> Result<(), StorageError> {
    let temporary = path.with_extension(format!("new-{}", std::process::id()));
    match fs::remove_file(&temporary) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(StorageError::file("remove", temporary)(e)),
        _ => {}
    }
    write_synced(&temporary, bytes)?;
    fs::rename(&temporary, path).map_err(StorageError::file("rename to", path))?;
    sync_folder(path.parent().unwrap_or(Path::new(".")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::secret::Secret;

    #[test]
    fn a_document_comes_back_and_is_not_readable_on_the_disk() {
        let folder = tempfile::tempdir().unwrap();
        let vault = Vault::new(&Secret::new([7; 32]).into()).unwrap();
        let documents = Documents::open(&folder.path().join("documents")).unwrap();
        let (key, _) = vault.new_data_key(b"id").unwrap();
        let text = "某某某的营业执照".repeat(100);
        let name = documents.store(&vault, &key, b"id", text.as_bytes()).unwrap();
        assert_eq!(documents.load(&vault, &key, b"id", &name).unwrap(), text.as_bytes());
        assert_eq!(documents.store(&vault, &key, b"id", text.as_bytes()).unwrap(), name, "storing again is harmless");
        let on_disk = fs::read(documents.path(&name).unwrap()).unwrap();
        assert!(!on_disk.windows(6).any(|w| w == "某某".as_bytes()));
        assert_eq!(fs::read_dir(&documents.temporary).unwrap().count(), 0);
        documents.remove(&name).unwrap();
        documents.remove(&name).unwrap();
        assert!(matches!(documents.load(&vault, &key, b"id", &name), Err(StorageError::File { .. })));
    }

    #[test]
    fn a_name_cannot_leave_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let documents = Documents::open(folder.path()).unwrap();
        for name in ["", "..", "../../etc/passwd", &"g".repeat(64), &"A".repeat(64)] {
            assert!(documents.path(name).is_err(), "{name}");
        }
    }
}
