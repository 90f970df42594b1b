//! The command line: one file a command.

pub mod doctor;
pub mod exit;
pub mod keys;
pub mod template;

use clap::{Parser, Subcommand};
use exit::{Exit, Outcome};
use std::process::ExitCode;

/// elicence: electronic licences (电子证照) and electronic seals (电子印章).
#[derive(Parser)]
#[command(version, about, propagate_version = true, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Doctor(doctor::DoctorArgs),
    Keys(keys::KeysArgs),
    Template(template::TemplateArgs),
}

/// Parses the arguments of the process, runs the command, and says how it ended.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version are asked for, not mistakes.
            let exit = if error.use_stderr() { Exit::Usage } else { Exit::Ok };
            return error.print().map_or(Exit::CannotWrite, |()| exit).into();
        }
    };
    match run(arguments.command) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            eprintln!("elicence: {}", failure.message);
            failure.exit.into()
        }
    }
}

fn run(command: Command) -> Outcome {
    match command {
        Command::Doctor(arguments) => doctor::run(arguments),
        Command::Keys(arguments) => keys::run(arguments),
        Command::Template(arguments) => template::run(arguments),
    }
}
