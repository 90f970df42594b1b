//! `elicence application`: applications (申请) of every kind: read, hand in, review, take back.

mod list;
pub mod review;
mod show;
mod submit;
mod withdraw;

use crate::cli::desk::Desk;
use crate::cli::exit::{Failure, Outcome};
use crate::cli::print as out;
use crate::cli::words::word;
use crate::domain::application::ApplicationId;
use crate::services::ApplicationView;
use clap::{Args, Subcommand};

/// Read, hand in, review and take back applications (申请).
#[derive(Args)]
pub struct ApplicationArgs {
    #[command(subcommand)]
    command: ApplicationCommand,
}

#[derive(Subcommand)]
enum ApplicationCommand {
    List(list::ListArgs),
    Show(show::ShowArgs),
    Submit(submit::SubmitArgs),
    Review(review::ReviewArgs),
    Withdraw(withdraw::WithdrawArgs),
}

/// Runs the subcommand.
pub fn run(arguments: ApplicationArgs) -> Outcome {
    match arguments.command {
        ApplicationCommand::List(arguments) => list::run(arguments),
        ApplicationCommand::Show(arguments) => show::run(arguments),
        ApplicationCommand::Submit(arguments) => submit::run(arguments),
        ApplicationCommand::Review(arguments) => review::run(arguments),
        ApplicationCommand::Withdraw(arguments) => withdraw::run(arguments),
    }
}

/// Prints an application: all of it as JSON, or who, what and in which state.
pub fn print(desk: &Desk, view: &ApplicationView) -> Result<(), Failure> {
    if desk.wants_json() {
        return out::json(view);
    }
    out::line(&format!("{}  {}  {}  {}", view.application_id, word(&view.state), view.subject, view.applicant))
}

fn parse_id(text: &str) -> Result<ApplicationId, String> {
    ApplicationId::from_hex(text).ok_or_else(|| "申请编号为32位十六进制数字 an application id is 32 hex digits".to_owned())
}
