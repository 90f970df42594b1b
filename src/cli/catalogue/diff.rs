//! `elicence catalogue diff`: two versions of an entry side by side (版本对比).

use crate::cli::desk::Desk;
use crate::cli::exit::{Exit, Outcome};
use crate::cli::print;
use crate::domain::difference::DifferenceKind;
use clap::Args;
use serde_json::Value;

/// Show what differs between two versions of an entry.
#[derive(Args)]
pub struct DiffArgs {
    /// Licence type code (证照类型代码), 21 characters.
    type_code: String,
    /// The one version.
    before: i64,
    /// The other version.
    after: i64,
    #[command(flatten)]
    desk: Desk,
}

/// Compares.
pub fn run(arguments: DiffArgs) -> Outcome {
    let DiffArgs { type_code, before, after, desk } = arguments;
    let json = desk.wants_json();
    desk.work(async |services, actor| {
        let comparison = services.compare_entry_versions(&actor, &type_code, before, after).await?;
        if json {
            print::json(&comparison)?;
            return Ok(Exit::Ok);
        }
        for difference in &comparison.differences {
            let sign = match difference.kind {
                DifferenceKind::Added => '+',
                DifferenceKind::Removed => '-',
                DifferenceKind::Changed => '~',
            };
            let side = |value: &Option<Value>| value.as_ref().map_or("∅".to_owned(), Value::to_string);
            print::line(&format!("{sign} {}: {} → {}", difference.path, side(&difference.before), side(&difference.after)))?;
        }
        Ok(Exit::Ok)
    })
}
