//! `elicence catalogue`: the catalogue of licence types (证照目录) of an installation.

mod apply;
mod diff;
mod export;
mod grant;
mod import;
mod list;
mod log;
mod pull;
mod query;
mod search;
mod show;
mod versions;

use crate::cli::application::review;
use crate::cli::exit::Outcome;
use clap::{Args, Subcommand};

/// Read, change, authorise and synchronise the catalogue (证照目录).
#[derive(Args)]
pub struct CatalogueArgs {
    #[command(subcommand)]
    command: CatalogueCommand,
}

#[derive(Subcommand)]
enum CatalogueCommand {
    List(list::ListArgs),
    Show(show::ShowArgs),
    Versions(versions::VersionsArgs),
    Diff(diff::DiffArgs),
    Log(log::LogArgs),
    Apply(apply::ApplyArgs),
    Review(review::ReviewArgs),
    Grant(grant::GrantArgs),
    Pull(pull::PullArgs),
    Search(search::SearchArgs),
    Import(import::ImportArgs),
    Export(export::ExportArgs),
}

/// Runs the subcommand.
pub fn run(arguments: CatalogueArgs) -> Outcome {
    match arguments.command {
        CatalogueCommand::List(arguments) => list::run(arguments),
        CatalogueCommand::Show(arguments) => show::run(arguments),
        CatalogueCommand::Versions(arguments) => versions::run(arguments),
        CatalogueCommand::Diff(arguments) => diff::run(arguments),
        CatalogueCommand::Log(arguments) => log::run(arguments),
        CatalogueCommand::Apply(arguments) => apply::run(arguments),
        CatalogueCommand::Review(arguments) => review::run(arguments),
        CatalogueCommand::Grant(arguments) => grant::run(arguments),
        CatalogueCommand::Pull(arguments) => pull::run(arguments),
        CatalogueCommand::Search(arguments) => search::run(arguments),
        CatalogueCommand::Import(arguments) => import::run(arguments),
        CatalogueCommand::Export(arguments) => export::run(arguments),
    }
}
