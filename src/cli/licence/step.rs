//! The transitions that leave a licence where it is: one reason, one new state.

use super::show;
use crate::cli::desk::Desk;
use crate::cli::exit::{Exit, Failure, Outcome};
use crate::domain::change_notes::{ChangeNotes, Inspection};
use crate::domain::date::LicenceDate;
use crate::domain::life::Transition;
use clap::Args;

/// Which licence, and why.
#[derive(Args)]
pub(super) struct StepArgs {
    /// 证照标识.
    identifier: String,
    /// 理由, 2 to 500 characters.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// 法律依据.
    #[arg(long, value_name = "TEXT")]
    basis: Option<String>,
    #[command(flatten)]
    desk: Desk,
}

#[derive(Args)]
pub(super) struct AnnotateArgs {
    /// The words of the note; whoever may read the licence reads them.
    #[arg(long, value_name = "TEXT")]
    note: String,
    #[command(flatten)]
    step: StepArgs,
}

#[derive(Args)]
pub(super) struct InspectArgs {
    /// It did not pass.
    #[arg(long)]
    failed: bool,
    /// First day of the period that was inspected, `2026-01-01`.
    #[arg(long, value_name = "DAY")]
    from: String,
    /// Last day of it.
    #[arg(long, value_name = "DAY")]
    until: String,
    #[command(flatten)]
    step: StepArgs,
}

impl StepArgs {
    /// The reason and the basis.
    pub(super) fn notes(&self) -> ChangeNotes {
        ChangeNotes { basis: self.basis.clone(), ..ChangeNotes::because(&self.reason) }
    }

    /// The identifier and the desk.
    pub(super) fn of(&self) -> (&str, &Desk) {
        (&self.identifier, &self.desk)
    }
}

pub(super) fn run(transition: Transition, arguments: StepArgs) -> Outcome {
    let notes = arguments.notes();
    do_step(transition, arguments, notes)
}

pub(super) fn annotate(AnnotateArgs { note, step }: AnnotateArgs) -> Outcome {
    let notes = ChangeNotes { note: Some(note), ..step.notes() };
    do_step(Transition::Annotate, step, notes)
}

pub(super) fn inspect(InspectArgs { failed, from, until, step }: InspectArgs) -> Outcome {
    let inspection = Inspection { passed: !failed, from: day(&from)?, until: day(&until)? };
    let notes = ChangeNotes { inspection: Some(inspection), ..step.notes() };
    do_step(Transition::Inspect, step, notes)
}

/// A day on the command line.
pub(super) fn day(text: &str) -> Result<LicenceDate, Failure> {
    LicenceDate::parse(text).map_err(|problem| Failure::usage(format!("{text}: {problem}")))
}

fn do_step(transition: Transition, arguments: StepArgs, notes: ChangeNotes) -> Outcome {
    let (identifier, desk) = arguments.of();
    let view = desk.work(async |services, actor| Ok(services.change_state(&actor, identifier, transition, notes).await?))?;
    show::print_view(&view, desk.wants_json())?;
    Ok(Exit::Ok)
}
