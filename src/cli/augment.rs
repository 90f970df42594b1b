//! `elicence augment`: brings the documents of an installation that wait to their level now, or one file from anywhere.

mod file;

use crate::app;
use crate::cli::exit::{Exit, Failure, Outcome};
use crate::cli::{installation, print, runtime};
use clap::Args;
use file::FileArguments;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Append validation data and time-stamps: to the documents of an installation that wait for them (exit code 1 when one still waits), or
/// to FILE (exit code as of `verify`).
#[derive(Args)]
pub struct AugmentArgs {
    /// A sealed PDF from anywhere; without it the documents of --data.
    #[arg(value_name = "FILE", requires = "out", conflicts_with_all = ["data", "patience"])]
    file: Option<PathBuf>,
    /// Where the longer file goes.
    #[arg(long, value_name = "FILE", requires = "file")]
    out: Option<PathBuf>,
    /// PEM roots that the signatures of FILE must lead to.
    #[arg(long, value_name = "FILE", requires = "file")]
    trust: Vec<PathBuf>,
    /// A time-stamp authority (RFC 3161) that stamps FILE for the archive; without it nothing beyond B-LT is reached.
    #[arg(long, value_name = "URL", requires = "file")]
    time_stamp_url: Option<String>,
    /// Hosts with private addresses that may be asked for FILE.
    #[arg(long, value_name = "HOST", requires = "file")]
    allow: Vec<String>,
    /// The folder of the installation.
    #[arg(long, value_name = "DIR", default_value = ".")]
    data: PathBuf,
    /// Longest time to work, seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    patience: u64,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Runs the job, or works on the file.
pub fn run(arguments: AugmentArgs) -> Outcome {
    let AugmentArgs { file, out, trust, time_stamp_url, allow, json, .. } = arguments;
    match (file, out) {
        (Some(file), Some(out)) => file::run(FileArguments { file, out, trust, time_stamp_url, allow, json }),
        (None, None) => run_job(&arguments.data, Duration::from_secs(arguments.patience), json),
        (Some(_), None) | (None, Some(_)) => Err(Failure::usage("FILE and --out belong together")),
    }
}

fn run_job(data: &std::path::Path, patience: Duration, json: bool) -> Outcome {
    let config = installation::read(data)?;
    runtime::block_on(async {
        let services = Arc::new(app::open(&config).await?);
        let (done, waiting) = services.augment_all(patience).await?;
        services.tidy().await;
        if json {
            print::json(&serde_json::json!({ "reached": done.reached, "failed": done.failed, "waiting": waiting.documents }))?;
        } else {
            print::line(&format!("已完成 reached {}，失败 failed {}，待办 waiting {}", done.reached, done.failed, waiting.documents))?;
        }
        Ok(if waiting.documents == 0 { Exit::Ok } else { Exit::No })
    })
}
