//! `elicence application withdraw`: takes an application back (撤回).

use crate::cli::application::{parse_id, print};
use crate::cli::desk::Desk;
use crate::cli::exit::{Exit, Outcome};
use crate::domain::application::ApplicationId;
use clap::Args;

/// Take an application of your department back before it is decided.
#[derive(Args)]
pub struct WithdrawArgs {
    /// Application id.
    #[arg(value_parser = parse_id)]
    application: ApplicationId,
    /// Why, 2 to 500 characters.
    #[arg(long)]
    reason: String,
    #[command(flatten)]
    desk: Desk,
}

/// Takes back.
pub fn run(arguments: WithdrawArgs) -> Outcome {
    let WithdrawArgs { application, reason, desk } = arguments;
    desk.work(async |services, actor| {
        print(&desk, &services.withdraw_application(&actor, application, &reason).await?)?;
        Ok(Exit::Ok)
    })
}
