//! What the command line trusts: PEM anchors, trusted lists and QR key sets from `--trust`, a data folder, or the environment. Nothing else.

use crate::app::{AppError, trust};
use crate::cli::exit::{Exit, Failure};
use crate::config::Config;
use crate::domain::key_set::KeySet;
use crate::verify::Anchor;
use std::path::{Path, PathBuf};
use time::OffsetDateTime;

/// Environment variables that name trust files where no folder is given.
const FROM_ENVIRONMENT: [&str; 2] = ["ELICENCE_KEYS__ANCHORS", "ELICENCE_KEYS__QR_KEYS"];

/// Anchors of seals, and keys of QR tokens.
#[derive(Debug, Default)]
pub struct Trust {
    /// What a seal must lead to.
    pub anchors: Vec<Anchor>,
    /// Keys of QR tokens.
    pub qr_keys: KeySet,
    /// PEM certificates that may have signed trusted lists.
    list_signers: Vec<PathBuf>,
}

impl Trust {
    /// Nothing yet; trusted lists must be signed by a certificate of these PEM files.
    pub fn with_list_signers(list_signers: &[PathBuf]) -> Self {
        Self { list_signers: list_signers.to_vec(), ..Self::default() }
    }

    /// Trusts what is in `file`: a JSON key set, a trusted list (XML), or PEM certificates.
    pub fn add_file(&mut self, file: &Path) -> Result<(), Failure> {
        let problem = |error: &dyn std::fmt::Display| Failure::usage(format!("--trust {}: {error}", file.display()));
        let start = std::fs::read(file).map_err(|error| problem(&error))?;
        match start.trim_ascii_start().first() {
            Some(b'[') => {
                let text = String::from_utf8(start).map_err(|error| problem(&error))?;
                self.qr_keys.extend(KeySet::from_json(&text).map_err(|error| problem(&error))?);
            }
            Some(b'<' | 0xef) => {
                let list = trust::read_list(file, &self.list_signers).map_err(|error| problem(&error))?;
                list.check_edition(OffsetDateTime::now_utc(), None).map_err(|error| problem(&error))?;
                self.anchors.extend(list.anchors());
            }
            _ => self.anchors.extend(trust::read_anchors(file).map_err(|error| problem(&error))?),
        }
        Ok(())
    }

    /// Trusts what an installation trusts.
    pub fn add_config(&mut self, config: &Config) -> Result<(), Failure> {
        self.anchors.extend(trust::load(config, OffsetDateTime::now_utc())?.0);
        let file = &config.keys.qr_keys;
        let text = std::fs::read_to_string(file).map_err(|error| AppError::File(file.clone(), error))?;
        self.qr_keys.extend(KeySet::from_json(&text).map_err(|error| Failure::new(Exit::Config, format!("{}: {error}", file.display())))?);
        Ok(())
    }

    /// Trusts the files that the environment names, if it names any.
    pub fn add_environment(&mut self) -> Result<(), Failure> {
        FROM_ENVIRONMENT.iter().filter_map(std::env::var_os).try_for_each(|file| self.add_file(Path::new(&file)))
    }
}
