//! What the command line trusts: PEM anchors and QR key sets from `--trust`, a data folder, or the environment. Nothing else.

use crate::cli::exit::{Exit, Failure};
use crate::config::Config;
use crate::domain::key_set::KeySet;
use crate::verify::Anchor;
use std::path::Path;

/// Environment variables that name trust files where no folder is given.
const FROM_ENVIRONMENT: [&str; 2] = ["ELICENCE_KEYS__ANCHORS", "ELICENCE_KEYS__QR_KEYS"];

/// Anchors of seals, and keys of QR tokens.
#[derive(Debug, Default)]
pub struct Trust {
    /// Roots that a seal must lead to.
    pub anchors: Vec<Anchor>,
    /// Keys of QR tokens.
    pub qr_keys: KeySet,
}

impl Trust {
    /// Trusts what is in `file`: a JSON key set, or PEM certificates.
    pub fn add_file(&mut self, file: &Path) -> Result<(), Failure> {
        let problem = |error: &dyn std::fmt::Display| Failure::usage(format!("--trust {}: {error}", file.display()));
        let text = std::fs::read_to_string(file).map_err(|error| problem(&error))?;
        if text.trim_start().starts_with('[') {
            self.qr_keys.extend(KeySet::from_json(&text).map_err(|error| problem(&error))?);
        } else {
            self.anchors.extend(Anchor::from_pem(&text).map_err(|error| problem(&error))?);
        }
        Ok(())
    }

    /// Trusts what an installation trusts.
    pub fn add_config(&mut self, config: &Config) -> Result<(), Failure> {
        for file in [&config.keys.anchors, &config.keys.qr_keys] {
            self.add_file(file).map_err(|failure| Failure::new(Exit::Config, failure.message.trim_start_matches("--trust ")))?;
        }
        Ok(())
    }

    /// Trusts the files that the environment names, if it names any.
    pub fn add_environment(&mut self) -> Result<(), Failure> {
        FROM_ENVIRONMENT.iter().filter_map(std::env::var_os).try_for_each(|file| self.add_file(Path::new(&file)))
    }
}
