//! `elicence application review`: decides about an application of somebody else (审核).

use crate::cli::application::{parse_id, print};
use crate::cli::desk::Desk;
use crate::cli::exit::{Exit, Outcome};
use crate::domain::application::ApplicationId;
use crate::services::Decision;
use clap::Args;

/// Approve or reject an application of somebody else; what is approved takes effect at once.
#[derive(Args)]
pub struct ReviewArgs {
    /// Application id.
    #[arg(value_parser = parse_id)]
    application: ApplicationId,
    /// It takes effect (通过).
    #[arg(long, required_unless_present = "reject", conflicts_with = "reject")]
    approve: bool,
    /// It does not (退回).
    #[arg(long, requires = "opinion")]
    reject: bool,
    /// 审核意见, 2 to 500 characters.
    #[arg(long, value_name = "TEXT")]
    opinion: Option<String>,
    #[command(flatten)]
    desk: Desk,
}

/// Decides.
pub fn run(arguments: ReviewArgs) -> Outcome {
    let ReviewArgs { application, approve, reject: _, opinion, desk } = arguments;
    let decision = if approve { Decision::Approve } else { Decision::Reject };
    desk.work(async |services, actor| {
        print(&desk, &services.review_application(&actor, application, decision, opinion.as_deref()).await?)?;
        Ok(Exit::Ok)
    })
}
