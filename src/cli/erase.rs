//! `elicence erase`: destroys what licences hold once their retention is over.

use crate::app;
use crate::cli::exit::{Exit, Outcome};
use crate::cli::{installation, print, runtime};
use clap::Args;
use std::path::PathBuf;
use std::sync::Arc;
use time::{Duration, OffsetDateTime};

/// Erase licences that ended, or were archived, long enough ago: data keys and files are destroyed, the entries of the register stay.
#[derive(Args)]
pub struct EraseArgs {
    /// The folder of the installation.
    #[arg(long, value_name = "DIR", default_value = ".")]
    data: PathBuf,
    /// How long they were kept after their end, at least.
    #[arg(long, value_name = "DAYS")]
    kept_days: u32,
    /// Only count them.
    #[arg(long)]
    dry_run: bool,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Erases, or counts.
pub fn run(arguments: EraseArgs) -> Outcome {
    let config = installation::read(&arguments.data)?;
    let actor = installation::local_operator(&config)?;
    let before = OffsetDateTime::now_utc() - Duration::days(arguments.kept_days.into());
    runtime::block_on(async {
        let services = Arc::new(app::open(&config).await?);
        let (due, erased) = if arguments.dry_run {
            (services.count_erasable(&actor, before).await?, 0)
        } else {
            (0, services.erase_licences(&actor, before).await?)
        };
        services.tidy().await;
        if arguments.json {
            print::json(&serde_json::json!({ "due": due, "erased": erased }))?;
        } else if arguments.dry_run {
            print::line(&format!("到期 due: {due}{}", if due == 1000 { "+" } else { "" }))?;
        } else {
            print::line(&format!("已销毁 erased: {erased}"))?;
        }
        Ok(Exit::Ok)
    })
}
