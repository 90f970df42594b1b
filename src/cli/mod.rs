//! The command line: one file a command.

mod api_keys;
mod application;
mod ask_server;
mod audit;
pub mod augment;
mod await_keepers;
pub mod bench;
mod catalogue;
pub mod demo;
pub mod desk;
pub mod doctor;
pub mod erase;
pub mod exit;
mod export;
mod installation;
pub mod intake;
mod keepers;
pub mod keys;
pub mod licence;
pub mod mint;
pub mod organisation;
mod outbox;
pub mod person;
pub mod print;
mod reload;
pub mod renew;
mod report;
mod role_names;
mod rotate_master;
mod rows;
mod runtime;
pub mod seed;
pub mod serve;
mod statistics;
pub mod system;
pub mod template;
mod trust;
mod trust_list;
pub mod verify;
mod words;

use clap::{Parser, Subcommand};
use exit::{Exit, Outcome};
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

/// elicence: electronic licences (电子证照) and electronic seals (电子印章).
#[derive(Parser)]
#[command(version, about, propagate_version = true, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Demo(demo::DemoArgs),
    Serve(serve::ServeArgs),
    Mint(mint::MintArgs),
    Licence(licence::LicenceArgs),
    Intake(intake::IntakeArgs),
    Augment(augment::AugmentArgs),
    Renew(renew::RenewArgs),
    Erase(erase::EraseArgs),
    Seed(seed::SeedArgs),
    Verify(verify::VerifyArgs),
    Organisation(organisation::OrganisationArgs),
    Person(person::PersonArgs),
    System(system::SystemArgs),
    Keys(keys::KeysArgs),
    Trust(trust_list::TrustArgs),
    Template(template::TemplateArgs),
    Audit(audit::AuditArgs),
    Statistics(statistics::StatisticsArgs),
    Outbox(outbox::OutboxArgs),
    Catalogue(catalogue::CatalogueArgs),
    Application(application::ApplicationArgs),
    Bench(bench::BenchArgs),
    Doctor(doctor::DoctorArgs),
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
    start_logging(&arguments.command);
    // One cryptographic library in the whole program; it is installed once, here, so it cannot be there already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    match run(arguments.command) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            eprintln!("elicence: {}", failure.message);
            failure.exit.into()
        }
    }
}

/// Log lines are JSON on standard error; `RUST_LOG` says which. A server tells each answer, other commands only what is wrong.
fn start_logging(command: &Command) {
    let usual = if matches!(command, Command::Serve(_)) { "elicence=info,warn" } else { "warn" };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(usual));
    tracing_subscriber::fmt().json().with_writer(std::io::stderr).with_env_filter(filter).init();
}

fn run(command: Command) -> Outcome {
    match command {
        Command::Demo(arguments) => demo::run(arguments),
        Command::Serve(arguments) => serve::run(arguments),
        Command::Mint(arguments) => mint::run(arguments),
        Command::Licence(arguments) => licence::run(arguments),
        Command::Intake(arguments) => intake::run(arguments),
        Command::Augment(arguments) => augment::run(arguments),
        Command::Renew(arguments) => renew::run(arguments),
        Command::Erase(arguments) => erase::run(arguments),
        Command::Seed(arguments) => seed::run(arguments),
        Command::Verify(arguments) => verify::run(arguments),
        Command::Organisation(arguments) => organisation::run(arguments),
        Command::Person(arguments) => person::run(arguments),
        Command::System(arguments) => system::run(arguments),
        Command::Keys(arguments) => keys::run(arguments),
        Command::Trust(arguments) => trust_list::run(arguments),
        Command::Template(arguments) => template::run(arguments),
        Command::Audit(arguments) => audit::run(arguments),
        Command::Statistics(arguments) => statistics::run(arguments),
        Command::Outbox(arguments) => outbox::run(arguments),
        Command::Catalogue(arguments) => catalogue::run(arguments),
        Command::Application(arguments) => application::run(arguments),
        Command::Bench(arguments) => bench::run(arguments),
        Command::Doctor(arguments) => doctor::run(arguments),
    }
}
