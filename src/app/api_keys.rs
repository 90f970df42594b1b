//! The file of API keys: read at the start, and new keys for it.

use crate::ambient::{Entropy, EntropyError, random_bytes};
use crate::app::AppError;
use crate::domain::actor::Role;
use crate::domain::digest::Digest;
use crate::domain::payload::Party;
use crate::domain::secret::Secret;
use crate::http::api_keys::{ApiKeyRecord, PREFIX};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Reads the records; a file that is not there holds none.
pub fn read(path: &Path) -> Result<Vec<ApiKeyRecord>, AppError> {
    match std::fs::read(path) {
        Ok(text) => serde_json::from_slice(&text).map_err(|error| AppError::File(path.into(), error.into())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(AppError::File(path.into(), error)),
    }
}

/// A new key of 256 random bits, and the record to keep of it.
pub fn make(id: &str, department: &Party, roles: &[Role], entropy: &dyn Entropy) -> Result<(Secret<String>, ApiKeyRecord), EntropyError> {
    let random: [u8; 32] = random_bytes(entropy)?;
    let key = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(random));
    let record = ApiKeyRecord { id: id.into(), digest: Digest::of(key.as_bytes()), department: department.clone(), roles: roles.to_vec() };
    Ok((Secret::new(key), record))
}

/// Changes the file of API keys: nobody else changes it meanwhile, a reader sees the old file or the new one, and only its owner may
/// read it. A running server takes the change up by itself.
pub fn change<T>(path: &Path, change: impl FnOnce(&mut Vec<ApiKeyRecord>) -> T) -> Result<T, AppError> {
    let wrong = |error: io::Error| AppError::File(path.into(), error);
    let beside = |ending: &str| path.with_added_extension(ending);
    let lock = File::create(beside("lock")).map_err(wrong)?;
    lock.lock().map_err(wrong)?;
    let mut records = read(path)?;
    let done = change(&mut records);
    let text = serde_json::to_vec_pretty(&records).map_err(|error| wrong(error.into()))?;
    let new = beside("new");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new).map_err(wrong)?;
    file.write_all(&text).and_then(|()| file.sync_all()).and_then(|()| std::fs::rename(&new, path)).map_err(wrong)?;
    if let Some(folder) = path.parent() {
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(wrong)?;
    }
    Ok(done)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ambient::SystemEntropy;
    use crate::http::api_keys::ApiKeys;

    #[test]
    fn a_new_key_is_found_by_itself_and_not_by_its_digest() {
        let department = Party { name: "示例市行政审批局".into(), code: "11999999000000027G".into() };
        let (key, record) = make("clerk", &department, &[Role::Issuer], &SystemEntropy::new()).unwrap();
        let digest = record.digest.to_hex();
        assert!(!serde_json::to_string(&record).unwrap().contains(key.expose().as_str()));
        let keys = ApiKeys::new(vec![record]);
        assert_eq!(keys.find(key.expose()).unwrap().id, "clerk");
        assert!(keys.find(&digest).is_none() && keys.find("elk_").is_none());
    }

    #[test]
    fn changes_by_many_at_once_are_all_kept_and_readable_by_the_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("api-keys.json");
        let department = Party { name: "示例市行政审批局".into(), code: "11999999000000027G".into() };
        std::thread::scope(|scope| {
            for number in 0..8 {
                let (path, department) = (&path, &department);
                scope.spawn(move || {
                    let (_, record) = make(&format!("desk-{number}"), department, &[Role::Clerk], &SystemEntropy::new()).unwrap();
                    change(path, |records| records.push(record)).unwrap();
                });
            }
        });
        assert_eq!(read(&path).unwrap().len(), 8);
        let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&path).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
    }
}
