//! `elicence catalogue pull`: takes over what another platform changed in its catalogue (目录汇聚).

use crate::app::clients;
use crate::cli::desk::Desk;
use crate::cli::exit::{Exit, Failure, Outcome};
use crate::cli::print;
use crate::domain::key_set::KeySet;
use crate::domain::secret::Secret;
use clap::Args;
use std::path::{Path, PathBuf};

/// Pull another platform's catalogue. Exit code 1 when entries that are kept here differ from the platform's.
#[derive(Args)]
pub struct PullArgs {
    /// Address of the platform, e.g. https://licences.example.gov.cn.
    url: String,
    /// Unified social credit code of the department that signs its feed.
    #[arg(long, value_name = "CODE")]
    platform: String,
    /// Its public keys, as its `/api/v1/keys` gave them to you by a way that you trust.
    #[arg(long, value_name = "FILE")]
    keys: PathBuf,
    /// File with the API key that the platform gave us.
    #[arg(long, value_name = "FILE")]
    api_key: PathBuf,
    #[command(flatten)]
    desk: Desk,
}

/// Pulls.
pub fn run(arguments: PullArgs) -> Outcome {
    let PullArgs { url, platform, keys, api_key, desk } = arguments;
    let keys = KeySet::from_json(&read(&keys)?).map_err(|error| Failure::usage(format!("{}: {error}", keys.display())))?;
    let api_key = Secret::new(read(&api_key)?.trim().to_owned());
    let client = clients::catalogue_feed_client(&url, api_key)?;
    let json = desk.wants_json();
    desk.work(async |services, actor| {
        let report = services.pull_catalogue(&actor, &client, &platform, &keys).await?;
        if json {
            print::json(&report)?;
        } else {
            report.conflicts.iter().try_for_each(|code| print::line(&format!("✗ {code}: 本地维护，未覆盖 kept here, left as it is")))?;
            print::line(&format!(
                "采用 taken {}，未变 unchanged {}，未共享 withheld {}，至 reached {}",
                report.taken, report.unchanged, report.withheld, report.reached
            ))?;
        }
        Ok(if report.conflicts.is_empty() { Exit::Ok } else { Exit::No })
    })
}

fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| Failure::usage(format!("{}: {error}", path.display())))
}
