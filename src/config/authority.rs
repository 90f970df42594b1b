//! The settings of certification authorities of this installation: `[[authority]]`.

use crate::config::read::Reader;
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A certification authority whose revocation state this installation publishes.
#[derive(Clone, Debug)]
pub struct OwnIssuer {
    /// Its name in addresses.
    pub name: String,
    /// Its certificate (PEM).
    pub certificate: PathBuf,
    /// Its encrypted key; `None` where the key is elsewhere and `revocation_list` is published as it is.
    pub key: Option<PathBuf>,
    /// The list (PEM) that says which certificates are revoked.
    pub revocation_list: Option<PathBuf>,
    /// Key and chain of whoever answers OCSP requests for it.
    pub ocsp: Option<(PathBuf, PathBuf)>,
    /// How long a new list is good for.
    pub list_for: Duration,
    /// How long an OCSP answer is good for.
    pub answer_for: Duration,
}

/// One `[[authority]]` as it is written. Files that are not named are looked for in the folder `keys`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    certificate: Option<PathBuf>,
    key: Option<PathBuf>,
    revocation_list: Option<PathBuf>,
    ocsp_key: Option<PathBuf>,
    ocsp_chain: Option<PathBuf>,
    list_days: Option<u32>,
    answer_hours: Option<u32>,
}

/// Reads them all.
pub(super) fn read_authorities(reader: &mut Reader, data: &Path) -> Vec<OwnIssuer> {
    let written: Vec<Written> = reader.or("authority", Vec::new());
    let names_are_good = written
        .iter()
        .all(|one| !one.name.is_empty() && one.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'));
    if !names_are_good {
        reader.refuse("authority", "a name is lower-case letters, digits and -: it stands in addresses");
    }
    if written.iter().any(|one| one.list_days == Some(0) || one.answer_hours == Some(0)) {
        reader.refuse("authority", "list_days and answer_hours must be more than 0");
    }
    if written.iter().any(|one| one.ocsp_key.is_some() != one.ocsp_chain.is_some()) {
        reader.refuse("authority", "ocsp_key and ocsp_chain belong together: give both");
    }
    written.into_iter().map(|one| one.resolve(reader, data)).collect()
}

impl Written {
    fn resolve(self, reader: &Reader, data: &Path) -> OwnIssuer {
        let usual = |ending: &str| data.join("keys").join(format!("{}.{ending}", self.name));
        let usual_if_there = |ending: &str| Some(usual(ending)).filter(|path| path.exists());
        OwnIssuer {
            certificate: self.certificate.map_or_else(|| usual("pem"), |path| reader.resolve(&path)),
            key: self.key.map(|path| reader.resolve(&path)).or_else(|| usual_if_there("key.pem")),
            revocation_list: self.revocation_list.map(|path| reader.resolve(&path)).or_else(|| usual_if_there("crl.pem")),
            ocsp: self.ocsp_key.zip(self.ocsp_chain).map(|(key, chain)| (reader.resolve(&key), reader.resolve(&chain))),
            list_for: Duration::from_secs(u64::from(self.list_days.unwrap_or(7)) * 86_400),
            answer_for: Duration::from_secs(u64::from(self.answer_hours.unwrap_or(24)) * 3_600),
            name: self.name,
        }
    }
}
