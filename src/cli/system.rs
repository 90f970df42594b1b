//! `elicence system`: connected systems (接入系统) with their keys; every process knows a change at once.

use crate::cli::desk::Desk;
use crate::cli::exit::{Exit, Outcome};
use crate::cli::organisation::PageArgs;
use crate::cli::print;
use crate::cli::role_names::roles;
use crate::domain::actor::Role;
use crate::domain::person::AccountState;
use crate::domain::system::System;
use clap::{Args, Subcommand};
use serde_json::json;

/// Connect, list and cut off systems (接入系统).
#[derive(Args)]
pub struct SystemArgs {
    #[command(subcommand)]
    command: SystemCommand,
}

#[derive(Subcommand)]
enum SystemCommand {
    /// Connect a system and show its key, this once.
    Add(AddArgs),
    /// List the systems of an organisation.
    List(ListArgs),
    /// Cut a system off; requests with its key are refused at once.
    Suspend(OneArgs),
    /// Connect a system again.
    Resume(OneArgs),
}

#[derive(Args)]
struct AddArgs {
    /// Pseudonymous id; it stands in audit lines and logs. Not a person's name.
    id: String,
    /// What it is called.
    #[arg(long)]
    name: String,
    /// What it is; may be given several times.
    #[arg(long = "role", value_name = "ROLE", required = true, value_parser = roles())]
    roles: Vec<Role>,
    /// Code of the organisation that it acts for, instead of the own one.
    #[arg(long, value_name = "CODE")]
    organisation: Option<String>,
    #[command(flatten)]
    desk: Desk,
}

#[derive(Args)]
struct ListArgs {
    /// Code of the organisation, instead of the own one.
    #[arg(long, value_name = "CODE")]
    organisation: Option<String>,
    #[command(flatten)]
    page: PageArgs,
    #[command(flatten)]
    desk: Desk,
}

#[derive(Args)]
struct OneArgs {
    /// Its id.
    id: String,
    #[command(flatten)]
    desk: Desk,
}

/// Runs the command.
pub fn run(arguments: SystemArgs) -> Outcome {
    match arguments.command {
        SystemCommand::Add(arguments) => add(arguments),
        SystemCommand::List(arguments) => list(&arguments),
        SystemCommand::Suspend(arguments) => set_state(&arguments, AccountState::Suspended),
        SystemCommand::Resume(arguments) => set_state(&arguments, AccountState::Active),
    }
}

fn add(arguments: AddArgs) -> Outcome {
    let AddArgs { id, name, roles, organisation, desk } = arguments;
    let added = desk.work(async |services, actor| {
        let organisation = organisation.unwrap_or_else(|| actor.department.code.clone());
        Ok(services.add_system(&actor, System { id, organisation, name, roles, state: AccountState::Active }).await?)
    })?;
    if desk.wants_json() {
        print::json(&json!({ "system": added.system, "key": added.key.expose() }))?;
    } else {
        print::line(added.key.expose())?;
        eprintln!("密钥仅显示这一次，请立即安全保存 / the key is shown this once: keep it safe now");
    }
    Ok(Exit::Ok)
}

fn list(arguments: &ListArgs) -> Outcome {
    let page = arguments.page.request()?;
    let listed = arguments.desk.work(async |services, actor| {
        let organisation = arguments.organisation.as_deref().unwrap_or(&actor.department.code);
        Ok(services.list_systems(&actor, organisation, &page).await?)
    })?;
    arguments.desk.show(&listed, |page| page.items.iter().map(in_words).collect::<Vec<_>>().join("\n"))
}

fn set_state(arguments: &OneArgs, state: AccountState) -> Outcome {
    let changed = arguments.desk.work(async |services, actor| Ok(services.set_system_state(&actor, &arguments.id, state).await?))?;
    arguments.desk.show(&changed, in_words)
}

fn in_words(system: &System) -> String {
    let roles: Vec<_> = system.roles.iter().map(|role| role.as_str()).collect();
    format!("{}\t{}\t{}\t{}\t{}", system.id, system.name, system.organisation, roles.join(","), system.state.as_str())
}
