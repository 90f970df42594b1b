//! The evidence of one verification on the command line: files that were given, and a bundle of an earlier one.

use crate::cli::exit::{Exit, Failure};
use crate::cli::runtime;
use crate::clients::address_guard::AddressGuard;
use crate::clients::{FetchLimits, Fetcher, RevocationClient};
use crate::config::Revocation;
use crate::domain::verdict::Report;
use crate::verify::{Evidence, EvidenceBundle, Examined, Limits, Policy, Profile, RevocationQuestion, RevocationRule, ValidationMaterial};
use clap::Args;
use std::io::Read;
use std::path::{Path, PathBuf};
use time::OffsetDateTime;

/// How strictly, and with what evidence.
#[derive(Args)]
pub struct Judging {
    /// What may follow a signature: only validation data and time-stamps, or also what the signer of a foreign document allowed.
    #[arg(long, value_enum, default_value = "licence")]
    policy: ProfileName,
    /// Where revocation cannot be judged: indeterminate, say so, or do not ask.
    #[arg(long, value_enum, default_value = "prefer")]
    revocation: RuleName,
    /// A certificate, revocation list or OCSP answer (PEM or DER) that may help. May be given several times.
    #[arg(long, value_name = "FILE")]
    evidence: Vec<PathBuf>,
    /// Keep the report and everything that it rests on in this file (JSON).
    #[arg(long, value_name = "OUT", requires = "file")]
    bundle: Option<PathBuf>,
    /// Use the evidence of a bundle about this file, and judge about its moment unless --at is given. Trust is not taken from it.
    #[arg(long, value_name = "BUNDLE", requires = "file")]
    bundle_from: Option<PathBuf>,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum ProfileName {
    Licence,
    General,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum RuleName {
    Require,
    Prefer,
    Ignore,
}

impl Judging {
    /// The policy.
    pub fn policy(&self) -> Policy {
        Policy {
            audience: None,
            profile: match self.policy {
                ProfileName::Licence => Profile::Licence,
                ProfileName::General => Profile::General,
            },
            revocation: match self.revocation {
                RuleName::Require => RevocationRule::Require,
                RuleName::Prefer => RevocationRule::Prefer,
                RuleName::Ignore => RevocationRule::Ignore,
            },
        }
    }

    /// What the files of evidence and the bundle hold, and the moment that the bundle was about.
    pub fn gather(&self, document: &[u8]) -> Result<(ValidationMaterial, Option<OffsetDateTime>), Failure> {
        let mut material = ValidationMaterial::default();
        for path in &self.evidence {
            let problem = |error: &dyn std::fmt::Display| Failure::usage(format!("--evidence {}: {error}", path.display()));
            let bytes = read_at_most(path).map_err(|error| problem(&error))?;
            material.add(&bytes).map_err(|error| problem(&error))?;
        }
        let Some(path) = &self.bundle_from else { return Ok((material, None)) };
        let problem = |error: &dyn std::fmt::Display| Failure::usage(format!("--bundle-from {}: {error}", path.display()));
        let bytes = read_at_most(path).map_err(|error| problem(&error))?;
        let text = String::from_utf8(bytes).map_err(|error| problem(&error))?;
        let bundle = EvidenceBundle::read(&text, document).map_err(|error| problem(&error))?;
        material.extend(bundle.material().map_err(|error| problem(&error))?);
        let moment = bundle.moment().map_err(|error| problem(&error))?;
        Ok((material, Some(moment)))
    }

    /// Writes the bundle that was asked for.
    pub fn keep(
        &self,
        document: &[u8],
        examined: &Examined,
        evidence: &Evidence,
        at: OffsetDateTime,
        report: &Report,
    ) -> Result<(), Failure> {
        let Some(path) = &self.bundle else { return Ok(()) };
        let problem = |error: &dyn std::fmt::Display| Failure::new(Exit::CannotWrite, format!("--bundle {}: {error}", path.display()));
        let bundle = EvidenceBundle::gather(document, examined, evidence, &self.policy(), at, report.clone());
        let text = serde_json::to_string_pretty(&bundle).map_err(|error| problem(&error))?;
        std::fs::write(path, text + "\n").map_err(|error| problem(&error))
    }
}

/// Fetches what the evidence at hand does not say about revocation, from the addresses that the certificates of a trusted path name. Hosts
/// with private addresses are asked only where the installation's settings allow it. What cannot be had is left out: the report says so.
pub fn fetch(questions: &[RevocationQuestion], settings: Option<&Revocation>) -> Result<ValidationMaterial, Failure> {
    if questions.is_empty() {
        return Ok(ValidationMaterial::default());
    }
    let guard = AddressGuard::new(settings.map_or(&[][..], |settings| &settings.allow));
    let defaults = FetchLimits::default();
    let limits = FetchLimits { timeout: settings.map_or(defaults.timeout, |settings| settings.timeout), ..defaults };
    let fetcher = Fetcher::new(guard, limits).map_err(|error| Failure::new(Exit::Unavailable, error))?;
    let client = RevocationClient::new(fetcher);
    runtime::block_on(async { Ok(client.fetch(questions, None, OffsetDateTime::now_utc()).await.material) })
}

/// Longest file that the command line verifies. It stands in memory once, and everything else stays below 32 MiB.
const LONGEST_FILE: usize = 192 << 20;

/// What the command line spends on one file: longer files than a server takes.
pub fn limits() -> Limits {
    Limits { file: LONGEST_FILE, ..Limits::default() }
}

/// Reads at most one byte more than may be examined, so that no file fills the memory.
pub fn read_at_most(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(LONGEST_FILE as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
