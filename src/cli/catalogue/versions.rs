//! `elicence catalogue versions`: the versions of an entry.

use crate::cli::desk::Desk;
use crate::cli::exit::{Exit, Outcome};
use crate::cli::organisation::PageArgs;
use crate::cli::words::{print_page, word};
use clap::Args;

/// List the versions of an entry, newest first.
#[derive(Args)]
pub struct VersionsArgs {
    /// Licence type code (证照类型代码), 21 characters.
    type_code: String,
    #[command(flatten)]
    page: PageArgs,
    #[command(flatten)]
    desk: Desk,
}

/// Lists.
pub fn run(arguments: VersionsArgs) -> Outcome {
    let VersionsArgs { type_code, page, desk } = arguments;
    let page = page.request()?;
    desk.work(async |services, actor| {
        let found = services.list_entry_versions(&actor, &type_code, &page).await?;
        print_page(&desk, &found, |head| {
            let reviewer = head.reviewer.as_deref().unwrap_or("-");
            format!("v{}  {}  {}  {} / {}  {}", head.version, word(&head.change), head.at, head.applicant, reviewer, head.digest)
        })?;
        Ok(Exit::Ok)
    })
}
