//! `elicence keys rotate-master`: replaces the master key of an installation in two steps.

use crate::app;
use crate::cli::exit::{Exit, Failure, Outcome};
use crate::cli::{installation, print, runtime};
use crate::storage::master_key::{load_master_key, prepare_next, promote_next};
use clap::Args;
use std::path::PathBuf;
use std::sync::Arc;
use time::OffsetDateTime;

/// Replace the master key (更换主密钥). First --prepare, then restart every server, then without it.
#[derive(Args)]
pub struct RotateMasterArgs {
    /// The folder of the installation.
    #[arg(long, value_name = "DIR", default_value = ".")]
    data: PathBuf,
    /// Only make the next key: whoever starts from now on opens with both.
    #[arg(long)]
    prepare: bool,
}

/// Prepares, or wraps everything again and keeps the next key only.
pub fn run(arguments: &RotateMasterArgs) -> Outcome {
    let config = installation::read(&arguments.data)?;
    let path = &config.keys.master;
    let storage = |error| Failure::new(Exit::Config, error);
    if arguments.prepare {
        prepare_next(path).map_err(storage)?;
        print::line(
            "已备好新主密钥。请重启所有服务进程，然后运行不带 --prepare 的本命令。 The next master key is ready. Restart every server, then run this without --prepare.",
        )?;
        return Ok(Exit::Ok);
    }
    if load_master_key(path).map_err(storage)?.next.is_none() {
        return Err(Failure::usage("请先运行 --prepare 并重启所有服务进程 first run it with --prepare, and restart every server"));
    }
    let actor = installation::local_operator(&config)?;
    runtime::block_on(async {
        let services = Arc::new(app::open(&config).await?);
        let wrapped = services.rotate_master(&actor).await?;
        services.tidy().await;
        let kept = promote_next(path, OffsetDateTime::now_utc().unix_timestamp()).map_err(storage)?;
        print::line(&format!(
            "已更换主密钥，重新封装数据密钥 {wrapped} 个。旧密钥存于 {kept}，旧备份仍需要它；请移至安全处。 The master key is replaced, {wrapped} data keys were wrapped again. The old key is {kept}: older backups need it; keep it in a safe place.",
            kept = kept.display()
        ))?;
        Ok(Exit::Ok)
    })
}
