//! `elicence audit search`: finds audit lines by actor, department, action, subject and time.

use crate::app;
use crate::cli::exit::{Exit, Failure, Outcome};
use crate::cli::{installation, print, runtime};
use crate::domain::page::{Cursor, PageRequest};
use crate::services::AuditSearch;
use clap::Args;
use std::path::PathBuf;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Find lines of the audit log, newest first; one JSON object a line. The search is audited.
#[derive(Args)]
pub struct SearchArgs {
    /// The folder of the installation.
    #[arg(long, value_name = "DIR", default_value = ".")]
    data: PathBuf,
    /// Pseudonymous id of the actor.
    #[arg(long)]
    actor: Option<String>,
    /// Code of its department.
    #[arg(long, value_name = "CODE")]
    department: Option<String>,
    /// What was done, e.g. `mint-licence`.
    #[arg(long)]
    action: Option<String>,
    /// Pseudonymous subject, e.g. a licence id.
    #[arg(long)]
    subject: Option<String>,
    /// First moment, RFC 3339.
    #[arg(long, value_parser = moment)]
    from: Option<OffsetDateTime>,
    /// The moment after the last, RFC 3339.
    #[arg(long, value_parser = moment)]
    until: Option<OffsetDateTime>,
    /// Lines at most, 1 to 200.
    #[arg(long, default_value_t = 50)]
    limit: u16,
    /// Go on after an earlier page: what it printed last.
    #[arg(long, value_name = "CURSOR")]
    after: Option<Cursor>,
}

fn moment(text: &str) -> Result<OffsetDateTime, String> {
    OffsetDateTime::parse(text, &Rfc3339).map_err(|_| "must be like 2027-01-31T08:00:00+08:00".into())
}

/// Searches and prints.
pub fn run(arguments: SearchArgs) -> Outcome {
    let config = installation::read(&arguments.data)?;
    let actor = installation::local_operator(&config)?;
    let page = PageRequest::new(Some(arguments.limit), arguments.after).map_err(Failure::usage)?;
    let SearchArgs { actor: by, department, action, subject, from, until, .. } = arguments;
    let search = AuditSearch { actor: by, department, action, subject, from, until };
    let found = runtime::block_on(async { Ok(app::open(&config).await?.search_audit(&actor, search, page).await?) })?;
    found.items.iter().try_for_each(print::json_line)?;
    if let Some(next) = &found.next {
        print::line(&format!("--after {next}"))?;
    }
    Ok(Exit::Ok)
}
