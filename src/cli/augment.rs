//! `elicence augment`: brings documents that wait to their level now.

use crate::app;
use crate::cli::exit::{Exit, Outcome};
use crate::cli::{installation, print, runtime};
use clap::Args;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Bring the documents of an installation to their level now: validation data and time-stamps. Exit code 1 when one still waits.
#[derive(Args)]
pub struct AugmentArgs {
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

/// Runs the job.
pub fn run(arguments: AugmentArgs) -> Outcome {
    let config = installation::read(&arguments.data)?;
    runtime::block_on(async {
        let services = Arc::new(app::open(&config).await?);
        let (done, waiting) = services.augment_all(Duration::from_secs(arguments.patience)).await?;
        services.tidy().await;
        if arguments.json {
            print::json(&serde_json::json!({ "reached": done.reached, "failed": done.failed, "waiting": waiting.documents }))?;
        } else {
            print::line(&format!("已完成 reached {}，失败 failed {}，待办 waiting {}", done.reached, done.failed, waiting.documents))?;
        }
        Ok(if waiting.documents == 0 { Exit::Ok } else { Exit::No })
    })
}
