//! The settings: defaults, then a file, then the environment; every mistake is reported at once.

mod authority;
mod keys;
mod long_term;
mod outbox;
mod read;
mod trust;

pub use authority::OwnIssuer;
pub use keys::{KeyAddress, KeyPlace, Keys, Release};
pub use long_term::{Renewal, Revocation, Sealing, StampAuthority, TimeStamps};
pub use outbox::{Mail, Outbox, Sms, Webhooks};
pub use read::Mistake;
pub use trust::{AnchorFile, ListFile, Trust};

use crate::domain::codes::Uscc;
use crate::domain::payload::Party;
use crate::domain::secret::Secret;
use keys::read_keys;
use read::Reader;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;
use trust::read_trust;

/// Name of the configuration file in a data folder.
pub const FILE_NAME: &str = "elicence.toml";

/// All settings, checked.
#[derive(Debug)]
pub struct Config {
    /// The file that the settings were read from; it need not exist.
    pub file: PathBuf,
    /// The folder of this installation: database, documents, keys, templates.
    pub data: PathBuf,
    /// A production service refuses example keys and plain HTTP.
    pub production: bool,
    /// The address that QR codes point to, without a slash at its end: `https://zz.example.gov.cn`.
    pub public_url: String,
    /// Where the server listens.
    pub listen: SocketAddr,
    /// Certificate and key of the server; without them it serves on a loopback address only.
    pub tls: Option<Tls>,
    /// PostgreSQL URL; absent = SQLite in the data folder.
    pub database_url: Option<Secret<String>>,
    /// The department (签发部门) that mints here, and that the command line acts for.
    pub department: Option<Department>,
    /// The keys that seal and sign.
    pub keys: Keys,
    /// What is trusted beyond the own root.
    pub trust: Trust,
    /// Who carries what is told.
    pub outbox: Outbox,
    /// A second file that keeps the end of the audit chain, best on another machine.
    pub second_audit_head: Option<PathBuf>,
    /// API keys (JSON), digests only.
    pub api_keys: PathBuf,
    /// How far documents are sealed.
    pub sealing: Sealing,
    /// Who gives time-stamps.
    pub time_stamps: TimeStamps,
    /// How revocation is asked for.
    pub revocation: Revocation,
    /// When archive time-stamps are renewed.
    pub renewal: Renewal,
    /// The certification authorities whose revocation state is published here.
    pub authorities: Vec<OwnIssuer>,
    /// What one request may cost.
    pub limits: Limits,
}

/// The issuing department with its seal.
#[derive(Debug)]
pub struct Department {
    /// Name and unified social credit code.
    pub party: Party,
    /// Name of the seal (印章名称); it stands on the picture of the seal.
    pub seal_name: String,
    /// Code of the seal (印章编码), along the lower arc of the picture; may be empty.
    pub seal_code: String,
}

/// The server's own TLS certificate.
#[derive(Debug)]
pub struct Tls {
    /// PEM chain, the server's certificate first.
    pub certificate: PathBuf,
    /// PEM PKCS#8 key.
    pub key: PathBuf,
}

/// What one request, and one client, may cost.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Largest document to verify, bytes.
    pub verify_bytes: usize,
    /// Largest body of a mint, bytes.
    pub mint_bytes: usize,
    /// Requests a minute of one client (API key or address).
    pub requests_per_minute: u32,
    /// Requests that are worked on at the same time; more are refused at once.
    pub concurrent_requests: usize,
    /// Longest time for one request.
    pub request_timeout: Duration,
}

/// The configuration cannot be used.
#[derive(Debug)]
pub struct ConfigError(pub Vec<Mistake>);

impl std::error::Error for ConfigError {}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "配置有误 the configuration has {} mistake(s):", self.0.len())?;
        self.0.iter().try_for_each(|mistake| write!(f, "\n  {mistake}"))
    }
}

impl Config {
    /// The settings of the installation in the folder `data`: `DIR/elicence.toml` if it is there, then the environment.
    pub fn of_folder(data: &Path) -> Result<Self, ConfigError> {
        Self::read(&data.join(FILE_NAME), false)
    }

    /// The settings of a file that must be there.
    pub fn of_file(file: &Path) -> Result<Self, ConfigError> {
        Self::read(file, true)
    }

    /// The folder of templates that join or replace the shipped ones.
    pub fn templates(&self) -> PathBuf {
        self.data.join("templates")
    }

    /// The settings as the same file and the environment have them now.
    pub fn again(file: &Path) -> Result<Self, ConfigError> {
        Self::read(file, false)
    }

