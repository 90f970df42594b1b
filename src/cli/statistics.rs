//! `elicence statistics`: what was issued, changed, revoked, used and verified, and how many papers were saved.

use crate::app;
use crate::cli::exit::{Exit, Outcome};
use crate::cli::{installation, print, runtime};
use crate::services::StatisticsRequest;
use clap::Args;
use std::path::PathBuf;

/// Show statistics (统计) as CSV or JSON. Exit code 1 when there are more groups than one answer holds, or a recount differs.
#[derive(Args)]
pub struct StatisticsArgs {
    /// The folder of the installation.
    #[arg(long, value_name = "DIR", default_value = ".")]
    data: PathBuf,
    /// First day, `YYYY-MM-DD` (Beijing time); the first of the year when absent.
    #[arg(long, value_name = "DAY", conflicts_with = "recount")]
    from: Option<String>,
    /// Last day, included; today when absent.
    #[arg(long, value_name = "DAY", conflicts_with = "recount")]
    to: Option<String>,
    /// Groups, with commas: type, department, division, and day or month.
    #[arg(long, value_name = "GROUPS", default_value = "type,month")]
    by: String,
    /// Only the department with this code.
    #[arg(long, value_name = "CODE")]
    department: Option<String>,
    /// Only divisions that begin with these digits.
    #[arg(long, value_name = "DIGITS")]
    division: Option<String>,
    /// Only this 证照类型代码.
    #[arg(long = "type", value_name = "CODE")]
    type_code: Option<String>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    /// Count all events again instead, and say where the statistics differ.
    #[arg(long)]
    recount: bool,
}

/// Brings the statistics up to date, then reads or recounts them.
pub fn run(arguments: StatisticsArgs) -> Outcome {
    let config = installation::read(&arguments.data)?;
    let actor = installation::local_operator(&config)?;
    runtime::block_on(async {
        let services = app::open(&config).await?;
        services.number_events().await?;
        services.fold_statistics().await?;
        if arguments.recount {
            let wrong = services.recount_statistics(&actor).await?;
            wrong.iter().try_for_each(|line| print::line(&format!("✗ {line}")))?;
            if wrong.is_empty() {
                print::line("✓ 与事件一致 the statistics are those of the events")?;
            }
            return Ok(if wrong.is_empty() { Exit::Ok } else { Exit::No });
        }
        let to = arguments.to.unwrap_or_else(|| services.today());
        let from = arguments.from.unwrap_or_else(|| format!("{}-01-01", to.get(..4).unwrap_or_default()));
        let request = StatisticsRequest {
            organisation: arguments.department,
            division: arguments.division,
            type_code: arguments.type_code,
            ..StatisticsRequest::from_words(&from, &to, &arguments.by)?
        };
        let answer = services.read_statistics(&actor, request).await?;
        match arguments.json {
            true => print::json(&answer)?,
            false => print::line(answer.to_csv().trim_end())?,
        }
        Ok(if answer.complete { Exit::Ok } else { Exit::No })
    })
}
