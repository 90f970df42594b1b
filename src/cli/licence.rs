//! `elicence licence`: reads, finds and changes licences of the installation's department.

mod find;
mod replace;
mod show;
mod step;

use crate::cli::exit::Outcome;
use crate::domain::life::Transition;
use clap::{Args, Subcommand};

/// Read, find and change licences: every step of their life (证照生命周期), with its reason.
#[derive(Args)]
pub struct LicenceArgs {
    #[command(subcommand)]
    command: LicenceCommand,
}

#[derive(Subcommand)]
enum LicenceCommand {
    /// Show a licence: state, face data, notes (查阅).
    Show(show::ShowArgs),
    /// List what happened to a licence, the newest first (变更记录).
    Changes(show::ChangesArgs),
    /// Find licences by holder, number or last day, or list them (检索).
    Find(find::FindArgs),
    /// Suspend (暂扣).
    Suspend(step::StepArgs),
    /// End a suspension (恢复).
    Resume(step::StepArgs),
    /// Restrict the use (限制使用).
    Restrict(step::StepArgs),
    /// Lift a restriction (解除限制).
    Lift(step::StepArgs),
    /// Report lost (挂失).
    ReportLoss(step::StepArgs),
    /// Report found (解除挂失).
    ReportFound(step::StepArgs),
    /// Add a public note (加注).
    Annotate(step::AnnotateArgs),
    /// Record an annual inspection (年检).
    Inspect(step::InspectArgs),
    /// Replace it by a version with other face data (变更).
    Change(replace::ChangeArgs),
    /// Replace it by a version with later dates (延续).
    Renew(replace::RenewArgs),
    /// Replace it by a version with the same content (补发).
    Reissue(replace::ReissueArgs),
    /// Annul: it should not have been granted (撤销).
    Annul(step::StepArgs),
    /// Revoke (吊销).
    Revoke(step::StepArgs),
    /// Cancel (注销).
    Cancel(step::StepArgs),
    /// Archive an ended licence (归档).
    Archive(step::StepArgs),
}

/// Runs the command.
pub fn run(arguments: LicenceArgs) -> Outcome {
    match arguments.command {
        LicenceCommand::Show(arguments) => show::show(arguments),
        LicenceCommand::Changes(arguments) => show::changes(arguments),
        LicenceCommand::Find(arguments) => find::run(arguments),
        LicenceCommand::Suspend(arguments) => step::run(Transition::Suspend, arguments),
        LicenceCommand::Resume(arguments) => step::run(Transition::Resume, arguments),
        LicenceCommand::Restrict(arguments) => step::run(Transition::Restrict, arguments),
        LicenceCommand::Lift(arguments) => step::run(Transition::Lift, arguments),
        LicenceCommand::ReportLoss(arguments) => step::run(Transition::ReportLoss, arguments),
        LicenceCommand::ReportFound(arguments) => step::run(Transition::Find, arguments),
        LicenceCommand::Annotate(arguments) => step::annotate(arguments),
        LicenceCommand::Inspect(arguments) => step::inspect(arguments),
        LicenceCommand::Change(arguments) => replace::change(arguments),
        LicenceCommand::Renew(arguments) => replace::renew(arguments),
        LicenceCommand::Reissue(arguments) => replace::reissue(arguments),
        LicenceCommand::Annul(arguments) => step::run(Transition::Annul, arguments),
        LicenceCommand::Revoke(arguments) => step::run(Transition::Revoke, arguments),
        LicenceCommand::Cancel(arguments) => step::run(Transition::Cancel, arguments),
        LicenceCommand::Archive(arguments) => step::run(Transition::Archive, arguments),
    }
}
