//! Reads settings one by one from defaults, file and environment, and keeps every mistake instead of stopping at the first.

use figment::Figment;
use figment::providers::{Env, Format, Toml};
use figment::value::{Dict, Value};
use serde::de::DeserializeOwned;
use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

/// Prefix of environment variables; `__` separates levels: `ELICENCE_LIMITS__VERIFY_BYTES`.
const PREFIX: &str = "ELICENCE_";
/// Variables with the prefix that are no settings: diagnostics and tests.
const NOT_SETTINGS: &[&str] = &["demo_", "test_", "failpoint"];

/// One mistake in the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The setting, e.g. `limits.verify_bytes`.
    pub key: String,
    /// Where it was set: a file name or the environment; empty when it is missing everywhere.
    pub place: String,
    /// What is wrong and what would be right.
    pub message: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.key)?;
        if !self.place.is_empty() {
            write!(f, " ({})", self.place)?;
        }
        write!(f, ": {}", self.message)
    }
}

/// Settings that are being read.
pub struct Reader {
    figment: Figment,
    folder: PathBuf,
    known: BTreeSet<&'static str>,
    mistakes: Vec<Mistake>,
}

impl Reader {
    /// Settings from `file` (which need not exist when `required` is false), then the environment over it. Relative paths in
    /// either count from the folder of the file.
    pub fn new(file: &Path, required: bool) -> Self {
        let folder = file.parent().unwrap_or(Path::new(".")).to_path_buf();
        let mut reader = Self { figment: Figment::new(), folder, known: BTreeSet::new(), mistakes: Vec::new() };
        match std::fs::read_to_string(file) {
            Ok(text) => match toml::from_str::<toml::Table>(&text) {
                Ok(_) => reader.figment = reader.figment.merge(Toml::file_exact(file)),
                Err(error) => reader.add("(file)", &file.display().to_string(), error.to_string().trim_end().into()),
            },
            Err(error) if required => reader.add("(file)", &file.display().to_string(), error.to_string()),
            Err(_) => {}
        }
        reader.figment = reader.figment.merge(environment());
        reader
    }

    /// A setting that may be absent; a wrong one counts as absent and leaves a mistake.
    pub fn optional<T: DeserializeOwned>(&mut self, key: &'static str) -> Option<T> {
        self.known.insert(key);
        if !self.figment.contains(key) {
            return None;
        }
        match self.figment.extract_inner_lossy(key) {
            Ok(value) => Some(value),
            Err(error) => {
                self.refuse(key, error.kind.to_string());
                None
            }
        }
    }

    /// A setting with a default.
    pub fn or<T: DeserializeOwned>(&mut self, key: &'static str, default: T) -> T {
        self.optional(key).unwrap_or(default)
    }

    /// A path, made absolute from the folder of the configuration file.
    pub fn path(&mut self, key: &'static str) -> Option<PathBuf> {
        self.optional::<PathBuf>(key).map(|path| self.folder.join(path))
    }

    /// A path that stands inside a setting, made absolute likewise.
    pub fn resolve(&self, path: &Path) -> PathBuf {
        self.folder.join(path)
    }

    /// Says that the value of a setting is wrong.
    pub fn refuse(&mut self, key: &'static str, message: impl Into<String>) {
        let place = self.figment.find_metadata(key).map(place_of).unwrap_or_default();
        self.add(key, &place, message.into());
    }

    /// Adds a mistake for every setting that nobody asked for, and hands all mistakes over.
    pub fn finish(mut self) -> Vec<Mistake> {
        let mut unknown = Vec::new();
        if let Ok(settings) = self.figment.extract::<Dict>() {
            find_unknown(&settings, "", &self.known, &mut unknown);
        }
        for key in unknown {
            let place = self.figment.find_metadata(&key).map(place_of).unwrap_or_default();
            self.add(&key, &place, "no such setting; see docs/operations.md for the list".into());
        }
        self.mistakes
    }

    fn add(&mut self, key: &str, place: &str, message: String) {
        self.mistakes.push(Mistake { key: key.into(), place: place.into(), message });
    }
}

fn environment() -> Env {
    Env::prefixed(PREFIX).filter(|key| !NOT_SETTINGS.iter().any(|prefix| key.as_str().to_ascii_lowercase().starts_with(prefix))).split("__")
}

fn place_of(metadata: &figment::Metadata) -> String {
    match metadata.source.as_ref().and_then(figment::Source::file_path) {
        Some(path) => path.display().to_string(),
        None => "environment".into(),
    }
}

fn find_unknown(settings: &Dict, above: &str, known: &BTreeSet<&'static str>, unknown: &mut Vec<String>) {
    for (name, value) in settings {
        let key = if above.is_empty() { name.clone() } else { format!("{above}.{name}") };
        match value {
            Value::Dict(_, inner) if !known.contains(key.as_str()) => find_unknown(inner, &key, known, unknown),
            _ if known.contains(key.as_str()) => {}
            _ => unknown.push(key),
        }
    }
}
