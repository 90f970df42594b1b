//! The demo authority: keys, settings and logins, made once in a folder.

use crate::ambient::{Clock, Entropy, SystemClock, SystemEntropy, random_bytes};
use crate::app::{AppError, api_keys};
use crate::cli::demo::file_failure;
use crate::cli::exit::{Exit, Failure};
use crate::config::FILE_NAME;
use crate::domain::actor::Role;
use crate::domain::payload::Party;
use crate::domain::secret::Secret;
use crate::keys::{PkiPlan, make_pki};
use serde::{Deserialize, Serialize};
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// The keys of the example plan that the demo needs.
const KEYS: [&str; 6] = ["root", "issuing-ca", "seal", "time-stamp", "ocsp", "qr"];
/// Where the demo keeps its API keys in the clear, so that it can show them again.
const LOGINS: &str = "demo-logins.json";

const SETTINGS: &str = r#"# The settings of a demo authority, written by `elicence demo`. Its keys are examples: trust nothing that they sealed.
public_url = "http://127.0.0.1:8080"
listen = "127.0.0.1:8080"

[department]
name = "示例市行政审批局"
code = "11999999000000027G"
seal_code = "9999990000001"

# Root and issuing authority live here, too: the server publishes their revocation lists and answers for them below /pki.
[[authority]]
name = "root"

[[authority]]
name = "issuing-ca"
ocsp_key = "keys/ocsp.key.pem"
ocsp_chain = "keys/ocsp.chain.pem"
"#;

/// One demo login.
#[derive(Serialize, Deserialize)]
pub struct Login {
    /// Pseudonymous id.
    pub id: String,
    /// The API key.
    pub key: String,
    /// What it is good for.
    pub purpose: String,
}

/// Makes what is missing and gives the logins. Every step leaves either its whole result or nothing, so an interrupted demo goes on.
pub fn make(folder: &Path) -> Result<Vec<Login>, Failure> {
    let entropy = SystemEntropy::new();
    fs::create_dir_all(folder).map_err(|error| file_failure(folder, &error))?;
    let settings = folder.join(FILE_NAME);
    if !settings.exists() {
        refuse_foreign_folder(folder)?;
        write_private(&settings, SETTINGS.as_bytes())?;
    }
    if !folder.join("keys").exists() {
        make_keys(folder, &entropy)?;
    }
    let logins = folder.join(LOGINS);
    if !logins.exists() {
        make_logins(folder, &logins, &entropy)?;
    }
    let text = fs::read(&logins).map_err(|error| file_failure(&logins, &error))?;
    serde_json::from_slice(&text).map_err(|error| file_failure(&logins, &error))
}

/// A folder with somebody's files in it is not turned into a demo.
fn refuse_foreign_folder(folder: &Path) -> Result<(), Failure> {
    let mut entries = fs::read_dir(folder).map_err(|error| file_failure(folder, &error))?;
    match entries.next() {
        None => Ok(()),
        Some(_) => Err(Failure::usage(format!("{} 不是空目录，也不是演示目录 is neither empty nor a demo folder", folder.display()))),
    }
}

fn make_keys(folder: &Path, entropy: &dyn Entropy) -> Result<(), Failure> {
    let random: [u8; 24] = random_bytes(entropy).map_err(AppError::from)?;
    let passphrase = Secret::new(hex::encode(random));
    let (unfinished, finished) = (folder.join(format!("keys.part-{}", std::process::id())), folder.join("keys"));
    let plan = PkiPlan::example().and_then(|plan| plan.only(&KEYS)).map_err(AppError::from)?;
    make_pki(&plan, &unfinished, &passphrase, SystemClock.now(), entropy).map_err(AppError::from)?;
    write_private(&unfinished.join("passphrase"), passphrase.expose().as_bytes())?;
    fs::rename(&unfinished, &finished).map_err(|error| file_failure(&finished, &error))
}

fn make_logins(folder: &Path, path: &Path, entropy: &dyn Entropy) -> Result<(), Failure> {
    let department = Party { name: "示例市行政审批局".into(), code: "11999999000000027G".into() };
    let plan: [(&str, &[Role], &str); 3] = [
        ("issuer", &[Role::Issuer], "经办 mints and reads"),
        ("supervisor", &[Role::Approver], "审批 reads and revokes"),
        ("auditor", &[Role::Auditor, Role::Administrator], "审计、监控 audit and metrics"),
    ];
    let (mut logins, mut records) = (Vec::new(), Vec::new());
    for (id, roles, purpose) in plan {
        let (key, record) = api_keys::make(id, &department, roles, entropy).map_err(AppError::from)?;
        logins.push(Login { id: id.into(), key: key.expose().clone(), purpose: purpose.into() });
        records.push(record);
    }
    write_private(&folder.join("api-keys.json"), &json(&records)?)?;
    write_private(path, &json(&logins)?)
}

fn json(value: &impl Serialize) -> Result<Vec<u8>, Failure> {
    serde_json::to_vec_pretty(value).map_err(|error| Failure::new(Exit::CannotWrite, error))
}

/// Writes a file that only its owner may read, whole or not at all.
fn write_private(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let temporary = path.with_extension("part");
    let write = || {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&temporary, path)
    };
    write().map_err(|error: std::io::Error| file_failure(path, &error))
}
