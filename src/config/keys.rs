//! The settings of keys and trust: which keys seal and sign, each in its time, how they are opened, and what is trusted.

use crate::config::read::Reader;
use crate::keys::pkcs11::uri::{SCHEME, TokenUri};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use time::OffsetDateTime;

/// Where the keys are, and what is trusted.
#[derive(Debug)]
pub struct Keys {
    /// The seal's keys; of those in their time the newest seals.
    pub seals: Vec<KeyPlace>,
    /// The keys that sign QR tokens, status lists and the audit head; of those in their time the newest signs.
    pub qrs: Vec<KeyPlace>,
    /// The key set that verifiers of QR codes use.
    pub qr_keys: PathBuf,
    /// PEM roots that a seal must lead to.
    pub anchors: PathBuf,
    /// Who opens the keys.
    pub release: Release,
    /// The master key that encrypts personal data at rest; made at the first start.
    pub master: PathBuf,
}

/// Who opens the keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Release {
    /// Whoever may read the file that holds the passphrase.
    File(PathBuf),
    /// Two keepers (双人控制), who bring their shares to this socket when the server starts.
    TwoKeepers {
        /// The socket.
        socket: PathBuf,
        /// May one user of the system bring both?
        one_user: bool,
    },
}

/// One key with its chain, and when it is used for new work.
#[derive(Clone, Debug)]
pub struct KeyPlace {
    /// Where the private key is.
    pub key: KeyAddress,
    /// PEM chain of its certificate, without the root.
    pub chain: PathBuf,
    /// First moment; `None`: its certificate's.
    pub from: Option<OffsetDateTime>,
    /// Last moment; `None`: its certificate's.
    pub until: Option<OffsetDateTime>,
}

/// Where a private key is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyAddress {
    /// An encrypted PKCS#8 file (PEM).
    File(PathBuf),
    /// A token (密码设备).
    Token(TokenUri),
}

/// `[[keys.seal]]` and `[[keys.qr]]` as they are written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    key: String,
    chain: PathBuf,
    #[serde(default, with = "time::serde::rfc3339::option")]
    from: Option<OffsetDateTime>,
    #[serde(default, with = "time::serde::rfc3339::option")]
    until: Option<OffsetDateTime>,
}

/// Reads `[keys]`.
pub fn read_keys(reader: &mut Reader, data: &Path) -> Keys {
    let folder = data.join("keys");
    let seals = read_places(reader, &folder, &["keys.seal", "keys.seal_key", "keys.seal_chain"], "seal");
    let qrs = read_places(reader, &folder, &["keys.qr", "keys.qr_key", "keys.qr_chain"], "qr");
    let release = read_release(reader, &folder);
    let mut path = |key, default: &str| reader.path(key).unwrap_or_else(|| folder.join(default));
    Keys {
        seals,
        qrs,
        qr_keys: path("keys.qr_keys", "qr_keys.json"),
        anchors: path("keys.anchors", "root.pem"),
        release,
        master: path("keys.master", "master.key"),
    }
}

fn read_release(reader: &mut Reader, folder: &Path) -> Release {
    let file = reader.path("keys.passphrase_file");
    let one_user = reader.or("keys.keepers_may_share_user", false);
    match reader.path("keys.unlock_socket") {
        Some(socket) => {
            if file.is_some() {
                reader.refuse(
                    "keys.passphrase_file",
                    "two keepers hold the passphrase (keys.unlock_socket): leave this out and destroy the file",
                );
            }
            Release::TwoKeepers { socket, one_user }
        }
        None => Release::File(file.unwrap_or_else(|| folder.join("passphrase"))),
    }
}

/// Either the list `list`, or one key with `key` and `chain`, which have defaults.
fn read_places(reader: &mut Reader, folder: &Path, [list, key, chain]: &[&'static str; 3], name: &str) -> Vec<KeyPlace> {
    let written = reader.optional::<Vec<Written>>(list);
    let one = reader.optional::<String>(key);
    let one_chain = reader.path(chain);
    let Some(written) = written else {
        let key = match one {
            Some(text) => read_address(reader, key, &text),
            None => Some(KeyAddress::File(folder.join(format!("{name}.key.pem")))),
        };
        let chain = one_chain.unwrap_or_else(|| folder.join(format!("{name}.chain.pem")));
        return key.map(|key| KeyPlace { key, chain, from: None, until: None }).into_iter().collect();
    };
    if one.is_some() || one_chain.is_some() {
        reader.refuse(key, format!("{list} lists the keys already: leave {key} and {chain} out"));
    }
    if written.is_empty() {
        reader.refuse(list, "needs at least one key");
    }
    let mut places = Vec::with_capacity(written.len());
    for Written { key, chain, from, until } in written {
        if from.zip(until).is_some_and(|(from, until)| until < from) {
            reader.refuse(list, "until must be later than from");
        }
        let chain = reader.resolve(&chain);
        places.extend(read_address(reader, list, &key).map(|key| KeyPlace { key, chain, from, until }));
    }
    places
}

fn read_address(reader: &mut Reader, setting: &'static str, text: &str) -> Option<KeyAddress> {
    if !text.starts_with(SCHEME) {
        return Some(KeyAddress::File(reader.resolve(Path::new(text))));
    }
    match text.parse::<TokenUri>() {
        Ok(mut uri) => {
            uri.pin_file = uri.pin_file.map(|file| reader.resolve(&file));
            Some(KeyAddress::Token(uri))
        }
        Err(problem) => {
            reader.refuse(setting, problem.to_string());
            None
        }
    }
}
