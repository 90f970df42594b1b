//! `elicence audit accept-restore`: says that an older copy of the database was restored on purpose.

use crate::app;
use crate::cli::exit::{Exit, Outcome};
use crate::cli::{installation, print, runtime};
use clap::Args;
use std::path::PathBuf;

/// After a backup was restored: set the newer heads of the audit chain aside as evidence, so that chaining goes on. It is audited.
#[derive(Args)]
pub struct AcceptRestoreArgs {
    /// The folder of the installation.
    #[arg(long, value_name = "DIR", default_value = ".")]
    data: PathBuf,
}

/// Sets the heads aside and says where.
pub fn run(arguments: AcceptRestoreArgs) -> Outcome {
    let config = installation::read(&arguments.data)?;
    let actor = installation::local_operator(&config)?;
    let aside = runtime::block_on(async {
        let services = app::open(&config).await?;
        let aside = services.accept_restore(&actor).await?;
        services.chain_audit().await?;
        Ok(aside)
    })?;
    if aside.is_empty() {
        print::line("数据库与链尾一致，无需处理 the database is as new as the heads; nothing was done")?;
    }
    aside.iter().try_for_each(|file| print::line(&format!("{}: 请妥善保存 keep it", file.display())))?;
    Ok(Exit::Ok)
}
