//! `elicence catalogue log`: who changed what, and when (目录日志).

use crate::cli::desk::Desk;
use crate::cli::exit::{Exit, Outcome};
use crate::cli::organisation::PageArgs;
use crate::cli::words::print_page;
use clap::Args;

/// Read the log of the catalogue, newest first; --json shows what stood before and after.
#[derive(Args)]
pub struct LogArgs {
    /// Licence type code (证照类型代码); absent: the whole catalogue.
    type_code: Option<String>,
    #[command(flatten)]
    page: PageArgs,
    #[command(flatten)]
    desk: Desk,
}

/// Reads.
pub fn run(arguments: LogArgs) -> Outcome {
    let LogArgs { type_code, page, desk } = arguments;
    let page = page.request()?;
    desk.work(async |services, actor| {
        let found = services.read_catalogue_log(&actor, type_code.as_deref(), &page).await?;
        print_page(&desk, &found, |line| {
            let version = line.version.map_or(String::new(), |version| format!(" v{version}"));
            let reviewer = line.reviewer.as_deref().map_or(String::new(), |reviewer| format!(" / {reviewer}"));
            format!("{}  {}  {}{version}  {}  {}{reviewer}", line.line, line.at, line.operation, line.type_code, line.actor)
        })?;
        Ok(Exit::Ok)
    })
}
