//! `elicence application submit`: hands a draft of one's own in (上报).

use crate::cli::application::{parse_id, print};
use crate::cli::desk::Desk;
use crate::cli::exit::{Exit, Outcome};
use crate::domain::application::ApplicationId;
use clap::Args;

/// Hand a draft of your own in.
#[derive(Args)]
pub struct SubmitArgs {
    /// Application id.
    #[arg(value_parser = parse_id)]
    application: ApplicationId,
    #[command(flatten)]
    desk: Desk,
}

/// Hands in.
pub fn run(arguments: SubmitArgs) -> Outcome {
    let SubmitArgs { application, desk } = arguments;
    desk.work(async |services, actor| {
        print(&desk, &services.submit_application(&actor, application).await?)?;
        Ok(Exit::Ok)
    })
}