    fn read(file: &Path, required: bool) -> Result<Self, ConfigError> {
        let file = std::path::absolute(file).unwrap_or_else(|_| file.to_path_buf());
        let home = file.parent().unwrap_or(Path::new("/")).to_path_buf();
        let mut reader = Reader::new(&file, required);
        let data = reader.path("data").unwrap_or(home);
        let production = reader.or("production", false);
        let listen = reader.or("listen", SocketAddr::from(([127, 0, 0, 1], 8080)));
        let tls = read_tls(&mut reader);
        if tls.is_none() && !listen.ip().is_loopback() {
            reader.refuse(
                "listen",
                "plain HTTP is served on a loopback address only: set tls.certificate and tls.key, or listen on 127.0.0.1",
            );
        }
        let config = Self {
            file,
            production,
            public_url: read_public_url(&mut reader, listen, production),
            listen,
            tls,
            database_url: read_database_url(&mut reader),
            department: read_department(&mut reader),
            keys: read_keys(&mut reader, &data),
            trust: read_trust(&mut reader, &data),
            outbox: Outbox::read(&mut reader),
            second_audit_head: reader.path("audit.second_head"),
            api_keys: reader.path("api_keys").unwrap_or_else(|| data.join("api-keys.json")),
            sealing: Sealing::read(&mut reader),
            time_stamps: TimeStamps::read(&mut reader, &data),
            revocation: Revocation::read(&mut reader),
            renewal: Renewal::read(&mut reader),
            authorities: authority::read_authorities(&mut reader, &data),
            limits: read_limits(&mut reader),
            data,
        };
        let mistakes = reader.finish();
        if mistakes.is_empty() { Ok(config) } else { Err(ConfigError(mistakes)) }
    }
}

fn read_public_url(reader: &mut Reader, listen: SocketAddr, production: bool) -> String {
    let Some(url) = reader.optional::<String>("public_url") else {
        if production {
            reader.refuse(
                "public_url",
                "a production service needs the address that its QR codes point to, e.g. \"https://zz.example.gov.cn\"",
            );
        }
        return format!("http://{listen}");
    };
    let (secure, host) = match (url.strip_prefix("https://"), url.strip_prefix("http://")) {
        (Some(host), _) => (true, host),
        (_, Some(host)) => (false, host),
        (None, None) => (false, ""),
    };
    if host.is_empty() || !host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.:[]".contains(&b)) {
        reader.refuse("public_url", "must be https://HOST or https://HOST:PORT with nothing after it");
    } else if !secure && (production || !is_loopback(host)) {
        reader.refuse("public_url", "must begin with https:// (http:// is for a trial on a loopback address only)");
    } else if host.len() > 60 {
        reader.refuse("public_url", "must be at most 60 characters long after the scheme, or the QR code grows too big");
    }
    url
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.starts_with("localhost:") || host.starts_with("127.") || host.starts_with("[::1]")
}

fn read_tls(reader: &mut Reader) -> Option<Tls> {
    match (reader.path("tls.certificate"), reader.path("tls.key")) {
        (Some(certificate), Some(key)) => Some(Tls { certificate, key }),
        (None, None) => None,
        (Some(_), None) => {
            reader.refuse("tls.key", "is missing: a certificate needs its key");
            None
        }
        (None, Some(_)) => {
            reader.refuse("tls.certificate", "is missing: a key needs its certificate");
            None
        }
    }
}

fn read_database_url(reader: &mut Reader) -> Option<Secret<String>> {
    let url = reader.optional::<String>("database.url")?;
    if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
        reader.refuse("database.url", "must begin with postgres://; leave it out to use SQLite in the data folder");
    }
    Some(Secret::new(url))
}

fn read_department(reader: &mut Reader) -> Option<Department> {
    let (name, code) = (reader.optional::<String>("department.name"), reader.optional::<String>("department.code"));
    let seal_name = reader.optional("department.seal_name");
    let seal_code = reader.or("department.seal_code", String::new());
    match (name, code) {
        (Some(name), Some(code)) => {
            if let Err(problem) = Uscc::parse(&code) {
                reader.refuse("department.code", problem.to_string());
            }
            let seal_name = seal_name.unwrap_or_else(|| format!("{name}电子证照专用章"));
            Some(Department { party: Party { name, code }, seal_name, seal_code })
        }
        (None, None) => None,
        (Some(_), None) | (None, Some(_)) => {
            reader.refuse("department.name", "a department has a name and an 18-character unified social credit code: give both");
            None
        }
    }
}

fn read_limits(reader: &mut Reader) -> Limits {
    const MIB: usize = 1024 * 1024;
    let seconds: u64 = reader.or("limits.request_seconds", 30);
    let limits = Limits {
        verify_bytes: reader.or("limits.verify_bytes", 20 * MIB),
        mint_bytes: reader.or("limits.mint_bytes", MIB),
        requests_per_minute: reader.or("limits.requests_per_minute", 600),
        concurrent_requests: reader.or("limits.concurrent_requests", 256),
        request_timeout: Duration::from_secs(seconds),
    };
    let positive = [
        ("limits.verify_bytes", limits.verify_bytes > 0),
        ("limits.mint_bytes", limits.mint_bytes > 0),
        ("limits.requests_per_minute", limits.requests_per_minute > 0),
        ("limits.concurrent_requests", limits.concurrent_requests > 0),
        ("limits.request_seconds", seconds > 0),
    ];
    for (key, ok) in positive {
        if !ok {
            reader.refuse(key, "must be more than 0");
        }
    }
    limits
}

#[cfg(test)]
mod tests;
