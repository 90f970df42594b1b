//! `elicence renew`: finds documents whose newest time-stamp weakens soon, and gives them a new one.

use crate::app;
use crate::cli::exit::{Exit, Outcome};
use crate::cli::{installation, print, runtime};
use crate::services::Weakening;
use clap::Args;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Give documents a new archive time-stamp before the newest one weakens. Exit code 1 when one still waits, or can get none.
#[derive(Args)]
pub struct RenewArgs {
    /// The folder of the installation.
    #[arg(long, value_name = "DIR", default_value = ".")]
    data: PathBuf,
    /// Renew what weakens within so many days; as configured when absent.
    #[arg(long, value_name = "DAYS")]
    within: Option<u32>,
    /// Only report.
    #[arg(long)]
    dry_run: bool,
    /// Longest time to work, seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    patience: u64,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Looks, renews, reports.
pub fn run(arguments: RenewArgs) -> Outcome {
    let config = installation::read(&arguments.data)?;
    let within = arguments.within.map(|days| Duration::from_secs(u64::from(days) * 86_400));
    runtime::block_on(async {
        let services = Arc::new(app::open(&config).await?);
        let report = if arguments.dry_run { services.report_renewals(within).await? } else { services.renew_licences(within).await? };
        let (done, waiting) =
            if arguments.dry_run { Default::default() } else { services.augment_all(Duration::from_secs(arguments.patience)).await? };
        services.tidy().await;
        if arguments.json {
            let answer = serde_json::json!({ "report": report, "renewed": done.reached, "waiting": waiting.documents });
            print::json(&answer)?;
        } else {
            report.due.iter().try_for_each(|weakening| print::line(&in_words("↻", weakening)))?;
            report.not_renewable.iter().try_for_each(|weakening| print::line(&in_words("✗ 不可续期 cannot be renewed", weakening)))?;
            print::line(&format!("到期 due {}，已续期 renewed {}，待办 waiting {}", report.due.len(), done.reached, waiting.documents))?;
        }
        let all_good = report.not_renewable.is_empty() && !report.more && waiting.documents == 0;
        Ok(if all_good { Exit::Ok } else { Exit::No })
    })
}

fn in_words(sign: &str, Weakening { licence_id, level, until }: &Weakening) -> String {
    format!("{sign}  {licence_id}  {level}  {}", until.date())
}
