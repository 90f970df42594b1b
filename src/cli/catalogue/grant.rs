//! `elicence catalogue grant`: authorises departments and systems for an entry (目录授权), or shows who is.

use crate::cli::desk::Desk;
use crate::cli::exit::{Exit, Outcome};
use crate::cli::organisation::PageArgs;
use crate::cli::words::{print_page, word};
use crate::domain::entry_grant::{EntryGrant, GranteeKind};
use clap::Args;

/// Set what a department or a system may do with an entry; without a grantee show all grants.
#[derive(Args)]
pub struct GrantArgs {
    /// Licence type code (证照类型代码), 21 characters.
    type_code: String,
    /// Unified social credit code of a department.
    #[arg(long, value_name = "CODE", conflicts_with = "system")]
    department: Option<String>,
    /// Id of a connected system.
    #[arg(long, value_name = "ID")]
    system: Option<String>,
    /// It may apply for changes (维护).
    #[arg(long, requires = "department")]
    maintain: bool,
    /// It may mint licences (签发).
    #[arg(long, requires = "department")]
    mint: bool,
    /// It may read the entry and metadata of licences of the type (读).
    #[arg(long)]
    read: bool,
    /// It may push data of the type (写).
    #[arg(long, requires = "system")]
    write: bool,
    #[command(flatten)]
    page: PageArgs,
    #[command(flatten)]
    desk: Desk,
}

/// Grants; naming no right takes the grant away.
pub fn run(arguments: GrantArgs) -> Outcome {
    let GrantArgs { type_code, department, system, maintain, mint, read, write, page, desk } = arguments;
    let page = page.request()?;
    let grantee = match (department, system) {
        (Some(code), _) => Some((code, GranteeKind::Department)),
        (None, Some(id)) => Some((id, GranteeKind::System)),
        (None, None) => None,
    };
    desk.work(async |services, actor| {
        if let Some((grantee, kind)) = grantee {
            services.grant_entry(&actor, &type_code, EntryGrant { grantee, kind, maintain, mint, read, write }).await?;
        }
        let grants = services.list_entry_grants(&actor, &type_code, &page).await?;
        print_page(&desk, &grants, |grant| {
            let rights = [("maintain", grant.maintain), ("mint", grant.mint), ("read", grant.read), ("write", grant.write)];
            let rights: Vec<_> = rights.iter().filter(|(_, given)| *given).map(|(name, _)| *name).collect();
            format!("{}  {}  {}", word(&grant.kind), grant.grantee, rights.join(" "))
        })?;
        Ok(Exit::Ok)
    })
}
