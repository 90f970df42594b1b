//! `elicence person`: people (人员) and the roles that they have in organisations.

use crate::cli::desk::Desk;
use crate::cli::exit::Outcome;
use crate::cli::organisation::PageArgs;
use crate::cli::role_names::human_roles;
use crate::domain::actor::Role;
use crate::domain::person::{AccountState, PersonFacts, RoleGrant};
use crate::services::PersonView;
use clap::{Args, Subcommand};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Add, list, suspend people (人员), and give them roles.
#[derive(Args)]
pub struct PersonArgs {
    #[command(subcommand)]
    command: PersonCommand,
}

#[derive(Subcommand)]
enum PersonCommand {
    /// Add a person to the accounts of an organisation.
    Add(AddArgs),
    /// List the people of an organisation.
    List(ListArgs),
    /// Show a person with all roles.
    Show(OneArgs),
    /// Give a person a role in an organisation, or change its time.
    Grant(GrantArgs),
    /// Take a role back.
    Withdraw(WithdrawArgs),
    /// Suspend a person.
    Suspend(OneArgs),
    /// Let a suspended person work again.
    Resume(OneArgs),
}

#[derive(Args)]
struct AddArgs {
    /// The name to log in with.
    login: String,
    /// The person's name.
    #[arg(long)]
    name: String,
    /// Phone number.
    #[arg(long)]
    phone: Option<String>,
    /// Mail address.
    #[arg(long)]
    mail: Option<String>,
    /// Code of the organisation that keeps the account, instead of the own one.
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
    /// Login name or id.
    person: String,
    #[command(flatten)]
    desk: Desk,
}

#[derive(Args)]
struct GrantArgs {
    /// Login name or id.
    person: String,
    /// The role.
    #[arg(long, value_name = "ROLE", value_parser = human_roles())]
    role: Role,
    /// Code of the organisation, instead of the own one.
    #[arg(long, value_name = "CODE")]
    organisation: Option<String>,
    /// First moment, RFC 3339; otherwise now.
    #[arg(long, value_parser = moment)]
    from: Option<OffsetDateTime>,
    /// Last moment, RFC 3339; otherwise until it is withdrawn.
    #[arg(long, value_parser = moment)]
    until: Option<OffsetDateTime>,
    #[command(flatten)]
    desk: Desk,
}

#[derive(Args)]
struct WithdrawArgs {
    /// Login name or id.
    person: String,
    /// The role.
    #[arg(long, value_name = "ROLE", value_parser = human_roles())]
    role: Role,
    /// Code of the organisation, instead of the own one.
    #[arg(long, value_name = "CODE")]
    organisation: Option<String>,
    #[command(flatten)]
    desk: Desk,
}

/// Runs the command.
pub fn run(arguments: PersonArgs) -> Outcome {
    match arguments.command {
        PersonCommand::Add(arguments) => add(arguments),
        PersonCommand::List(arguments) => list(&arguments),
        PersonCommand::Show(OneArgs { person, desk }) => {
            let shown = desk.work(async |services, actor| {
                let id = services.find_person_id(&actor, &person).await?;
                Ok(services.read_person(&actor, id).await?)
            })?;
            desk.show(&shown, in_words)
        }
        PersonCommand::Grant(arguments) => grant(arguments),
        PersonCommand::Withdraw(arguments) => withdraw(arguments),
        PersonCommand::Suspend(arguments) => set_state(&arguments, AccountState::Suspended),
        PersonCommand::Resume(arguments) => set_state(&arguments, AccountState::Active),
    }
}

fn add(arguments: AddArgs) -> Outcome {
    let AddArgs { login, name, phone, mail, organisation, desk } = arguments;
    let facts = PersonFacts { login, name, phone, mail };
    let added = desk.work(async |services, actor| {
        let organisation = organisation.unwrap_or_else(|| actor.department.code.clone());
        Ok(services.add_person(&actor, &organisation, facts).await?)
    })?;
    desk.show(&added, in_words)
}

fn list(arguments: &ListArgs) -> Outcome {
    let page = arguments.page.request()?;
    let listed = arguments.desk.work(async |services, actor| {
        let organisation = arguments.organisation.as_deref().unwrap_or(&actor.department.code);
        Ok(services.list_people(&actor, organisation, &page).await?)
    })?;
    arguments.desk.show(&listed, |page| page.items.iter().map(in_words).collect::<Vec<_>>().join("\n"))
}

fn grant(arguments: GrantArgs) -> Outcome {
    let GrantArgs { person, role, organisation, from, until, desk } = arguments;
    let granted = desk.work(async |services, actor| {
        let id = services.find_person_id(&actor, &person).await?;
        let organisation = organisation.unwrap_or_else(|| actor.department.code.clone());
        let grant = RoleGrant { organisation, role, from, until };
        services.grant_role(&actor, id, &grant).await?;
        Ok(grant)
    })?;
    desk.show(&granted, |grant| format!("已授予 granted: {} {}", grant.organisation, grant.role.as_str()))
}

fn withdraw(arguments: WithdrawArgs) -> Outcome {
    let WithdrawArgs { person, role, organisation, desk } = arguments;
    let withdrawn = desk.work(async |services, actor| {
        let id = services.find_person_id(&actor, &person).await?;
        let organisation = organisation.unwrap_or_else(|| actor.department.code.clone());
        services.withdraw_role(&actor, id, &organisation, role).await?;
        Ok(RoleGrant { organisation, role, from: None, until: None })
    })?;
    desk.show(&withdrawn, |grant| format!("已收回 withdrawn: {} {}", grant.organisation, grant.role.as_str()))
}

fn set_state(arguments: &OneArgs, state: AccountState) -> Outcome {
    let changed = arguments.desk.work(async |services, actor| {
        let id = services.find_person_id(&actor, &arguments.person).await?;
        Ok(services.set_person_state(&actor, id, state).await?)
    })?;
    arguments.desk.show(&changed, in_words)
}

fn moment(text: &str) -> Result<OffsetDateTime, String> {
    OffsetDateTime::parse(text, &Rfc3339).map_err(|_| "write it as 2026-11-22T09:00:00+08:00".into())
}

fn in_words(person: &PersonView) -> String {
    let roles = person.roles.iter().flatten().map(|grant| format!("\n  {} {}", grant.organisation, grant.role.as_str()));
    let facts = format!("{}\t{}\t{}\t{}\t{}", person.id, person.facts.login, person.facts.name, person.organisation, person.state.as_str());
    roles.fold(facts, |text, role| text + &role)
}
