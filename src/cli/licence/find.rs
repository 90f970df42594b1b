//! `elicence licence find`: looks licences up, or lists them, page by page.

use super::step::day;
use crate::cli::desk::Desk;
use crate::cli::exit::{Exit, Failure, Outcome};
use crate::cli::print;
use crate::domain::licence::LicenceState;
use crate::domain::page::{Cursor, PageRequest};
use crate::services::{LicenceSearch, Refusal};
use clap::Args;

/// Without a condition: all, the newest first.
#[derive(Args)]
pub(super) struct FindArgs {
    /// By holder: code type and code (持证主体代码类型代码:代码), e.g. `001:91…`.
    #[arg(long, value_name = "TYPE:CODE", conflicts_with_all = ["number", "type_code", "state", "expiring"])]
    holder: Option<String>,
    /// By licence number (证照编号), with --type.
    #[arg(long, value_name = "NUMBER", requires = "type_code", conflicts_with_all = ["state", "expiring"])]
    number: Option<String>,
    /// Licence type code (证照类型代码).
    #[arg(long = "type", value_name = "CODE")]
    type_code: Option<String>,
    /// `active`, `suspended`, `restricted`, `lost`, `superseded`, `revoked` or `cancelled`.
    #[arg(long, value_name = "STATE")]
    state: Option<String>,
    /// Whose last day lies between two days: `2026-11-01..2026-11-30`.
    #[arg(long, value_name = "FROM..UNTIL", conflicts_with_all = ["type_code", "state"])]
    expiring: Option<String>,
    /// Items of a page: 1 to 200.
    #[arg(long)]
    limit: Option<u16>,
    /// `next` of the page before.
    #[arg(long, value_name = "CURSOR")]
    after: Option<Cursor>,
    #[command(flatten)]
    desk: Desk,
}

pub(super) fn run(arguments: FindArgs) -> Outcome {
    let page = PageRequest::new(arguments.limit, arguments.after.clone()).map_err(Refusal::BadPage)?;
    let search = search(&arguments)?;
    let found =
        arguments.desk.work(async |services, actor| Ok(services.find_licences(&actor, &actor.department.code, &search, &page).await?))?;
    if arguments.desk.wants_json() {
        print::json(&found)?;
        return Ok(Exit::Ok);
    }
    for item in &found.items {
        let until = item.valid_until.map_or("长期".to_owned(), |day| day.to_string());
        print::line(&format!("{}  {}  {}  {until}  {}", item.identifier, item.number, item.state.as_str(), item.trust_grade.as_str()))?;
    }
    if let Some(next) = &found.next {
        print::line(&format!("--after {next}"))?;
    }
    Ok(Exit::Ok)
}

fn search(arguments: &FindArgs) -> Result<LicenceSearch, Failure> {
    if let Some(holder) = &arguments.holder {
        let (code_type, code) = holder.split_once(':').ok_or(Refusal::BadSearch)?;
        return Ok(LicenceSearch::Holder { code_type: code_type.into(), code: code.into() });
    }
    if let (Some(number), Some(type_code)) = (&arguments.number, &arguments.type_code) {
        return Ok(LicenceSearch::Number { type_code: type_code.clone(), number: number.clone() });
    }
    if let Some(period) = &arguments.expiring {
        let (from, until) = period.split_once("..").ok_or(Refusal::BadSearch)?;
        return Ok(LicenceSearch::Expiring { from: day(from)?, until: day(until)? });
    }
    let state = match &arguments.state {
        Some(word) => {
            Some(LicenceState::from_word(word).ok_or_else(|| Failure::usage(format!("--state {word}: 没有这种状态 no such state")))?)
        }
        None => None,
    };
    Ok(LicenceSearch::List { type_code: arguments.type_code.clone(), state, from: None, until: None })
}
