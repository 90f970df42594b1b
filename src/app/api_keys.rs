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
use std::io;
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
}
