//! `elicence application show`: one application, whole.

use crate::cli::desk::Desk;
use crate::cli::exit::{Exit, Outcome};
use crate::cli::{application::parse_id, print};
use crate::domain::application::ApplicationId;
use clap::Args;

/// Show an application, as JSON.
#[derive(Args)]
pub struct ShowArgs {
    /// Application id.
    #[arg(value_parser = parse_id)]
    application: ApplicationId,
    #[command(flatten)]
    desk: Desk,
}

/// Shows.
pub fn run(arguments: ShowArgs) -> Outcome {
    let ShowArgs { application, desk } = arguments;
    desk.work(async |services, actor| {
        print::json(&services.read_application(&actor, application).await?)?;
        Ok(Exit::Ok)
    })
}
