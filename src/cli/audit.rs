//! `elicence audit`: checks, searches and exports the audit log (审计日志) of an installation.

mod accept_restore;
mod chain_key;
mod export;
mod search;
mod verify;

use crate::cli::exit::Outcome;
use clap::{Args, Subcommand};

/// Check, search and export the audit log (审计日志).
#[derive(Args)]
pub struct AuditArgs {
    #[command(subcommand)]
    command: AuditCommand,
}

#[derive(Subcommand)]
enum AuditCommand {
    Verify(verify::VerifyArgs),
    Search(search::SearchArgs),
    Export(export::ExportArgs),
    ChainKey(chain_key::ChainKeyArgs),
    AcceptRestore(accept_restore::AcceptRestoreArgs),
}

/// Runs the subcommand.
pub fn run(arguments: AuditArgs) -> Outcome {
    match arguments.command {
        AuditCommand::Verify(arguments) => verify::run(arguments),
        AuditCommand::Search(arguments) => search::run(arguments),
        AuditCommand::Export(arguments) => export::run(arguments),
        AuditCommand::ChainKey(arguments) => chain_key::run(arguments),
        AuditCommand::AcceptRestore(arguments) => accept_restore::run(arguments),
    }
}
