//! `elicence application list`: applications of a kind, newest first.

use crate::cli::desk::Desk;
use crate::cli::exit::{Exit, Outcome};
use crate::cli::organisation::PageArgs;
use crate::cli::words::{parse_word, print_page, word};
use crate::domain::application::{ApplicationKind, ApplicationState};
use clap::Args;

/// List applications of a kind, newest first.
#[derive(Args)]
pub struct ListArgs {
    /// Kind, e.g. catalogue-entry.
    #[arg(value_parser = parse_word::<ApplicationKind>)]
    kind: ApplicationKind,
    /// draft, submitted, approved, rejected or withdrawn.
    #[arg(long, value_parser = parse_word::<ApplicationState>)]
    state: Option<ApplicationState>,
    #[command(flatten)]
    page: PageArgs,
    #[command(flatten)]
    desk: Desk,
}

/// Lists.
pub fn run(arguments: ListArgs) -> Outcome {
    let ListArgs { kind, state, page, desk } = arguments;
    let page = page.request()?;
    desk.work(async |services, actor| {
        let found = services.list_applications(&actor, kind, state, &page).await?;
        print_page(&desk, &found, |head| {
            format!("{}  {}  {}  {}  {}", head.application_id, word(&head.state), head.applied_at, head.subject, head.applicant)
        })?;
        Ok(Exit::Ok)
    })
}
