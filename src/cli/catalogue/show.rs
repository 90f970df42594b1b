//! `elicence catalogue show`: one entry, one of its versions, or the metadata definition of its type.

use crate::cli::desk::Desk;
use crate::cli::exit::{Exit, Outcome};
use crate::cli::print;
use clap::Args;

/// Show an entry, as JSON.
#[derive(Args)]
pub struct ShowArgs {
    /// Licence type code (证照类型代码), 21 characters.
    type_code: String,
    /// This version instead of the one in force.
    #[arg(long, value_name = "VERSION")]
    at: Option<i64>,
    /// Show the metadata definition (元数据定义) that the entry in force links to.
    #[arg(long, conflicts_with = "at")]
    definition: bool,
    #[command(flatten)]
    desk: Desk,
}

/// Shows.
pub fn run(arguments: ShowArgs) -> Outcome {
    let ShowArgs { type_code, at, definition, desk } = arguments;
    desk.work(async |services, actor| {
        match at {
            Some(version) => print::json(&services.read_entry_version(&actor, &type_code, version).await?)?,
            None if definition => print::json(&services.read_definition(&actor, &type_code, None).await?)?,
            None => print::json(&services.read_entry(&actor, &type_code).await?)?,
        }
        Ok(Exit::Ok)
    })
}
