//! `elicence catalogue export`: writes entries as a table that an import reads again.

use super::query::QueryArgs;
use crate::cli::desk::Desk;
use crate::cli::exit::{Exit, Failure, Outcome};
use crate::cli::export;
use crate::services::ExportFormat;
use clap::Args;
use std::path::PathBuf;

/// Export what a search finds as CSV or JSON.
#[derive(Args)]
pub struct ExportArgs {
    #[command(flatten)]
    query: QueryArgs,
    /// The file; its name ends in .csv or .json.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    #[command(flatten)]
    desk: Desk,
}

/// Exports.
pub fn run(arguments: ExportArgs) -> Outcome {
    let extension = arguments.out.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    let format = ExportFormat::from_word(extension)
        .ok_or_else(|| Failure::usage(format!("{}: 只支持 only .csv, .json", arguments.out.display())))?;
    let query = arguments.query.query();
    let table = arguments.desk.work(async |services, actor| {
        let mut pieces = services.export_catalogue(&actor, query, format).await?;
        let mut table = Vec::new();
        while let Some(piece) = pieces.recv().await {
            table.extend(piece);
        }
        Ok(table)
    })?;
    export::write(&arguments.out, &table)?;
    Ok(Exit::Ok)
}
