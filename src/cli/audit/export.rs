//! `elicence audit export`: writes audit lines with their proof to a file.

use crate::app;
use crate::cli::exit::{Exit, Failure, Outcome};
use crate::cli::{installation, print, runtime};
use crate::services::Refusal;
use clap::Args;
use std::fs::OpenOptions;
use std::io::{BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

/// Export the chained lines of the audit log as JSON Lines with a signed foot: `elicence audit verify --export` checks them without the database.
/// Exit code 1 when the chain is broken.
#[derive(Args)]
pub struct ExportArgs {
    /// The folder of the installation.
    #[arg(long, value_name = "DIR", default_value = ".")]
    data: PathBuf,
    /// The file to write; it must not exist.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Position of the first line.
    #[arg(long, value_name = "POSITION", default_value_t = 1)]
    from: i64,
    /// Lines at most.
    #[arg(long, value_name = "NUMBER", default_value_t = i64::MAX)]
    lines: i64,
}

/// Exports and says how far.
pub fn run(arguments: ExportArgs) -> Outcome {
    let config = installation::read(&arguments.data)?;
    let actor = installation::local_operator(&config)?;
    let path = arguments.out.display().to_string();
    let cannot = |error: std::io::Error| Failure::new(Exit::CannotWrite, format!("{path}: {error}"));
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&arguments.out).map_err(cannot)?;
    let mut output = BufWriter::new(file);
    let exported = runtime::block_on(async {
        let services = app::open(&config).await?;
        services.chain_audit().await?;
        let mut write =
            |line: &str| output.write_all(line.as_bytes()).map_err(|error| Refusal::Unavailable { cause: format!("{path}: {error}") });
        Ok(services.export_audit(&actor, arguments.from, arguments.lines, &mut write).await?)
    })?;
    output.into_inner().map_err(|error| cannot(error.into_error()))?.sync_all().map_err(cannot)?;
    print::line(&format!("{path}: {} – {}", arguments.from, exported.to))?;
    Ok(if exported.intact { Exit::Ok } else { Exit::No })
}
