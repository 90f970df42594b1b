//! `elicence audit chain-key`: writes the key of the audit chain to a file for the auditor.

use crate::app;
use crate::cli::exit::{Exit, Failure, Outcome};
use crate::cli::{installation, print, runtime};
use clap::Args;
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

/// Write the key of the audit chain, with which an auditor compares every exported line with the chain. It opens nothing else.
#[derive(Args)]
pub struct ChainKeyArgs {
    /// The folder of the installation.
    #[arg(long, value_name = "DIR", default_value = ".")]
    data: PathBuf,
    /// The file to write; it must not exist.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Writes the file, readable by its owner only.
pub fn run(arguments: ChainKeyArgs) -> Outcome {
    let config = installation::read(&arguments.data)?;
    let actor = installation::local_operator(&config)?;
    let key = runtime::block_on(async { Ok(app::open(&config).await?.audit_chain_key(&actor).await?) })?;
    let path = arguments.out.display();
    let cannot = |error: std::io::Error| Failure::new(Exit::CannotWrite, format!("{path}: {error}"));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&arguments.out).map_err(cannot)?;
    writeln!(file, "{}", hex::encode(key.expose())).and_then(|()| file.sync_all()).map_err(cannot)?;
    print::line(&format!("{path}: 请仅交给审计员 for the auditor only"))?;
    Ok(Exit::Ok)
}
