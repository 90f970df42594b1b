//! `elicence organisation`: the tree of organisations (组织机构).

use crate::cli::desk::Desk;
use crate::cli::exit::{Failure, Outcome};
use crate::domain::organisation::{Division, Organisation, OrganisationState};
use crate::domain::page::{Cursor, PageRequest};
use clap::{Args, Subcommand};

/// Add, list and change organisations (组织机构).
#[derive(Args)]
pub struct OrganisationArgs {
    #[command(subcommand)]
    command: OrganisationCommand,
}

#[derive(Subcommand)]
enum OrganisationCommand {
    /// Add an organisation below another one.
    Add(AddArgs),
    /// List organisations.
    List(ListArgs),
    /// Rename an organisation.
    Rename(RenameArgs),
    /// Close an organisation: nobody acts for it any more.
    Close(OneArgs),
    /// Open a closed organisation again.
    Open(OneArgs),
}

#[derive(Args)]
struct AddArgs {
    /// 统一社会信用代码, 18 characters.
    code: String,
    /// Its name.
    #[arg(long)]
    name: String,
    /// 行政区划代码, 6 digits, within that of the parent.
    #[arg(long, value_parser = Division::parse)]
    division: Division,
    /// Code of the organisation above it.
    #[arg(long, value_name = "CODE")]
    parent: String,
    #[command(flatten)]
    desk: Desk,
}

#[derive(Args)]
struct ListArgs {
    /// Only those directly below this one.
    #[arg(long, value_name = "CODE")]
    parent: Option<String>,
    #[command(flatten)]
    page: PageArgs,
    #[command(flatten)]
    desk: Desk,
}

#[derive(Args)]
struct RenameArgs {
    /// Its code.
    code: String,
    /// The new name.
    #[arg(long)]
    name: String,
    #[command(flatten)]
    desk: Desk,
}

#[derive(Args)]
struct OneArgs {
    /// Its code.
    code: String,
    #[command(flatten)]
    desk: Desk,
}

/// Which page of a list.
#[derive(Args)]
pub struct PageArgs {
    /// Items of a page, 1 to 200.
    #[arg(long)]
    limit: Option<u16>,
    /// `next` of the page before.
    #[arg(long, value_name = "CURSOR")]
    after: Option<Cursor>,
}

impl PageArgs {
    /// The page that is asked for.
    pub fn request(&self) -> Result<PageRequest, Failure> {
        PageRequest::new(self.limit, self.after.clone()).map_err(Failure::usage)
    }
}

/// Runs the command.
pub fn run(arguments: OrganisationArgs) -> Outcome {
    match arguments.command {
        OrganisationCommand::Add(arguments) => add(arguments),
        OrganisationCommand::List(arguments) => list(&arguments),
        OrganisationCommand::Rename(RenameArgs { code, name, desk }) => change(&desk, &code, Some(name), None),
        OrganisationCommand::Close(OneArgs { code, desk }) => change(&desk, &code, None, Some(OrganisationState::Closed)),
        OrganisationCommand::Open(OneArgs { code, desk }) => change(&desk, &code, None, Some(OrganisationState::Active)),
    }
}

fn add(arguments: AddArgs) -> Outcome {
    let AddArgs { code, name, division, parent, desk } = arguments;
    let organisation = Organisation { code, name, division, parent: Some(parent), state: OrganisationState::Active };
    let added = desk.work(async |services, actor| Ok(services.add_organisation(&actor, organisation).await?))?;
    desk.show(&added, in_words)
}

fn list(arguments: &ListArgs) -> Outcome {
    let page = arguments.page.request()?;
    let listed =
        arguments.desk.work(async |services, actor| Ok(services.list_organisations(&actor, arguments.parent.as_deref(), &page).await?))?;
    arguments.desk.show(&listed, |page| page.items.iter().map(in_words).collect::<Vec<_>>().join("\n"))
}

fn change(desk: &Desk, code: &str, name: Option<String>, state: Option<OrganisationState>) -> Outcome {
    let changed = desk.work(async |services, actor| {
        let before = services.read_organisation(&actor, code).await?;
        let (name, state) = (name.unwrap_or(before.name), state.unwrap_or(before.state));
        Ok(services.change_organisation(&actor, code, &name, state).await?)
    })?;
    desk.show(&changed, in_words)
}

fn in_words(organisation: &Organisation) -> String {
    let Organisation { code, name, division, parent, state } = organisation;
    let parent = parent.as_deref().unwrap_or("-");
    format!("{code}\t{name}\t{}\t{parent}\t{}", division.as_str(), state.as_str())
}
